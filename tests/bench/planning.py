"""From calendar files to planned meetings, from scratch: taken in, read by the sealed reader,
placed, and every meeting's duties worked out, each step committed to the store; against a
script that reads the same files and writes one table. One calendar; a series for each
council, spring and autumn, every fourth week, one date left out and one moved."""
import pathlib
import sys
import tempfile

from rig.programs import BUILD

from . import calendars
from .row import RUNS, Row
from .run import run

MEETINGS = 10000
NAME = f"planning {MEETINGS:,} meetings over ten years, a series each term"
PEER = "python icalendar + recurring-ical-events"
UNIT = "meetings"


def _count(who, numbers):
    if int(numbers[0]) != MEETINGS:
        raise RuntimeError(f"{who}: {numbers[0]} meetings, not {MEETINGS}")
    return MEETINGS


def _round(config, now):
    with tempfile.TemporaryDirectory(prefix="planning-") as folder:
        said, seconds, cpu, _ = run([BUILD / "bench/plan", "scratch", config, folder, now])
        ours = Row("ours", _count("ours", said), seconds, cpu)
        said, seconds, cpu, _ = run([sys.executable, "-B",
                                     pathlib.Path(__file__).with_name("peer_plan.py"),
                                     config, pathlib.Path(folder) / "peer.db", now])
        return [ours, Row("peer", _count("peer", said), seconds, cpu)]


def measure_with(write):
    now = int(calendars.NOW.timestamp())
    with tempfile.TemporaryDirectory(prefix="planning-") as folder:
        config = calendars.write_office(folder, write, MEETINGS)
        return sum((_round(config, now) for _ in range(RUNS)), [])


def measure():
    return measure_with(calendars.write_terms)
