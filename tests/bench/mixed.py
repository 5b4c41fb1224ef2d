"""The whole of what a mailbox is read for: every mail in the store, registered, read and decided
upon, by the daemon at work (intake, office and reader at once), against mbsync, which only
downloads it. The goal: at most 1.3 of its time; so a ratio of 0.77."""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import time

from rig.programs import BUILD, Daemon

from . import intake

NAME = "intake and office: 5,000 mails, 690 MB, all decided"
PEER = "mbsync to Maildir, nothing else"
UNIT = "mails"
# Asked so that the asking takes no time of those who work.
ALL_DECIDED = """SELECT (SELECT sum(last) FROM register) = ?
    AND NOT EXISTS (SELECT 1 FROM incoming WHERE decided_at IS NULL)"""


def _is_decided(path, count):
    """Looked at by a reader of its own, which keeps nobody waiting (WAL)."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db, \
            contextlib.suppress(sqlite3.OperationalError):
        return bool(db.execute(ALL_DECIDED, (count,)).fetchone()[0])
    return False


def _cpu(daemon):
    total = 0
    for pid in (daemon.pid, *daemon.workers()):
        with contextlib.suppress(OSError):
            words = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(words[11]) + int(words[12])
    return total / os.sysconf("SC_CLK_TCK")


def _check(path, count):
    with contextlib.closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT count(DISTINCT register_number), count(class), "
                          "sum(state IN ('done', 'held')) FROM incoming").fetchone()
    if rows != (count, count, count):
        raise RuntimeError(f"registered, classified, decided: {rows}, of {count}")


def ours(rig, folder, count=len(intake.BIG)):
    config = rig.write_config(folder / "config", {"utskick": {
        "calendars": [{"name": "Ryd", "folder": "calendars"}], "imap": {"sent_copy": False}}})
    path = folder / "state/utskick.db"
    with open(folder / "log", "wb") as log:
        start = time.monotonic()
        process = subprocess.Popen([BUILD / "utskickd", "--config", config, "--state",
                                    folder / "state"], stdout=log, stderr=log)
        try:
            daemon = Daemon(process, folder / "log")
            while not path.exists() or not _is_decided(path, count):
                if process.poll() is not None:
                    raise RuntimeError(f"utskickd ended with {process.returncode}")
                time.sleep(0.02)
            seconds, cpu = time.monotonic() - start, _cpu(daemon)
        finally:
            process.terminate()
            process.wait()
    _check(path, count)
    return seconds, cpu, None, count, 0


def measure(peer="mbsync"):
    return intake.measure(peer, intake.BIG, ours)
