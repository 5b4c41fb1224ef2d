#!/bin/sh
# run.sh BUILD NAME SECONDS: one fuzz target; exit 1 with its words where it found something.
build=$1
name=$2
seconds=$3
seeds=tests/fuzz/seeds/${name#fuzz-}
corpus=$build/corpus/$name
found=$build/found
mkdir -p "$corpus" "$found"
[ -d "$seeds" ] || seeds=
printf '%s: %s s ... ' "$name" "$seconds"
if "$build/fuzz/$name" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" \
	-timeout="${FUZZ_TIMEOUT:-10}" -rss_limit_mb=2048 \
	-artifact_prefix="$found/$name-" -print_final_stats=1 "$corpus" $seeds \
	>"$found/$name.log" 2>&1; then
	printf '%s runs, nothing found\n' \
		"$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$name.log")"
else
	printf 'found something:\n'
	tail -n 40 "$found/$name.log"
	exit 1
fi
