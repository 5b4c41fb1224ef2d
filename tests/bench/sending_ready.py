"""The same against the bare smtplib loop: mails that were made before the clock starts, sendmail
for each (peer_send.py ready). No goal: what is left of the script when it has nothing to make."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from .row import RUNS, Row
from .sending import CONNECTIONS, COUNT, ours, prepare
from .sink import sink

NAME = f"sending {COUNT} of 12 KB, {CONNECTIONS} connections"
PEER = "python smtplib loop, ready-made mails, no record"
UNIT = "mails"
PEER_COUNT = 4000


def _script(port):
    process = subprocess.Popen([
        sys.executable, "-B", str(pathlib.Path(__file__).with_name("peer_send.py")), "ready",
        str(port), str(PEER_COUNT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process.stdin, process.stdout:
        process.stdout.readline()
        start = time.monotonic()
        process.stdin.write(b"\n")
        process.stdin.flush()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the script ended with {process.returncode}")
    return Row("peer", PEER_COUNT, time.monotonic() - start, usage.ru_utime + usage.ru_stime)


def measure():
    with tempfile.TemporaryDirectory(prefix="sending-") as name, sink() as port:
        folder = pathlib.Path(name)
        prepare(folder, COUNT)
        return [run() for _ in range(RUNS) for run in (
            lambda: _script(port), lambda: ours(folder, port, COUNT, CONNECTIONS))]
