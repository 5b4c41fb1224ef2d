"""1,000 series over ten years (shared/bench/calendar's calendar: four dates left out and two
moved of each) read and expanded, with the JSON that the reader makes of them, against
icalendar and dateutil by hand, which count them only."""
import pathlib
import sys
import tempfile

from rig.programs import BUILD

from . import calendars
from .row import RUNS, Row
from .run import run

SERIES = 1000
NAME = f"expanding {SERIES:,} series over ten years"
PEER = "python icalendar + dateutil"
UNIT = "occurrences"
FROM, TO = 1735689600, 2051222400  # 2025 to 2035


def _round(path):
    ours, seconds, cpu, peak = run([BUILD / "bench/expand", path, FROM, TO])
    row = Row("ours", int(ours[0]), seconds, cpu, peak)
    peer, seconds, cpu, peak = run(
        [sys.executable, "-B", pathlib.Path(__file__).with_name("peer_expand.py"), path, FROM, TO])
    if ours != peer:
        raise RuntimeError(f"count and sum of the starts differ: {ours}, {peer}")
    return [row, Row("peer", int(peer[0]), seconds, cpu, peak)]


def measure():
    with tempfile.TemporaryDirectory(prefix="expanding-") as folder:
        path = pathlib.Path(folder) / "series.ics"
        calendars.write_expanding(path, SERIES)
        return sum((_round(path) for _ in range(RUNS)), [])
