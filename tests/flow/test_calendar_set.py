"""3,000 calendars, the sealed reader against python3-recurring-ical-events.

Made at random from a fixed seed: rules with all their parts, zones by every name, whole
days, floating times, exceptions, overrides, dates put to. Each is also counted by hand from
dateutil's rule, which the reader has to equal always. Where the oracle differs, a row of
DIFFERENCES says by which rule of RFC 5545; a difference that no row explains fails.
"""
import collections
import datetime
import itertools
import os
import pathlib
import random
import re
import subprocess
import warnings

import icalendar
import pytz
import recurring_ical_events
from dateutil.rrule import rrulestr

from bench import framing
from rig.series import Series

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
HOME = pytz.timezone("Europe/Stockholm")
SEED = 20260914
CALENDARS = 3000
LAST = datetime.datetime(2035, 1, 1)
MARGIN = datetime.timedelta(days=10)


class Reader:
    """The sealed reader, asked as the office asks it: one process for all calendars."""

    def __enter__(self):
        self.process = subprocess.Popen([BUILD / "utskickd", "--worker", "reader"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def read(self, text, start, end):
        framing.put_message(self.process.stdin, {
            "read": "calendar", "from": int(start.timestamp()), "to": int(end.timestamp()),
            "zone": HOME.zone}, text.encode())
        return framing.get_message(self.process.stdout)[0]


def moment(value):
    """A date or a floating time is the office's local time."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    return value if value.tzinfo else HOME.localize(value)


def take_place(text, start, end):
    """[(start, end)] by the oracle, in UTC seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(start, end)
    return sorted((int(moment(event["DTSTART"].dt).timestamp()),
                   int(moment(event["DTEND"].dt).timestamp())) for event in found)


def in_window(rows, start, end):
    first, last = int(start.timestamp()), int(end.timestamp())
    return sorted(row for row in rows if row[0] < last and (row[1] > first or row[0] >= first))


def zone_of(series):
    return HOME if series.form in ("floating", "day") else series.zone


def at(series, civil):
    zone = zone_of(series)
    return int(zone.localize(civil).timestamp())


def as_the_oracle_can(series):
    """It cannot sort an RDATE with VALUE=PERIOD (TypeError): told as a plain one. The set that
    BYSETPOS counts is a whole week (3.3.10), also the one of DTSTART: told as the day it is."""
    lines = [line.replace(series.rule, series.counted_rule()) if line.startswith("RRULE") else line
             for line in series.lines]
    return "\r\n".join(line.replace(";VALUE=PERIOD", "").replace("/PT3H", "")
                       if "VALUE=PERIOD" in line else line for line in lines)


# ---- the second oracle: dateutil's rule, the rest counted by hand ----

def members(series, last):
    """Local starts before overrides."""
    count = f";COUNT={series.count}" if series.count else ""
    found = set(itertools.takewhile(
        lambda start: start <= min(last, series.until or last),
        rrulestr(series.counted_rule() + count, dtstart=series.start)))
    return (found | ({series.extra} if series.extra else set())) - series.gone


def placed(series, member):
    """Where a member takes place: [start, end] in UTC seconds."""
    start, length = member, series.length
    if member in series.overrides:
        start = series.overrides[member]
    elif series.is_future:
        (named, moved), = series.overrides.items()
        start = member + (moved - named) if member > named else member
    elif series.has_period and member == series.extra:
        length = datetime.timedelta(hours=3)
    if series.form == "day":
        return at(series, start), at(series, start + length)
    return at(series, start), at(series, start) + int(length.total_seconds())


def by_hand(series, start, end):
    last = end.replace(tzinfo=None) + MARGIN
    rows = [placed(series, member) for member in members(series, last)]
    rows += [placed(series, member) for member in series.overrides if member > last]
    return in_window(rows, start, end)


# ---- where the oracle differs ----

Difference = collections.namedtuple("Difference", "rule why applies")
DIFFERENCES = [
    Difference("3.8.5.2 RDATE, VALUE=PERIOD", "the end of the period is the end of that member",
               lambda series: series.has_period),
    Difference("3.2.13 RANGE=THISANDFUTURE", "all behind the named member move as far as it did, "
               "not that one alone", lambda series: series.is_future),
    Difference("3.8.4.4 RECURRENCE-ID", "names one member by its time; the others of its day stay",
               lambda series: series.overrides and TIMES.search(series.rule)),
    Difference("3.8.5.1 EXDATE", "takes away the member it names; the others of its day stay",
               lambda series: series.gone and TIMES.search(series.rule)),
    Difference("3.8.5.2 RDATE", "is a member beside the others of its day",
               lambda series: series.extra and series.extra.date() in {
                   one.date() for one in members(series, series.extra + MARGIN) - {series.extra}}),
    Difference("3.3.10 BYDAY in a year", "the twentieth weekday of each year, also where it is "
               "earlier in the year than DTSTART", lambda series: "BYDAY=20" in series.rule),
]
TIMES = re.compile("BY(HOUR|MINUTE)=[0-9]+,")


def make_window(pick, series):
    """A year that some of the first members are in, as far as pytz knows of clock changes."""
    last = min(series.until or LAST, LAST)
    middle = pick.choice([start for start in series.starts[:series.count] if start <= last
                          and start not in series.gone] or [series.start])
    start = HOME.localize(datetime.datetime(middle.year, pick.randint(1, middle.month), 1))
    return start, HOME.localize(datetime.datetime(middle.year + 1, start.month, 1))


def check(reader, series, start, end):
    """(occurrences, the rules that the oracle differs by)"""
    said = reader.read(series.text(), start, end)
    found = sorted((one["starts"], one["ends"]) for one in said["occurrences"])
    right = in_window(take_place(as_the_oracle_can(series), start - MARGIN, end + MARGIN), start, end)
    explained = [one.rule for one in DIFFERENCES if one.applies(series)] if found != right else []
    hand = by_hand(series, start, end)
    assert found == hand and (found == right or explained) and "problems" not in said, (
        f"{start} to {end}: the reader alone has {sorted(set(found) - set(hand))}, by hand alone "
        f"{sorted(set(hand) - set(found))}; the oracle alone {sorted(set(right) - set(found))}; "
        f"{said.get('problems')}\n{series.text()}")
    return found, explained


def test_three_thousand_calendars_take_place_when_the_oracle_and_the_rfc_say():
    print(f"seed {SEED}")
    pick, differ, seen = random.Random(SEED), collections.Counter(), collections.Counter()
    with Reader() as reader:
        for _ in range(CALENDARS):
            series = Series(pick)
            found, explained = check(reader, series, *make_window(pick, series))
            differ.update(explained)
            seen.update([series.form, "occurrences" if found else "empty"])
    print(dict(differ), dict(seen))
    assert all(differ[one.rule] for one in DIFFERENCES), "a difference that is none any more"
    assert seen["empty"] < CALENDARS / 10
