"""From a calendar to 250 for each of many members: utskickd --once, which keeps a record of
every step, against a Python script with icalendar and smtplib, which keeps none. Both
begin with nothing and speak TLS to the same Postfix."""
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from rig import Rig
from rig.client import people
from rig.mails import ZONE, make_event, make_ics
from rig.programs import BUILD

from .office import directory
from .row import RUNS, Row

MEMBERS = 300
NAME = f"inviting {MEMBERS} members"
PEER = "python icalendar + smtplib, no record"
UNIT = "invitations"
NOW = datetime.datetime(2026, 9, 7, 8, 30, tzinfo=ZONE)
CALENDAR = make_ics(make_event("inviting@linkoping.example", datetime.datetime(2026, 9, 14, 18, 0),
                               summary="Trygghetsråd Ryd"))


def _prepare_ours(rig, folder, members):
    config = rig.write_config(folder / "config", {
        "directory": directory(members),
        "utskick": {"imap": {"sent_copy": False}, "smtp": {"messages_per_minute": 10000},
                    "calendars": [{"name": "Ryd", "folder": "calendars"}]}})
    (config / "calendars/ryd.ics").write_bytes(CALENDAR)
    return [str(BUILD / "utskickd"), "--config", str(config), "--state", str(folder / "state"),
            "--once", "--now", NOW.isoformat()]


def _prepare_peer(rig, folder, members):
    job = {"port": rig.ports["submissions"], "ca": str(rig.ca), "user": "utskott@linkoping.example",
           "password": rig.password("utskott@linkoping.example"), "calendar": str(folder / "c.ics"),
           "members": [[f"Åsa Öberg {i}", user.address] for i, user in enumerate(members)]}
    (folder / "c.ics").write_bytes(CALENDAR)
    (folder / "job.json").write_text(json.dumps(job))
    return [sys.executable, "-B", str(pathlib.Path(__file__).with_name("peer_invite.py")),
            str(folder / "job.json")]


PREPARE = {"ours": _prepare_ours, "peer": _prepare_peer}


def _run(command, log):
    """Seconds, and what it and all that it waited for has used."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - start, process.returncode, usage


def _round(rig, who, members):
    rig.reset(["utskott@linkoping.example", *members])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="inviting-"))
    try:
        command = PREPARE[who](rig, folder, members)
        with open(folder / "log", "wb") as log:
            seconds, code, usage = _run(command, log)
        rig.wait_until_delivered(120)
        arrived = sum(d.status == "sent" for d in rig.deliveries())
        if code or arrived < len(members):
            raise RuntimeError(f"{who}: exit {code}, {arrived} arrived\n"
                               + (folder / "log").read_text()[-2000:])
    finally:
        shutil.rmtree(folder)
    return Row(who, len(members), seconds, usage.ru_utime + usage.ru_stime)


def measure():
    members = people(MEMBERS)
    with Rig().start() as rig:
        return [_round(rig, who, members) for _ in range(RUNS) for who in PREPARE]
