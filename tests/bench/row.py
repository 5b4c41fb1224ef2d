"""What one round of a case came to."""
import collections

# who: "ours" or "peer"; seconds of the round, CPU seconds in it, peak memory of one process.
Row = collections.namedtuple("Row", "who count seconds cpu peak_mib")
