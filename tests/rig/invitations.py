"""Meetings as calendar programs mail them.

tests/data/invitations/*.eml are invitations as the programs write them, with @NAMES@ where
they say which meeting; a part that is base64 on the wire stands there readable.
"""
import datetime
import email.header
import email.utils
import pathlib

from .replies import MAILBOX, crlf, encode_parts, new_id, verdict
from .mails import ZONE

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "invitations"
PROGRAMS = ("outlook", "google", "apple", "thunderbird")
UNIT = "sakerhetsenheten@linkoping.example"
UTC = datetime.timezone.utc


def local(at):
    return at.strftime("%Y%m%dT%H%M%S")


def stamp(moment):
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def without(text, *names):
    """Lines that begin with one of these are left out, as Outlook leaves out SEQUENCE."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(names))


def invite(program, uid, start, sent, method="REQUEST", summary="Trygghetsråd Ryd", sender=UNIT, sequence=0,
           location="Träffpunkten Ånestad", description="Dagordning: belysning på Höstvägen", extra=(), date=None,
           status=None, vouched=True, minutes=90, leave_out=(), headers=""):
    """A mail, as bytes. start: local; sent: the moment of DTSTAMP and Date. date: the local start that an
    instance has in its series. extra: lines such as RRULE."""
    lines = [*([] if sequence is None else [f"SEQUENCE:{sequence}"]), *extra]
    if date:
        zone = "W. Europe Standard Time" if program == "outlook" else "Europe/Stockholm"
        lines.append(f"RECURRENCE-ID;TZID={zone}:{local(date)}")
    text = (DATA / f"{program}.eml").read_text(encoding="utf-8")
    values = {
        "sender": sender, "mailbox": MAILBOX, "subject": email.header.Header(summary, "utf-8").encode(),
        "date": email.utils.format_datetime(sent), "id": new_id("linkoping.example"), "method": method, "uid": uid,
        "start": local(start), "end": local(start + datetime.timedelta(minutes=minutes)), "stamp": stamp(sent),
        "summary": summary, "location": location, "description": description, "extra": "\n".join(lines),
        "status": status or ("CANCELLED" if method == "CANCEL" else "CONFIRMED")}
    for key, value in values.items():
        text = text.replace(f"@{key.upper()}@", str(value))
    text = without(text, *leave_out) if leave_out else text
    text = "\n".join(line for line in text.split("\n") if line != "@EXTRA@")
    return (verdict(sender, vouched) + headers + crlf(encode_parts(text))).encode()


def at_zone(at):
    return at.replace(tzinfo=ZONE)
