"""An office at work, told in few words: calendar, mails, the clock, what came of them.

The clock is the test's: NOW is a Monday morning after the hour at which letters go out.
"""
import datetime
import email
import email.policy
import functools
import os
import re
import sqlite3
from email import parser

from rig.mails import UTC, ZONE, make_event, make_ics, make_mail, make_pdf, make_reply

NOW = datetime.datetime(2026, 9, 7, 8, 30, tzinfo=ZONE)
SECRETARY = ("Karin Mörk", "karin.mork@linkoping.example")
EVERY_FOLDER = ("INBOX", "Hanterat", "Sent")


def at(days=0, hour=18, minute=0):
    """A local time, as people type it into a calendar."""
    day = NOW.date() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(hour, minute))


def clock(days=0, hour=8, minute=30):
    """The moment for --now."""
    return at(days, hour, minute).replace(tzinfo=ZONE)


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def headers_of(raw):
    """Alone: a mail may be made to break its reader."""
    return parser.BytesHeaderParser(policy=email.policy.default).parsebytes(raw)


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def one_line(text):
    return " ".join(text.split())


def code_of(mail):
    """The subject code, as a person reads it."""
    return re.search(r"\[([A-Z]{3}-[\d-]+)\]", mail["Subject"])[1]


def files_of(mail):
    """{name: bytes} of what is attached, calendars left out."""
    return {part.get_filename(): part.get_payload(decode=True)
            for part in mail.iter_attachments() if part.get_filename() and
            part.get_content_type() not in ("text/calendar", "application/ics")}


def small_directory(members, council="Ryd", committee="Utskottet Nordväst", language=None):
    """One council, one committee. members: [(id, name, address)] or addresses."""
    members = [m if isinstance(m, tuple) else (f"p{i}", f"Person {i}", m)
               for i, m in enumerate(members, 1)]
    return {
        "councils": [{"id": "ryd", "code": "RYD", "name": council, "committees": ["nv"]}],
        "committees": [{"id": "nv", "name": committee,
                        "members": [{"person": m[0], "role": "member"} for m in members]}],
        "people": [{"id": i, "name": name, "addresses": [address],
                    **({"language": language} if language else {})}
                   for i, name, address in members]}


ONE_CALENDAR = [{"name": "Säkerhetsenheten", "folder": "calendars/sakerhetsenheten"}]


class Scene:
    """An Office with a few members, and the verbs of its story."""

    def __init__(self, office, members=None, utskick=None, **directory):
        self.office, self.rig = office, office.rig
        self.mailbox, self.coordinator = office.mailbox, office.coordinator
        self.members = members
        self.events = {}
        if members is not None:
            self.configure(members, utskick, **directory)

    def configure(self, members, utskick=None, **directory):
        self.members = members
        self.office.configure({
            "utskick": {"calendars": ONE_CALENDAR, **(utskick or {})},
            "directory": small_directory(members, **directory)})
        self.rig.add_users([SECRETARY[1]])

    # -- what goes in

    def put(self, uid, start, **about):
        """One meeting in the calendar file, as make_event takes it; None takes it away."""
        self.events[uid] = start and make_event(
            uid, start, **{"summary": "Trygghetsråd Ryd", **about})
        self.write()

    def write(self, name="moten.ics"):
        self.office.put_calendar(name, make_ics(*[e for e in self.events.values() if e]))

    def run(self, now=NOW, check=0, **settings):
        """utskickd --once; afterwards all mail has arrived."""
        ran = self.office.run_once(now, check=check, **settings)
        print(f"--- {now}\n{ran.stderr}")  # pytest shows it where the test fails
        self.rig.wait_until_delivered()
        return ran

    def send(self, sender, mail, to=None):
        self.rig.send(sender, mail, [to or self.mailbox])
        self.rig.wait_until_delivered()

    def fill(self, mails):
        """Many mails at once into the worked mailbox, as bytes, by no server."""
        imap = self.rig.imap(self.mailbox)  # which makes the folder
        imap.select()
        imap.logout()
        folder = self.rig.root / "mail" / self.mailbox / "Maildir"
        owner = folder.stat()
        for number, raw in enumerate(mails, 1):
            name = f"{1788700000 + number}.M{number}P1.x,S={len(raw)},W={len(raw)}:2,"
            (folder / "cur" / name).write_bytes(raw)
            os.chown(folder / "cur" / name, owner.st_uid, owner.st_gid)

    def answer(self, address, partstat="ACCEPTED", style="outlook", now=NOW, **how):
        """The member presses a button in the newest invitation."""
        raw = self.raw(address, "invitation", "update")[-1]
        self.send(how.pop("login", address), make_reply(raw, address, partstat, style, now, **how))

    def minutes_mail(self, sender, subject, pdf=None, text="Hej! Här kommer protokollet.\n",
                     name="Protokoll.pdf", media_type="application/pdf", **how):
        return make_mail(sender, self.mailbox, subject, text,
                         [(name, media_type, pdf or make_pdf(subject))], **how)

    # -- what came out

    def raw(self, address, *kinds):
        """Mails of these kinds in an address's mailbox."""
        return [raw for raw in self.rig.mailbox(address) if parse(raw)["X-Utskick"] in kinds]

    def letters(self, address, *kinds):
        return [parse(raw) for raw in self.raw(address, *kinds)]

    def only(self, address, kind):
        found = self.letters(address, kind)
        assert len(found) == 1, f"{len(found)} mails of kind {kind} for {address}"
        return found[0]

    def rows(self, what):
        return self.office.utskick("export", what).rows

    def deliveries(self, kind=None):
        return [d for d in self.rows("deliveries") if kind in (None, d["letter"])]

    def incoming(self, **about):
        """Registered mails with these fields."""
        return [row for row in self.rows("incoming")
                if all(row.get(k) == v for k, v in about.items())]

    def held_number(self):
        """The number that the coordinator's newest notice asks him to type."""
        notice = self.letters(self.coordinator, "held-notice")[-1]
        return re.search(r"utskick release (\d+)", text_of(notice))[1]

    def held(self):
        """What waits for the coordinator's word."""
        said = self.office.json("held")
        return said["held"] if isinstance(said, dict) else said

    def lying(self, folder="INBOX"):
        """{subject: flags} in the worked mailbox."""
        return {headers_of(raw)["Subject"]: flags
                for _, flags, raw in self.rig.messages(self.mailbox, folder)}

    def whole_mailbox(self):
        """uid and flags of everything, to see that nothing was touched."""
        return {folder: [(uid, flags) for uid, flags, _ in self.rig.messages(self.mailbox, folder)]
                for folder in EVERY_FOLDER}

    def database(self):
        """Every row of every table."""
        with sqlite3.connect(f"file:{self.office.state}/utskick.db?mode=ro", uri=True) as db:
            return list(db.iterdump())

    def query(self, sql, *values):
        with sqlite3.connect(f"file:{self.office.state}/utskick.db?mode=ro", uri=True) as db:
            return db.execute(sql, values).fetchall()


minutes_later = functools.partial(lambda moment, n: moment + datetime.timedelta(minutes=n), NOW)

__all__ = ["NOW", "UTC", "ZONE", "SECRETARY", "Scene", "at", "clock", "parse", "headers_of", "text_of", "code_of",
           "files_of", "one_line", "small_directory", "minutes_later", "make_event", "make_ics",
           "make_mail", "make_pdf", "make_reply"]
