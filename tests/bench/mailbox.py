"""A mailbox as it looks after a long outage: made here, the same each time, put straight
into Dovecot's Maildir."""
import base64
import os
import pathlib
import random
import shutil

USER = "utskott@linkoping.example"
SENTENCES = ("Tack för inbjudan, jag kommer.", "Här är vårt förslag till ändring av punkt två.",
             "Vi vill gärna flytta sista dagen för svar.", "Med vänlig hälsning, utskottet i Ryd")
HEAD = """\
Received: from mx1.example (mx1.example [192.0.2.1])\r
\tby mx2.example with ESMTPS id {number:010X}\r
\tfor <utskott@linkoping.example>; Thu, 12 Mar 2026 09:00:00 +0100\r
From: =?utf-8?q?=C3=85sa_=C3=96berg?= <medlem{number}@utskott.example>\r
To: Utskotten <utskott@linkoping.example>\r
Subject: {subject} {number}\r
Date: Thu, 12 Mar 2026 09:00:00 +0100\r
Message-ID: <{number}.{token:016x}@utskott.example>\r
In-Reply-To: <{token:016x}.token@linkoping.example>\r
MIME-Version: 1.0\r
"""
TEXT = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
CALENDAR = """\
BEGIN:VCALENDAR\r
PRODID:-//another client//EN\r
VERSION:2.0\r
METHOD:REPLY\r
BEGIN:VEVENT\r
UID:{token:016x}@utskick.example\r
DTSTAMP:20260311T080000Z\r
DTSTART:20260312T090000Z\r
SUMMARY:Trygghetsråd Ryd\r
ORGANIZER:mailto:utskott@linkoping.example\r
ATTENDEE;PARTSTAT=ACCEPTED:mailto:medlem{number}@utskott.example\r
END:VEVENT\r
END:VCALENDAR\r
"""


def _prose(rnd, size):
    lines = []
    while size > 0:
        lines.append(rnd.choice(SENTENCES))
        size -= len(lines[-1]) + 2
    return "\r\n".join(lines) + "\r\n"


def _base64(raw):
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def _mail(rnd, number, kind):
    """kind: "text", "answer", or the size of an attached file."""
    about = {"number": number, "token": rnd.getrandbits(64), "subject": "Svar"}
    head = HEAD.format(**about)
    if kind == "text":
        return (head + TEXT + _prose(rnd, 2600)).encode()
    edge = f"=_{about['token']:x}"
    start = (head + f'Content-Type: multipart/mixed; boundary="{edge}"\r\n\r\n--{edge}\r\n' + TEXT
             + _prose(rnd, 900) + f"--{edge}\r\nContent-Transfer-Encoding: base64\r\n").encode()
    if kind == "answer":
        kind_of, content = "text/calendar; method=REPLY", CALENDAR.format(**about).encode()
    else:
        kind_of, content = 'application/pdf; name="Protokoll.pdf"', b"%PDF-1.5\n" + rnd.randbytes(kind)
    return (start + f"Content-Type: {kind_of}\r\n\r\n".encode() + _base64(content)
            + f"--{edge}--\r\n".encode())


def fill(rig, kinds, user=USER):
    """Puts a mail for each of these kinds into the user's INBOX; returns their bytes' sum."""
    rnd, total = random.Random(7), 0
    owner = (rig.root / "mail").stat()
    folder = pathlib.Path(rig.root) / "mail" / user / "Maildir"
    for made in (folder.parent, folder, *(folder / name for name in ("cur", "new", "tmp"))):
        made.mkdir(exist_ok=True)
        os.chown(made, owner.st_uid, owner.st_gid)
    for number, kind in enumerate(kinds, 1):
        raw = _mail(rnd, number, kind)
        path = folder / "cur" / f"{1773300000 + number}.M{number}P1.bench,S={len(raw)},W={len(raw)}:2,"
        path.write_bytes(raw)
        os.chown(path, owner.st_uid, owner.st_gid)
        total += len(raw)
    _warm(rig, user, len(kinds))
    return total


def empty(rig, user=USER):
    """Before the servers end, who remove what is left in a limited time."""
    shutil.rmtree(pathlib.Path(rig.root) / "mail" / user / "Maildir/cur")


def _warm(rig, user, count):
    """Nobody's time is what Dovecot takes to make its indexes."""
    imap = rig.imap(user)
    imap.select("INBOX", readonly=True)
    _, sizes = imap.fetch("1:*", "(RFC822.SIZE INTERNALDATE)")
    imap.logout()
    if len(sizes) != count:
        raise RuntimeError(f"{len(sizes)} mails in the mailbox, not {count}")
