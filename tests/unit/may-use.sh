#!/bin/sh
# Who may include whom under daemon/, and which folder a foreign library stays in: the rule of daemon/ARCHITECTURE.md,
# kept true. First a made-up tree that breaks it in every way must be found out.
set -u
cd "$(dirname "$0")/../.." || exit 1

# One line for each include that breaks the rule. $1: the tree.
find_breaches() {
	(cd "$1" && grep -rn --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' .) | awk '
	function may(folder, uses,    list, i) {
		split(folder, list, " ")
		for (i in list)
			allowed[list[i]] = " " list[i] " " uses " "
	}
	function stays(pattern, folders) {
		home[pattern] = " " folders " "
	}
	function breach(why) {
		print place ": " why
	}
	BEGIN {
		layers = "base store mail calendar net render config duty"
		all = layers " intake reader office dispatch command supervisor"
		may("base", "")
		may("store mail calendar net render", "base")
		may("config", "base mail net")
		may("duty", "base store mail calendar net render config")
		may("intake reader office dispatch command supervisor", layers)
		may("main", all)
		stays("gmime/", "mail")
		stays("libxml/", "mail reader")
		stays("libxml/HTML", "mail")
		stays("magic.h", "reader")
		stays("archive", "reader")
		stays("ytnef", "reader")
		stays("idn2", "mail")
		stays("libical/", "calendar")
		stays("sqlite3", "store")
		stays("curl/", "net")
		stays("libetpan/", "net")
		stays("seccomp", "base")
		stays("nettle/", "base")
		stays("systemd/", "supervisor")
	}
	{
		split($0, at, ":")
		place = at[1] ":" at[2]
		sub(/^\.\//, "", place)
		n = split(place, path, "/")
		folder = n > 1 ? path[1] : "main"
		header = $0
		sub(/^[^<"]*/, "", header)
		if (!(folder in allowed))
			breach("folder " folder " is not in the rule")
	}
	header ~ /^"/ {
		name = substr(header, 2)
		sub(/".*/, "", name)
		if (split(name, part, "/") != 2)
			breach("\"" name "\" does not name its folder")
		else if (index(allowed[folder], " " part[1] " ") == 0)
			breach(folder " may not use " part[1])
	}
	header ~ /^</ {
		name = substr(header, 2)
		for (library in home)
			if (index(name, library) == 1 && index(home[library], " " folder " ") == 0)
				breach("<" library "> stays in" home[library])
	}'
}

# $1: file, $2: header as written; $3: 1 where it breaks the rule.
expect() {
	tree=$(mktemp -d) || exit 1
	mkdir -p "$tree/$(dirname "$1")"
	printf '#include %s\n' "$2" >"$tree/$1"
	found=$(find_breaches "$tree" | wc -l)
	rm -r "$tree"
	[ "$found" -eq "$3" ] && return
	echo "may-use: $1 with $2: $found breaches found, not $3"
	failed=1
}

failed=0
expect base/a.c '"base/b.h"' 0
expect base/a.c '"store/db.h"' 1
expect store/a.c '"base/err.h"' 0
expect store/a.h '"mail/address.h"' 1
expect config/a.c '"mail/address.h"' 0
expect config/a.c '"store/db.h"' 1
expect duty/a.c '"config/config.h"' 0
expect duty/a.c '"office/office.h"' 1
expect office/a.c '"duty/plan.h"' 0
expect office/a.c '"dispatch/dispatch.h"' 1
expect supervisor/a.c '"intake/intake.h"' 1
expect command/a.c '"supervisor/control.h"' 1
expect utskickd.c '"supervisor/supervisor.h"' 0
expect newcomer/a.c '<stdio.h>' 1
expect office/a.c '"office.h"' 1
expect office/a.c '"../store/db.h"' 1
expect store/a.c '<sqlite3.h>' 0
expect office/a.c '<sqlite3.h>' 1
expect mail/a.c '<gmime/gmime.h>' 0
expect reader/a.c '<gmime/gmime.h>' 1
expect reader/a.c '<libxml/HTMLparser.h>' 1
expect reader/a.c '<libxml/parser.h>' 0
expect intake/a.c '<libxml/parser.h>' 1
expect office/a.c '<magic.h>' 1
expect mail/a.c '<archive_entry.h>' 1
expect mail/a.c '<ytnef.h>' 1
expect reader/a.c '<ytnef.h>' 0
expect config/a.c '<idn2.h>' 1
expect mail/a.c '<libical/ical.h>' 1
expect dispatch/a.c '<curl/curl.h>' 1
expect intake/a.c '<libetpan/libetpan.h>' 1
expect reader/a.c '<seccomp.h>' 1
expect utskickd.c '<systemd/sd-daemon.h>' 1
expect office/a.c '<jansson.h>' 0
expect calendar/a.c '  <sodium.h>' 0

breaches=$(find_breaches daemon)
if [ -n "$breaches" ]; then
	printf '%s\n' "$breaches" | sed 's,^,daemon/,'
	failed=1
fi
[ "$failed" -eq 0 ] && echo "[  PASSED  ] 36 test(s)."
exit "$failed"
