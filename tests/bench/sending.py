"""Prepared deliveries of 12 KB through dispatch's lanes into smtp-sink, every result committed
with fsync, against Postfix's smtp-source, which keeps no record, over as many connections, each
kept (-d) as ours are. The goal: 0.7 of its speed."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from rig.programs import BUILD

from .row import RUNS, Row
from .sink import sink

COUNT, SIZE, CONNECTIONS = 10000, 12000, 4
NAME = f"sending {COUNT} of 12 KB, {CONNECTIONS} connections"
PEER = "smtp-source, no record"
UNIT = "mails"
SEND = str(BUILD / "bench/send")


def prepare(folder, count, size=SIZE):
    subprocess.run([SEND, "prepare", str(folder / "prepared"), str(count), str(size)], check=True)


def _fresh(folder):
    """A copy of the store that is wholly on the disk before the clock starts."""
    for old in folder.glob("store*"):
        old.unlink()
    shutil.copyfile(folder / "prepared", folder / "store")
    fd = os.open(folder / "store", os.O_RDWR)
    os.fsync(fd)
    os.close(fd)
    return folder / "store"


def timed(who, count, command, folder):
    with open(folder / "log", "wb") as log:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    seconds = time.monotonic() - start
    if process.returncode:
        raise RuntimeError(f"{who}: exit {process.returncode}: {(folder / 'log').read_text()[-500:]}")
    return Row(who, count, seconds, usage.ru_utime + usage.ru_stime), said


def ours(folder, port, count, connections):
    row, said = timed("ours", count, [SEND, "run", str(_fresh(folder)), str(port), str(connections)],
                      folder)
    if int(said) != count:
        raise RuntimeError(f"{said} results, not {count}")
    return row


def source(folder, port, count, connections):
    return timed("peer", count, [
        "/usr/sbin/smtp-source", "-d", "-s", str(connections), "-m", str(count), "-l", str(SIZE),
        "-f", "office@bench.example", "-t", "user@dest.example", f"127.0.0.1:{port}"], folder)[0]


def measure():
    with tempfile.TemporaryDirectory(prefix="sending-") as name, sink() as port:
        folder = pathlib.Path(name)
        prepare(folder, COUNT)
        return [run(folder, port, COUNT, CONNECTIONS)
                for _ in range(RUNS) for run in (source, ours)]
