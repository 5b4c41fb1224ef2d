"""The same over a link with a round trip of 20 ms, which the relay of sink.py makes for both: one
round trip a mail, as the next envelope travels behind the final dot, where smtp-source needs four.
The goal: 3.5 times its speed."""
import pathlib
import tempfile

from .row import RUNS
from .sending import CONNECTIONS, ours, prepare, source
from .sink import far_link, sink

COUNT, ROUND_TRIP_MS = 1000, 20
NAME = f"sending {COUNT} over {ROUND_TRIP_MS} ms, {CONNECTIONS} connections"
PEER = "smtp-source, no record"
UNIT = "mails"


def measure():
    with tempfile.TemporaryDirectory(prefix="sending-") as name, sink() as near, \
            far_link(near, ROUND_TRIP_MS) as port:
        folder = pathlib.Path(name)
        prepare(folder, COUNT)
        return [run(folder, port, COUNT, CONNECTIONS)
                for _ in range(RUNS) for run in (source, ours)]
