"""Mails through the sealed reader, against Python's email in a process that is asked the same way."""
import os
import pathlib
import subprocess
import sys
import time

from rig.programs import BUILD

from . import corpus, framing
from .row import RUNS, Row

NAME = "reading mail (860: answers, letters, minutes of 200 KB)"
PEER = "python email + icalendar"
UNIT = "mails"
COMMANDS = {
    "ours": [str(BUILD / "utskickd"), "--worker", "reader"],
    "peer": [sys.executable, "-B", str(pathlib.Path(__file__).with_name("peer_reader.py"))],
}


def _cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0


def _ask(process, raw):
    framing.put_message(process.stdin, {"read": "mail"}, raw)
    said, _ = framing.get_message(process.stdout)
    if not said or "broken" in said or said["size"] != len(raw):
        raise RuntimeError(f"a mail of {len(raw)} bytes was not read: {said}")


def _round(who, mails):
    with subprocess.Popen(COMMANDS[who], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for raw in mails[:20]:
            _ask(process, raw)
        cpu, start = _cpu(process.pid), time.monotonic()
        for raw in mails:
            _ask(process, raw)
        seconds = time.monotonic() - start
        row = Row(who, len(mails), seconds, _cpu(process.pid) - cpu, _peak_mib(process.pid))
        process.stdin.close()
    return row


def measure():
    mails = corpus.mails()
    return [_round(who, mails) for _ in range(RUNS) for who in COMMANDS]
