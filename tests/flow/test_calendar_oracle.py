"""Occurrences by the sealed reader against python3-recurring-ical-events, and invitations' zones.

The series are made at random from a fixed seed, the way offices write them; where the two differ, the
entry is shown.
"""
import datetime
import itertools
import json
import os
import pathlib
import random
import subprocess
import warnings

import icalendar
import pytest
import pytz
import recurring_ical_events
from dateutil.rrule import rrulestr

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
HOME = pytz.timezone("Europe/Stockholm")
ZONES = ["Europe/Stockholm", "America/New_York", "Australia/Sydney", "Asia/Tokyo"]
DAYS = "MO TU WE TH FR SA SU".split()


def read(path, start, end):
    done = subprocess.run(
        [BUILD / "utskick", "--config", ROOT / "config", "--json", "read", path,
         "--from", start.isoformat(), "--to", end.isoformat()],
        capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def some(pick, values, most):
    return ",".join(str(value) for value in pick.sample(values, pick.randint(1, most)))


def weekly(pick):
    return pick.choice(["", f";BYDAY={some(pick, DAYS, 3)}"])


def daily(pick):
    return pick.choice(["", f";BYDAY={some(pick, DAYS, 4)}", f";BYMONTH={some(pick, range(1, 13), 3)}"])


def monthly(pick):
    days = [1, 5, 15, 28, 29, 30, 31, -1, -2, -31]
    return pick.choice([
        "", f";BYMONTHDAY={some(pick, days, 2)}",
        f";BYDAY={pick.choice([1, 2, 3, 4, 5, -1, -2])}{pick.choice(DAYS)}",
        f";BYDAY=MO,TU,WE,TH,FR;BYSETPOS={pick.choice([1, -1, 2, -2])}"])


def yearly(pick):
    month = pick.randint(1, 12)
    return pick.choice([
        "", f";BYMONTH={some(pick, range(1, 13), 2)}",
        f";BYMONTH={month};BYDAY={pick.choice([1, 2, -1])}{pick.choice(DAYS)}",
        f";BYMONTH={month};BYMONTHDAY={pick.randint(1, 28)}"])


def make_rule(pick):
    frequency, parts = pick.choice(
        [("DAILY", daily), ("WEEKLY", weekly), ("MONTHLY", monthly), ("YEARLY", yearly)])
    rule = f"FREQ={frequency}" + parts(pick)
    if pick.random() < 0.5:
        rule += f";INTERVAL={pick.randint(2, 5)}"
    return rule + pick.choice(["", "", ";WKST=SU", ";WKST=MO"])


def make_end(pick, start, zone, all_day):
    if pick.random() < 0.4:
        return f";COUNT={pick.randint(1, 40)}"
    if pick.random() < 0.5:
        return ""
    # Not at a member's own start: there the oracle stops too early after a change of the clock.
    last = start + datetime.timedelta(days=pick.randint(1, 2000), hours=0 if all_day else 2)
    if all_day:
        return f";UNTIL={last:%Y%m%d}"
    return f";UNTIL={zone.localize(last).astimezone(pytz.utc):%Y%m%dT%H%M%SZ}"


def make_series(pick, uid, all_day):
    """One series as lines, or none where its rule has no dates."""
    zone = pytz.timezone(pick.choice(ZONES))
    start = datetime.datetime(pick.randint(2015, 2026), pick.randint(1, 12), pick.randint(1, 28),
                              0 if all_day else pick.randint(4, 23))
    rule = make_rule(pick)
    starts = list(itertools.islice(rrulestr(rule, dtstart=start), 30))
    if not starts:
        return []
    start = starts[0]
    end = make_end(pick, start, zone, all_day)

    def at(moment):
        if all_day:
            return f";VALUE=DATE:{moment:%Y%m%d}"
        return f";TZID={zone.zone}:{moment:%Y%m%dT%H%M%S}"

    length = datetime.timedelta(days=1) if all_day else datetime.timedelta(minutes=90)
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTART" + at(start), "DTEND" + at(start + length),
             "RRULE:" + rule + end]
    gone = pick.sample(starts, min(len(starts), pick.randint(0, 3)))
    lines += ["EXDATE" + at(moment) for moment in gone]
    if pick.random() < 0.3:
        extra = start + datetime.timedelta(days=pick.randint(1, 700), hours=0 if all_day else 1)
        lines.append("RDATE" + at(extra))
    lines.append("END:VEVENT")
    stay = [moment for moment in starts[1:] if moment not in gone]
    if stay and not end and pick.random() < 0.5:
        member = pick.choice(stay)
        moved = member + datetime.timedelta(days=pick.randint(-3, 3), hours=0 if all_day else 1)
        lines += ["BEGIN:VEVENT", f"UID:{uid}", "RECURRENCE-ID" + at(member), "DTSTART" + at(moved),
                  "DTEND" + at(moved + length), "END:VEVENT"]
    return lines


def seconds(value):
    if not isinstance(value, datetime.datetime):
        value = HOME.localize(datetime.datetime(value.year, value.month, value.day))
    return int(value.timestamp())


def expected(text, start, end):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(start, end)
    return sorted((str(event["UID"]), seconds(event["DTSTART"].dt), seconds(event["DTEND"].dt))
                  for event in found)


@pytest.mark.parametrize("all_day", [False, True], ids=["timed", "all-day"])
@pytest.mark.parametrize("seed", range(6))
def test_random_series_take_place_when_the_oracle_says(tmp_path, seed, all_day):
    pick = random.Random(seed * 2 + all_day)
    series = {f"s{i}": make_series(pick, f"s{i}", all_day) for i in range(40)}
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//test//SV", *sum(series.values(), []),
             "END:VCALENDAR", ""]
    path = tmp_path / "series.ics"
    path.write_bytes("\r\n".join(lines).encode())
    year = pick.randint(2018, 2027)
    start = HOME.localize(datetime.datetime(year, pick.randint(1, 12), 1))
    end = HOME.localize(datetime.datetime(year + 1, pick.randint(1, 12), 1))

    said = read(path, start, end)
    found = sorted((o["uid"], o["starts"], o["ends"]) for o in said["occurrences"])
    right = expected("\r\n".join(lines), start, end)
    assert right, "the seed gives no occurrence at all"
    wrong = sorted({row[0] for row in set(found) ^ set(right)})
    assert found == right, "\n".join(sum((series[uid] for uid in wrong), []))
    assert "problems" not in said


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
