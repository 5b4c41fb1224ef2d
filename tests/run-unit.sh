#!/bin/sh
# run-unit.sh PROGRAM... : runs each from the project's root, one line for each that
# passes, everything it said for one that fails, and a closing line.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
tests=0 programs=0 failed=
for program in "$@"; do
	programs=$((programs + 1))
	if "$program" >"$log" 2>&1; then
		n=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
		tests=$((tests + n))
		echo "ok      ${program##*/} ($n)"
	else
		failed="$failed ${program##*/}"
		cat "$log"
		echo "FAILED  ${program##*/}"
	fi
done
echo "unit: $programs programs, $tests tests passed${failed:+, FAILED:$failed}"
[ -z "$failed" ] && [ "$programs" -gt 0 ]
