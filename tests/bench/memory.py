"""What each process holds at its most: a mailbox of 20 mails of 25 MB is fetched and read, then
minutes of 20 MB come in and go to 50 members, all by the daemon at work, over TLS, on a real
Dovecot and a real Postfix. The goal: below 40 MB each. pdftotext, which the office runs for a PDF, is not ours."""
import collections
import datetime
import pathlib
import tempfile
import threading
import time

from rig import Rig, documents, programs
from rig.client import people
from rig.mails import ZONE, make_event, make_ics, make_mail

from . import mailbox
from .intake import LARGE
from .office import directory

NAME = "memory: 20 mails of 25 MB in, minutes of 20 MB to 50"
MEMBERS, MINUTES = 50, 20_000_000
NOW = datetime.datetime(2026, 9, 15, 8, 30, tzinfo=ZONE)
HELD_ON = datetime.datetime(2026, 9, 14, 18, 0)
COORDINATOR = "maria.sjoberg@linkoping.example"
SECRETARY = ("Karin Mörk", "karin.mork@linkoping.example")


def _config(rig, folder, members):
    config = rig.write_config(folder / "config", {
        "directory": directory(members),
        "utskick": {"imap": {"sent_copy": False},
                    "calendars": [{"name": "Ryd", "folder": "calendars"}]}})
    (config / "calendars/ryd.ics").write_bytes(make_ics(make_event(
        "ryd@linkoping.example", HELD_ON, summary="Trygghetsråd Ryd", secretary=SECRETARY)))
    return config


class _Watch:
    """The highest VmHWM of each process of the daemon, by what it is, until it is left."""

    def __init__(self, daemon):
        self.daemon, self.peaks, self.ended = daemon, collections.Counter(), threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self._look()

    def _run(self):
        while not self.ended.wait(0.05):
            self._look()

    def _look(self):
        for pid, line in {self.daemon.pid: "", **self.daemon.workers()}.items():
            words = line.split() or ["parent"]
            name = words[words.index("--worker") + 1] if "--worker" in words else words[0]
            try:
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            peak = status.partition("VmHWM:")[2].split()
            self.peaks[name] = max(self.peaks[name], int(peak[0]) if peak else 0)


def _rows(config, state, words):
    return programs.utskick(config, state, "export", words).rows


def _wait(what, wanted, seconds=300):
    end = time.monotonic() + seconds
    while what() < wanted:
        if time.monotonic() > end:
            raise RuntimeError(f"it takes too long: {what()} of {wanted}")
        time.sleep(0.2)


def _work(rig, folder, members):
    config, state = _config(rig, folder, members), folder / "state"
    state.mkdir(mode=0o700)
    mailbox.fill(rig, LARGE)
    with programs.run_daemon(config, state, NOW) as daemon, _Watch(daemon) as watch:
        _wait(lambda: sum(r["state"] != "new" for r in _rows(config, state, "incoming")), len(LARGE))
        read = dict(watch.peaks)
        rig.send(SECRETARY[1], make_mail(SECRETARY[1], mailbox.USER, "Protokoll [RYD-2026-09-14]",
                                         "Hej! Här kommer protokollet.\n",
                                         [("Protokoll.pdf", "application/pdf", documents.large_pdf(MINUTES))]))
        _wait(lambda: sum(r["letter"] == "minutes" and r["state"] == "sent"
                          for r in _rows(config, state, "deliveries")), MEMBERS)
    return read, watch.peaks


def measure():
    members = people(MEMBERS)
    with Rig().start([mailbox.USER, SECRETARY[1], COORDINATOR, *members]) as rig, \
            tempfile.TemporaryDirectory(prefix="memory-") as name:
        rows = _work(rig, pathlib.Path(name), members)
        rig.wait_until_delivered(300)
        rig.reset()
    return rows


def lines(rows):
    """The table's: the peak of each process when all is read, and when all is sent."""
    read, sent = rows
    return [(NAME, "", "read", "sent", "")] + [
        (f"  {name}", "", f"{read[name] / 1024:.1f} MiB" if name in read else "",
         f"{peak / 1024:.1f} MiB", "") for name, peak in sent.items()]
