"""Answers to invitations as bytes: any calendar in any mail, and the six clients' own.

tests/data/replies/*.eml are mails as the clients write them, with @NAMES@ where they say
which meeting and who; a part that is base64 on the wire stands there readable.
"""
import base64
import itertools
import pathlib
import re

from .mails import fold

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "replies"
MAILBOX = "utskott@linkoping.example"
AUTHSERV = "mx.linkoping.example"
_numbers = itertools.count(1)


def new_id(domain="kund.example"):
    return f"<svar-{next(_numbers)}@{domain}>"


def verdict(address, passed=True):
    """What the receiving server writes on top of a mail whose author is address."""
    domain = address.rpartition("@")[2]
    word = "pass" if passed else "fail"
    return f"Authentication-Results: {AUTHSERV};\r\n\tdmarc={word} header.from={domain}\r\n"


def crlf(text):
    return "".join(line + "\r\n" for line in text.replace("\r\n", "\n").rstrip("\n").split("\n"))


def folded(text):
    return crlf("\n".join(fold(line) for line in text.replace("\r\n", "\n").split("\n")))


def event(uid, attendees, sequence=0, dtstamp="20260908T100000Z", organizer=MAILBOX, start=None,
          end=None, extra=()):
    """A VEVENT's lines. attendees: whole ATTENDEE lines or (parameters, address)."""
    lines = ["BEGIN:VEVENT", f"UID:{uid}"] if uid else ["BEGIN:VEVENT"]
    lines += [f"SEQUENCE:{sequence}"] if sequence is not None else []
    lines += [f"DTSTAMP:{dtstamp}"] if dtstamp else []
    lines += [f"ORGANIZER:mailto:{organizer}"] if organizer else []
    lines += [f"DTSTART:{start}"] if start else []
    lines += [f"DTEND:{end}"] if end else []
    lines += [a if isinstance(a, str) else f"ATTENDEE;{a[0]}:mailto:{a[1]}" for a in attendees]
    return "\n".join([*lines, *extra, "END:VEVENT"])


def calendar(*events, method="REPLY", head=()):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kund//Kalender//SV"]
    lines += [f"METHOD:{method}"] if method else []
    return folded("\n".join([*lines, *head, *events, "END:VCALENDAR"])).encode()


def part(content, kind="text/calendar; charset=utf-8; method=REPLY", name=None, encoding="base64"):
    head = f"Content-Type: {kind}\r\n"
    if name:
        head += f'Content-Disposition: attachment; filename="{name}"\r\n'
    if encoding == "base64":
        content = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return f"{head}Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + content


def text_part(text="Hej!"):
    return part(crlf(text).encode(), "text/plain; charset=utf-8", encoding="8bit")


def multipart(*parts, kind="mixed", boundary="=_grans"):
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), p) for p in parts)
    return (f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + body +
            f"--{boundary}--\r\n".encode())


def mail(sender, body, vouched=True, subject="Svar", message_id=None, headers=()):
    """body: MIME header fields, blank line, content. vouched None: no server said anything."""
    head = verdict(sender, vouched) if vouched is not None else ""
    head += f"From: {sender}\r\nTo: {MAILBOX}\r\nSubject: {subject}\r\n"
    head += f"Message-ID: {message_id or new_id()}\r\nMIME-Version: 1.0\r\n"
    return (head + "".join(h + "\r\n" for h in headers)).encode() + body


def forwarded(raw):
    return b"Content-Type: message/rfc822\r\n\r\n" + raw


def message_id_of(raw):
    return re.search(rb"^Message-ID: *\r?\n? *(<[^>]+>)", raw, re.M | re.I)[1].decode()


_PART = re.compile(r"(?P<head>(?:[A-Za-z-]+:.*\n(?:[ \t].*\n)*)*?"
                   r"Content-Transfer-Encoding: base64\n(?:[A-Za-z-]+:.*\n(?:[ \t].*\n)*)*)\n"
                   r"(?P<body>(?:.*\n)*?)(?=--|\Z)")


def _encode(match):
    content = base64.encodebytes(folded(match["body"]).encode()).decode()
    return f"{match['head']}\n{content}"


def encode_parts(text):
    """What is base64 on the wire, and stands readable in the file."""
    return _PART.sub(_encode, text)


def fill(name, vouched=True, **values):
    """tests/data/replies/NAME.eml with its @NAMES@ filled in, as bytes."""
    text = (DATA / f"{name}.eml").read_text(encoding="utf-8")
    for key, value in {"id": new_id(), **values}.items():
        text = text.replace(f"@{key.upper()}@", str(value))
    left = re.findall(r"@[A-Z_]+@", text)
    assert not left, f"{name}: {left}"
    text = encode_parts(text)
    return (verdict(values["attendee"], vouched) + crlf(text)).encode()
