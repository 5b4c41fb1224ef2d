"""The same against the loop that an office's script is: it makes each invitation (text, HTML,
calendar) and hands it to smtplib (peer_send.py built). The goal: 20 times its speed."""
import pathlib
import sys
import tempfile

from .row import RUNS
from .sending import CONNECTIONS, COUNT, ours, prepare, timed
from .sink import sink

NAME = f"sending {COUNT} of 12 KB, {CONNECTIONS} connections"
PEER = "python smtplib loop, makes each mail, no record"
UNIT = "mails"
PEER_COUNT = 2000


def _script(folder, port):
    return timed("peer", PEER_COUNT, [
        sys.executable, "-B", str(pathlib.Path(__file__).with_name("peer_send.py")), "built",
        str(port), str(PEER_COUNT)], folder)[0]


def measure():
    with tempfile.TemporaryDirectory(prefix="sending-") as name, sink() as port:
        folder = pathlib.Path(name)
        prepare(folder, COUNT)
        return [run() for _ in range(RUNS) for run in (
            lambda: _script(folder, port), lambda: ours(folder, port, COUNT, CONNECTIONS))]
