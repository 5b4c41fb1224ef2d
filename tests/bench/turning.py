"""A turn of the office in which nothing has changed: with 10 meetings, and with 10,000."""
import tempfile

from rig.programs import BUILD

from . import calendars
from .row import RUNS, Row
from .run import run

NAME = "a turn with nothing changed, 10,000 meetings"
PEER = "the same with 10 meetings"
UNIT = "turns"
COUNTS = {"ours": 10000, "peer": 10}


def _round(who, config, now):
    with tempfile.TemporaryDirectory(prefix="turning-") as state:
        (count, seconds, cpu), _, _, peak = run([BUILD / "bench/plan", "turn", config, state, now])
    if int(count) != COUNTS[who]:
        raise RuntimeError(f"{count} meetings, not {COUNTS[who]}")
    return Row(who, 1, seconds, cpu, peak)


def measure():
    now = int(calendars.NOW.timestamp())
    with tempfile.TemporaryDirectory(prefix="turning-") as folder:
        config = {who: calendars.write_office(f"{folder}/{who}", calendars.write_years, count)
                  for who, count in COUNTS.items()}
        return [_round(who, config[who], now) for _ in range(RUNS) for who in COUNTS]


def lines(rows):
    """By CPU time, the median of the rounds' own ratios."""
    pairs = [(ours.cpu, peer.cpu) for ours, peer in zip(rows[::2], rows[1::2])]
    middle = sorted(pairs, key=lambda pair: pair[1] / pair[0])[len(pairs) // 2]
    return [(NAME, "", f"{1000 * middle[0]:.3f} ms", "", f"{middle[1] / middle[0]:.1f}x"),
            (f"  {PEER}", "", f"{1000 * middle[1]:.3f} ms", "", "1")]
