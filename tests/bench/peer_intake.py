"""A mailbox into SQLite as one would do it in Python: every mail fetched, taken apart, its
text and files in rows, a commit each.

    peer_intake.py PORT CA USER PASSWORD DATABASE [calendars]

calendars: an answer in a calendar is read too, by icalendar."""
import email
import email.policy
import hashlib
import imaplib
import sqlite3
import ssl
import sys

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE mail (uid INTEGER PRIMARY KEY, message_id TEXT, sender TEXT, subject TEXT,
                   text TEXT, size INTEGER, answer TEXT);
CREATE TABLE file (uid INTEGER, name TEXT, media_type TEXT, sha256 TEXT, bytes BLOB);
"""


def answer_in(content):
    import icalendar

    for event in icalendar.Calendar.from_ical(content).walk("VEVENT"):
        attendee = event.get("attendee")
        if attendee is not None:
            return str(attendee.params.get("PARTSTAT"))
    return None


def keep(db, uid, raw, with_calendars):
    answer, mail = None, email.message_from_bytes(raw, policy=email.policy.default)
    text = None
    for part in mail.walk():
        if part.is_multipart():
            continue
        if part.get_content_type() == "text/plain" and not part.get_filename() and text is None:
            text = part.get_content()
            continue
        content = part.get_payload(decode=True)
        if with_calendars and part.get_content_type() == "text/calendar":
            answer = answer_in(content)
        db.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?)",
                   (uid, part.get_filename(), part.get_content_type(),
                    hashlib.sha256(content).hexdigest(), content))
    db.execute("INSERT INTO mail VALUES (?, ?, ?, ?, ?, ?, ?)",
               (uid, mail["Message-ID"], str(mail["From"]), str(mail["Subject"]), text, len(raw), answer))
    db.commit()


def main(port, ca, user, password, path, *more):
    imaplib._MAXLINE = 10_000_000
    db = sqlite3.connect(path)
    db.executescript(SCHEMA)
    imap = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca))
    imap.login(user, password)
    imap.select("INBOX", readonly=True)
    for uid in imap.uid("SEARCH", "ALL")[1][0].split():
        keep(db, int(uid), imap.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1], "calendars" in more)
    imap.logout()


if __name__ == "__main__":
    main(*sys.argv[1:])
