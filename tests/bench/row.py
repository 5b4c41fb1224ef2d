"""What one round of a case came to."""
import collections
import os

# Rounds of a case; fewer while one works on it.
RUNS = int(os.environ.get("BENCH_RUNS", "5"))

# who: "ours" or "peer"; seconds of the round, CPU seconds in it, peak memory of the one
# process; None where there are several.
Row = collections.namedtuple("Row", "who count seconds cpu peak_mib", defaults=(None,))
