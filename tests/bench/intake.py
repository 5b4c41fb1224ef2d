"""A whole mailbox into the store: utskickd's intake, as `utskickd --once` runs it, and what
others do with the same mailbox over the same TLS. Every mail is counted afterwards."""
import contextlib
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from rig import Rig
from rig.programs import BUILD, Daemon

from . import mailbox
from .row import RUNS, Row

# 5,000 mails, 690 MB: answers, calendar answers, 500 with minutes of 200 KB, 20 with 20 MB.
BIG = ["text"] * 3002 + ["answer"] * 1478 + [200_000] * 500 + [20_000_000] * 20
random.Random(7).shuffle(BIG)
LARGE = [18_500_000] * 20  # 25 MB each on the wire
MBSYNC = """\
IMAPAccount rig
Host localhost
Port {port}
User {user}
Pass {password}
SSLType IMAPS
CertificateFile {ca}

IMAPStore far
Account rig

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/inbox

Channel all
Far :far:
Near :near:
Patterns INBOX
Sync Pull
Create Near
SyncState *
"""


def _process(pid):
    """CPU seconds of its ended children, peak memory in MiB."""
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    peak = status.partition("VmHWM:")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return (int(stat[13]) + int(stat[14])) / ticks, int(peak[0]) / 1024 if peak else 0


def _worker(daemon):
    return next((p for p, line in daemon.workers().items() if "--worker intake" in line), None)


def _watch(process):
    """Until the intake of `utskickd --once` has ended: seconds, CPU seconds, peak MiB."""
    daemon, start, peak = Daemon(process, os.devnull), time.monotonic(), 0
    while not (pid := _worker(daemon)):
        time.sleep(0.002)
        if process.poll() is not None:
            raise RuntimeError(f"utskickd ended with {process.returncode}")
    end = os.pidfd_open(pid)
    with contextlib.suppress(OSError, FileNotFoundError), os.fdopen(end):
        while True:
            with contextlib.suppress(ProcessLookupError):
                peak = max(peak, _process(pid)[1])
            # A signal 0 to one that has ended and was waited for is refused.
            os.kill(pid, 0)
            time.sleep(0.005)
    return time.monotonic() - start, _process(process.pid)[0], peak


def _ours(rig, folder):
    config = rig.write_config(folder / "config", {"utskick": {
        "calendars": [{"name": "Ryd", "folder": "calendars"}], "imap": {"sent_copy": False}}})
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([BUILD / "utskickd", "--config", config, "--state",
                                    folder / "state", "--once"], stdout=log, stderr=log)
        try:
            seconds, cpu, peak = _watch(process)
        finally:
            process.kill()
            process.wait()
    with contextlib.closing(sqlite3.connect(folder / "state/utskick.db")) as db:
        count, size = db.execute("SELECT count(sha256), sum(size) FROM incoming").fetchone()
    return seconds, cpu, peak, count, size


def _timed(command, log):
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _mbsync(rig, folder):
    (folder / "mail").mkdir()
    (folder / "rc").write_text(MBSYNC.format(
        port=rig.ports["imaps"], user=mailbox.USER, password=rig.password(mailbox.USER),
        ca=rig.ca, folder=folder))
    with open(folder / "log", "wb") as log:
        timed = _timed(["mbsync", "-q", "-c", folder / "rc", "all"], log)
    files = list((folder / "mail/inbox").glob("*/*,*"))
    return (*timed, len(files), sum(f.stat().st_size for f in files))


def _python(rig, folder, *more):
    with open(folder / "log", "wb") as log:
        timed = _timed([sys.executable, "-B", str(pathlib.Path(__file__).with_name("peer_intake.py")),
                        str(rig.ports["imaps"]), str(rig.ca), mailbox.USER,
                        rig.password(mailbox.USER), str(folder / "mail.db"), *more], log)
    with contextlib.closing(sqlite3.connect(folder / "mail.db")) as db:
        count, size = db.execute("SELECT count(*), sum(size) FROM mail").fetchone()
    return (*timed, count, size)


PEERS = {"mbsync": _mbsync, "python": _python,
         "python_calendars": lambda rig, folder: _python(rig, folder, "calendars")}


def _round(rig, who, work, count):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="intake-"))
    try:
        seconds, cpu, peak, got, _ = work(rig, folder)
        if got != count:
            raise RuntimeError(f"{who}: {got} mails of {count}\n"
                               + (folder / "log").read_text(errors="replace")[-2000:])
    finally:
        shutil.rmtree(folder)
        os.sync()  # what one has written is not the other's to wait for
    return Row(who, count, seconds, cpu, peak)


def measure(peer, kinds, ours=_ours):
    with Rig().start([mailbox.USER]) as rig:
        mailbox.fill(rig, kinds)
        work = {"ours": ours, "peer": PEERS[peer]}
        rows = [_round(rig, who, work[who], len(kinds)) for _ in range(RUNS) for who in work]
        mailbox.empty(rig)
    return rows
