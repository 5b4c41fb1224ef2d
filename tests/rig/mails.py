"""Calendars, calendar answers and papers as people's programs make them.

Written by hand and not with a calendar library, so that the shapes met in the wild
(Outlook's answer without ORGANIZER, its Windows zone names, Gmail's double
attachment) can be made exactly.
"""
import datetime
import email
import email.policy
import email.utils
import zoneinfo
from email.message import EmailMessage

import icalendar

ZONE = zoneinfo.ZoneInfo("Europe/Stockholm")
UTC = datetime.timezone.utc

_TIMES = """\
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT"""


def _zone(name):
    return f"BEGIN:VTIMEZONE\nTZID:{name}\n{_TIMES}\nEND:VTIMEZONE"


def fold(line):
    """RFC 5545 3.1: at 75 octets, never inside a character."""
    pieces, rest, room = [], line, 75
    while len(rest.encode()) > room:
        piece = rest.encode()[:room].decode(errors="ignore")
        pieces.append(piece)
        rest, room = rest[len(piece):], 74
    return "\r\n ".join(pieces + [rest])


def _lines(text):
    return "".join(fold(line) + "\r\n" for line in text.split("\n")).encode()


def _text(value):
    """RFC 5545 3.3.11."""
    for char, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(char, escaped)
    return value


def _time(name, value, zone="Europe/Stockholm"):
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return f"{name}:{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    if isinstance(value, datetime.datetime):
        return f"{name};TZID={zone}:{value:%Y%m%dT%H%M%S}"
    return f"{name};VALUE=DATE:{value:%Y%m%d}"


def make_event(uid, start, minutes=90, summary="Trygghetsråd Skäggetorp", location="Stadshuset",
               description="", categories=(), secretary=None, attendees=(), rrule=None,
               recurrence_id=None, exdates=(), sequence=0, status=None,
               zone="Europe/Stockholm", extra=()):
    """One VEVENT as text. start: local (naive) or aware datetime, or a date for a whole day.

    secretary: (name, address), written as an ATTENDEE with X-UTSKICK-ROLE=SECRETARY.
    attendees: [(name, address)]. extra: further content lines as they are."""
    whole_day = not isinstance(start, datetime.datetime)
    length = datetime.timedelta(days=1) if whole_day else datetime.timedelta(minutes=minutes)
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20250101T080000Z", f"SEQUENCE:{sequence}",
             _time("DTSTART", start, zone), _time("DTEND", start + length, zone),
             f"SUMMARY:{_text(summary)}", f"LOCATION:{_text(location)}"]
    if description:
        lines.append(f"DESCRIPTION:{_text(description)}")
    if categories:
        lines.append("CATEGORIES:" + ",".join(map(_text, categories)))
    if rrule:
        lines.append(f"RRULE:{rrule}")
    lines += [_time("EXDATE", day, zone) for day in exdates]
    if recurrence_id:
        lines.append(_time("RECURRENCE-ID", recurrence_id, zone))
    if status:
        lines.append(f"STATUS:{status}")
    if secretary:
        lines.append(f'ATTENDEE;CN="{secretary[0]}";X-UTSKICK-ROLE=SECRETARY:mailto:{secretary[1]}')
    lines += [f'ATTENDEE;CN="{name}":mailto:{address}' for name, address in attendees]
    return "\n".join([*lines, *extra, "END:VEVENT"])


def make_ics(*events, method=None):
    """A whole calendar as bytes: VTIMEZONE and the events that make_event gave."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kommunen//Kalender//SV"]
    if method:
        head.append(f"METHOD:{method}")
    return _lines("\n".join([*head, _zone("Europe/Stockholm"), *events, "END:VCALENDAR"]))


def invitation_event(invitation):
    """The VEVENT of an invitation's raw bytes, read by python3-icalendar."""
    for part in email.message_from_bytes(invitation, policy=email.policy.default).walk():
        if part.get_content_type() == "text/calendar":
            calendar = icalendar.Calendar.from_ical(part.get_content())
            return calendar.walk("VEVENT")[0]
    raise ValueError("no text/calendar in the mail")


_SAID = {"ACCEPTED": ("Accepterat", "Accepted"), "DECLINED": ("Avböjt", "Declined"),
         "TENTATIVE": ("Preliminärt", "Tentatively Accepted")}


def _outlook_ics(event, attendee, partstat, now, with_organizer):
    start, end = (event.decoded(n).astimezone(ZONE).replace(tzinfo=None)
                  for n in ("DTSTART", "DTEND"))
    zone = "W. Europe Standard Time"
    organizer = [f"ORGANIZER:{event['ORGANIZER']}"] if with_organizer else []
    return _lines("\n".join([
        "BEGIN:VCALENDAR", "METHOD:REPLY", "PRODID:Microsoft Exchange Server 2010",
        "VERSION:2.0", _zone(zone), "BEGIN:VEVENT", *organizer,
        f"ATTENDEE;PARTSTAT={partstat}:MAILTO:{attendee}", "COMMENT;LANGUAGE=sv-SE:\\n",
        f"UID:{event['UID']}",
        f"SUMMARY;LANGUAGE=sv-SE:{_SAID[partstat][0]}: {_text(event['SUMMARY'])}",
        _time("DTSTART", start, zone), _time("DTEND", end, zone), "CLASS:PUBLIC",
        "PRIORITY:5", f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}", "TRANSP:OPAQUE", "STATUS:CONFIRMED",
        f"SEQUENCE:{event.get('SEQUENCE', 0)}",
        f"LOCATION;LANGUAGE=sv-SE:{_text(event.get('LOCATION', ''))}",
        f"X-MICROSOFT-CDO-APPT-SEQUENCE:{event.get('SEQUENCE', 0)}",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
        "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE", "X-MICROSOFT-CDO-IMPORTANCE:1",
        "X-MICROSOFT-CDO-INSTTYPE:0", "X-MICROSOFT-DISALLOW-COUNTER:FALSE",
        "END:VEVENT", "END:VCALENDAR"]))


def _gmail_ics(event, attendee, partstat, now, with_organizer):
    organizer = [f"ORGANIZER:{event['ORGANIZER']}"] if with_organizer else []
    return _lines("\n".join([
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
        "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:REPLY", "BEGIN:VEVENT",
        _time("DTSTART", event.decoded("DTSTART")), _time("DTEND", event.decoded("DTEND")),
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}", *organizer, f"UID:{event['UID']}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};"
        f"CN={attendee};X-NUM-GUESTS=0:mailto:{attendee}",
        "CREATED:20250101T080000Z", f"LAST-MODIFIED:{now:%Y%m%dT%H%M%SZ}",
        f"LOCATION:{_text(event.get('LOCATION', ''))}",
        f"SEQUENCE:{event.get('SEQUENCE', 0)}", "STATUS:CONFIRMED",
        f"SUMMARY:{_text(event['SUMMARY'])}", "TRANSP:OPAQUE",
        "END:VEVENT", "END:VCALENDAR"]))


def make_mail(sender, to, subject, text, files=(), in_reply_to=None, headers=None):
    """An ordinary mail. files: [(name, media type, bytes)]."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = email.utils.localtime()
    mail["Message-ID"] = email.utils.make_msgid(domain=email.utils.parseaddr(sender)[1].partition("@")[2])
    if in_reply_to:
        mail["In-Reply-To"] = mail["References"] = in_reply_to
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    for name, media_type, content in files:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def make_reply(invitation, attendee, partstat="ACCEPTED", style="outlook", now=None,
               with_organizer=None, sender=None, text=""):
    """The iTIP REPLY mail to an invitation's raw bytes, as an email.message.

    style "outlook": no ORGANIZER, MAILTO: in capitals, Windows zone name, base64,
    In-Reply-To. style "gmail": ORGANIZER, times in UTC, the calendar both inside and as
    invite.ics, no In-Reply-To. with_organizer overrides the style's habit; sender (a
    From field) differs from attendee where a spoof is wanted. now: aware, for DTSTAMP."""
    outlook = style == "outlook"
    asked = email.message_from_bytes(invitation, policy=email.policy.default)
    event = invitation_event(invitation)
    now = (now or datetime.datetime.now(UTC)).astimezone(UTC)
    organizer = not outlook if with_organizer is None else with_organizer
    ics = (_outlook_ics if outlook else _gmail_ics)(event, attendee, partstat, now, organizer)
    subject = f"{_SAID[partstat][0 if outlook else 1]}: {event['SUMMARY']}"
    mail = make_mail(sender or attendee, str(asked["From"]), subject, text + "\n",
                     in_reply_to=asked["Message-ID"] if outlook else None)
    mail.add_alternative(f"<html><body><p>{text}</p></body></html>\n", subtype="html")
    mail.add_alternative(ics, maintype="text", subtype="calendar",
                         params={"charset": "utf-8", "method": "REPLY"},
                         cte="base64" if outlook else "8bit")
    if not outlook:
        mail.add_attachment(ics, maintype="application", subtype="ics", filename="invite.ics")
    return mail


def make_pdf(text):
    """A valid one-page PDF with the text, line by line."""
    shown = text.encode("cp1252", "replace")
    for char in (b"\\", b"(", b")"):
        shown = shown.replace(char, b"\\" + char)
    lines = b"".join(b"(%s) Tj T*\n" % line for line in shown.split(b"\n"))
    stream = b"BT /F1 12 Tf 16 TL 72 770 Td\n" + lines + b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    pdf, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return pdf + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
                  b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(pdf)))
