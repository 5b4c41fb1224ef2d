"""An entry's fields by the sealed reader against Python's icalendar (occurrences: test_calendar_set)."""
import datetime
import json
import os
import pathlib
import subprocess

import icalendar
import pytz

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
HOME = pytz.timezone("Europe/Stockholm")


def read(path, start, end):
    done = subprocess.run(
        [BUILD / "utskick", "--config", ROOT / "config", "--json", "read", path,
         "--from", start.isoformat(), "--to", end.isoformat()],
        capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def seconds(value):
    if not isinstance(value, datetime.datetime):
        value = HOME.localize(datetime.datetime(value.year, value.month, value.day))
    return int(value.timestamp())


def test_every_component_and_its_fields_are_those_of_another_reader(tmp_path):
    text = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "METHOD:REQUEST", "BEGIN:VEVENT",
        "UID:möte-1@kommun.example", "SEQUENCE:4", "DTSTAMP:20260901T060000Z",
        "DTSTART;TZID=Europe/Stockholm:20260914T180000", "DTEND;TZID=Europe/Stockholm:20260914T200000",
        "SUMMARY:Råd\\, höst\\; möte " + "å" * 40, "LOCATION:Rum 3", "CATEGORIES:Ett,Två",
        "DESCRIPTION:rad\\nrad",
        'ATTENDEE;CN="Ek, Bo";PARTSTAT=TENTATIVE:MAILTO:Bo@kommun.example', "END:VEVENT",
        "END:VCALENDAR", ""])
    path = tmp_path / "one.ics"
    path.write_text(text)
    theirs = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    ours = read(path, HOME.localize(datetime.datetime(2026, 1, 1)),
                HOME.localize(datetime.datetime(2027, 1, 1)))["components"][0]
    for name in ("uid", "summary", "location", "description"):
        assert ours[name] == str(theirs[name])
    assert ours["sequence"] == theirs["sequence"]
    assert ours["starts"] == seconds(theirs["dtstart"].dt)
    assert ours["ends"] == seconds(theirs["dtend"].dt)
    assert ours["categories"] == [str(name) for name in theirs["categories"].cats]
    attendee = theirs["attendee"]
    assert ours["attendees"] == [{"address": "bo@kommun.example", "cn": attendee.params["CN"],
                                  "partstat": attendee.params["PARTSTAT"]}]
