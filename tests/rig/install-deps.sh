#!/bin/sh
# install-deps.sh build|test|all|bench : the Debian 12 packages that building, building and
# testing, or measuring too, takes. Quick and silent where all are there. Not root: asks
# sudo. Keeps newly installed servers from starting, now and at the next boot.
set -eu

BUILD="build-essential pkg-config libcurl4-gnutls-dev libetpan-dev libgmime-3.0-dev
	libical-dev libsqlite3-dev libjansson-dev libsodium-dev nettle-dev libidn2-dev
	libseccomp-dev libsystemd-dev libxml2-dev libmagic-dev libarchive-dev libytnef0-dev
	poppler-utils ca-certificates tzdata"
TEST="libcmocka-dev clang clang-format clang-tidy libclang-rt-14-dev mandoc git
	dovecot-core dovecot-imapd dovecot-lmtpd dovecot-sieve postfix vacation openssl sqlite3 systemd
	python3 python3-pytest python3-pytest-xdist python3-icalendar python3-recurring-ical-events
	python3-jsonschema python3-cryptography radicale xandikos
	php-cli php-sabre-vobject php-horde-itip clamav-daemon"
BENCH="isync"
POLICY=/usr/sbin/policy-rc.d
LOG=$(mktemp)

missing() {
	# A line "ii  name" (or hi, on hold) for each one installed; the rest is missing.
	have=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | sed -n 's/^[hi]i *//p')
	for package in "$@"; do
		printf '%s\n' "$have" | grep -qx "$package" || printf '%s ' "$package"
	done
}

restore_policy() {
	rm -f "$POLICY" "$LOG"
	[ ! -e "$POLICY.before" ] || mv "$POLICY.before" "$POLICY"
}

forbid_starts() {
	[ ! -e "$POLICY" ] || [ -e "$POLICY.before" ] || mv "$POLICY" "$POLICY.before"
	trap restore_policy EXIT
	trap 'exit 1' INT TERM HUP
	printf '#!/bin/sh\nexit 101\n' >"$POLICY"
	chmod 755 "$POLICY"
}

apt() {
	for pause in 3 10 0; do
		DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends \
			-o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >"$LOG" 2>&1 && return
		sleep "$pause"
	done
	cat "$LOG" >&2
	echo "install-deps: apt-get $1 failed, see above" >&2
	return 1
}

say_replaced() {
	gone=$(apt-get -s --no-install-recommends install "$@" | sed -n 's/^Remv \([^ ]*\).*/\1/p')
	[ -z "$gone" ] || echo "install-deps: apt replaces" $gone >&2
}

keep_from_boot() {
	command -v systemctl >/dev/null || return 0
	for package in "$@"; do
		case $package in
		dovecot-core) systemctl disable dovecot.service dovecot.socket >/dev/null 2>&1 || true ;;
		radicale) systemctl disable radicale.service >/dev/null 2>&1 || true ;;
		clamav-daemon) systemctl disable clamav-daemon.service clamav-daemon.socket \
			clamav-freshclam.service >/dev/null 2>&1 || true ;;
		postfix) systemctl disable postfix.service >/dev/null 2>&1 || true ;;
		esac
	done
}

install_as_root() {
	forbid_starts
	echo "install-deps: installing $*" >&2
	apt update
	# The test rig brings its own settings; the machine's own mail stays unconfigured.
	case " $* " in *" postfix "*)
		echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections ;;
	esac
	say_replaced "$@"
	apt install "$@"
	keep_from_boot "$@"
}

case ${1:-} in
build) wanted=$BUILD ;;
test | all) wanted="$BUILD $TEST" ;;
bench) wanted="$BUILD $TEST $BENCH" ;;
as-root)
	shift
	install_as_root "$@"
	exit
	;;
*)
	sed -n '2,4s/^# //p' "$0" >&2
	exit 2
	;;
esac
rm -f "$LOG"
todo=$(missing $wanted)
[ -n "$todo" ] || exit 0
if [ "$(id -u)" = 0 ]; then
	exec sh "$0" as-root $todo
elif command -v sudo >/dev/null; then
	exec sudo sh "$0" as-root $todo
fi
echo "install-deps: missing: $todo" >&2
echo "install-deps: run 'apt-get install $todo' as root, or install sudo" >&2
exit 1
