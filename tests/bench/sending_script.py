"""The same against what one would write in an afternoon: a loop that builds each mail and hands it
to smtplib, and keeps no record."""
import pathlib
import sys
import tempfile

from .sending import CONNECTIONS, COUNT, ours, prepare, timed
from .sink import sink

NAME = f"sending {COUNT} of 12 KB, {CONNECTIONS} connections"
PEER = "python smtplib loop, builds and sends, no record"
UNIT = "mails"
ROUNDS = 5
PEER_COUNT = 1000


def _script(folder, port):
    return timed("peer", PEER_COUNT, [
        sys.executable, "-B", str(pathlib.Path(__file__).with_name("peer_send.py")), str(port),
        str(PEER_COUNT)], folder)[0]


def measure():
    with tempfile.TemporaryDirectory(prefix="sending-") as name, sink() as port:
        folder = pathlib.Path(name)
        prepare(folder, COUNT)
        return [run() for _ in range(ROUNDS) for run in (
            lambda: _script(folder, port), lambda: ours(folder, port, COUNT, CONNECTIONS))]
