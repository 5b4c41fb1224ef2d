"""Calendars at random, the way offices and programs write them: one series each, with all
parts of rules, zones, exceptions and overrides."""
import datetime
import itertools
import re

import pytz
from dateutil.rrule import rrulestr

ZONES = ["Europe/Stockholm", "America/New_York", "Australia/Sydney", "Asia/Tokyo"]
WINDOWS = {"W. Europe Standard Time": "Europe/Berlin", "Eastern Standard Time": "America/New_York",
           "Tokyo Standard Time": "Asia/Tokyo", "GMT Standard Time": "Europe/London"}
DAYS = "MO TU WE TH FR SA SU".split()
WEEK_POSITION = re.compile(";BYDAY=MO,WE,FR;BYSETPOS=(-?[0-9])")
FORMS = ["zone", "zone", "zone", "windows", "own-zone", "utc", "floating", "day", "day"]
# Europe's rule under a name that is nobody's.
OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Kommunens tid
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE""".splitlines()


def some(pick, values, most):
    return ",".join(str(value) for value in pick.sample(list(values), pick.randint(1, most)))


def _daily(pick):
    return pick.choice(["", f";BYDAY={some(pick, DAYS, 4)}", f";BYMONTH={some(pick, range(1, 13), 3)}",
                        f";BYMONTHDAY={some(pick, range(1, 29), 5)}",
                        f";BYMONTH={some(pick, range(1, 13), 4)};BYDAY={some(pick, DAYS, 3)}"])


def _weekly(pick):
    return pick.choice(["", f";BYDAY={some(pick, DAYS, 3)}",
                        f";BYDAY={some(pick, DAYS, 4)};BYMONTH={some(pick, range(1, 13), 5)}",
                        f";BYDAY=MO,WE,FR;BYSETPOS={pick.choice([1, -1, 2])}"])


def _monthly(pick):
    days = [1, 5, 15, 28, 29, 30, 31, -1, -2, -31]
    nth = f"{pick.choice([1, 2, 3, 4, 5, -1, -2])}{pick.choice(DAYS)}"
    return pick.choice([
        "", f";BYMONTHDAY={some(pick, days, 3)}", f";BYDAY={nth}",
        f";BYDAY={nth},{pick.choice([1, 3])}{pick.choice(DAYS)}",
        f";BYDAY=MO,TU,WE,TH,FR;BYSETPOS={pick.choice([1, -1, 2, -2])}",
        f";BYDAY={pick.choice(DAYS)};BYMONTHDAY={some(pick, range(1, 29), 8)}",
        f";BYMONTHDAY={some(pick, days, 2)};BYMONTH={some(pick, range(1, 13), 4)}"])


def _yearly(pick):
    month = pick.randint(1, 12)
    return pick.choice([
        "", f";BYMONTH={some(pick, range(1, 13), 2)}",
        f";BYMONTH={month};BYDAY={pick.choice([1, 2, -1])}{pick.choice(DAYS)}",
        f";BYMONTH={month};BYMONTHDAY={pick.randint(1, 28)}",
        f";BYMONTH={some(pick, range(1, 13), 2)};BYDAY={some(pick, DAYS, 2)};BYSETPOS=1,-1",
        f";BYMONTHDAY={pick.randint(1, 28)}", f";BYDAY={pick.choice([1, 20, -1])}{pick.choice(DAYS)}",
        f";BYYEARDAY={some(pick, [1, 60, 100, 200, 365, 366, -1, -60], 3)}",
        f";BYWEEKNO={some(pick, [2, 10, 20, 36, 51], 2)};BYDAY={pick.choice(DAYS)}"])


def _times(pick):
    return pick.choice([f";BYHOUR={some(pick, range(8, 20), 3)}",
                        f";BYHOUR={some(pick, range(8, 20), 2)};BYMINUTE=0,30",
                        f";BYMINUTE={some(pick, [0, 15, 45], 2)}"])


def _rule(pick, form):
    frequency, parts = pick.choice(
        [("DAILY", _daily), ("WEEKLY", _weekly), ("MONTHLY", _monthly), ("YEARLY", _yearly)])
    rule = f"FREQ={frequency}" + parts(pick)
    if pick.random() < 0.5:
        rule += f";INTERVAL={pick.randint(2, 5)}"
    if form != "day" and "BYSETPOS" not in rule and pick.random() < 0.15:
        rule += _times(pick)
    return rule + pick.choice(["", "", ";WKST=SU", ";WKST=MO"])


class Series:
    """lines: one VCALENDAR. The same for who counts by hand, in local time: starts (of the
    rule, the first thirty), count, until, gone, extra (RDATE; None) and whether it has an
    end of its own three hours on (has_period), overrides {member: where it was moved},
    is_future: the only one is for all that follow."""
    has_period = is_future = False
    count = None

    def __init__(self, pick):
        self.pick = pick
        self.form = pick.choice(FORMS)
        self.extra, self.overrides, self.until = None, {}, None
        self.zone, self.tzid = self._zone()
        self.starts = []
        while not self.starts:
            self._begin()
        self.length = datetime.timedelta(days=1) if self.form == "day" else datetime.timedelta(minutes=90)
        self.lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//test//SV",
                      *(OWN_ZONE if self.form == "own-zone" else []), *self._master(),
                      *self._changed(), "END:VCALENDAR", ""]

    def _zone(self):
        if self.form == "windows":
            name = self.pick.choice(list(WINDOWS))
            return pytz.timezone(WINDOWS[name]), name
        if self.form == "own-zone":
            return pytz.timezone("Europe/Stockholm"), "Kommunens tid"
        if self.form == "utc":
            return pytz.utc, None
        zone = pytz.timezone(self.pick.choice(ZONES) if self.form == "zone" else "Europe/Stockholm")
        return zone, zone.zone

    def _begin(self):
        pick = self.pick
        start = datetime.datetime(pick.randint(2015, 2026), pick.randint(1, 12), pick.randint(1, 28),
                                  0 if self.form == "day" else pick.randint(4, 23))
        self.rule = _rule(pick, self.form)
        self.starts = list(itertools.islice(rrulestr(self.counted_rule(), dtstart=start), 30))
        self.start = self.starts[0] if self.starts else None

    def counted_rule(self):
        """Without BYSETPOS of a week, whose first week dateutil begins at DTSTART."""
        position = WEEK_POSITION.search(self.rule)
        if not position:
            return self.rule
        day = ["MO", "WE", "FR"][int(position[1]) - (int(position[1]) > 0)]
        return WEEK_POSITION.sub(f";BYDAY={day}", self.rule)

    def at(self, moment):
        if self.form == "day":
            return f";VALUE=DATE:{moment:%Y%m%d}"
        text = f"{moment:%Y%m%dT%H%M%S}"
        if self.form == "utc":
            return f":{text}Z"
        return f":{text}" if self.form == "floating" else f";TZID={self.tzid}:{text}"

    def _end(self):
        pick = self.pick
        if pick.random() < 0.4:
            self.count = pick.randint(1, 40)
            return f";COUNT={self.count}"
        if pick.random() < 0.5:
            return ""
        last = self.start + datetime.timedelta(days=pick.randint(1, 2000),
                                               hours=0 if self.form == "day" else 2)
        self.until = last
        if self.form == "day":
            return f";UNTIL={last:%Y%m%d}"
        if self.form == "floating":
            return f";UNTIL={last:%Y%m%dT%H%M%S}"
        last = last if self.form == "utc" else self.zone.localize(last).astimezone(pytz.utc)
        return f";UNTIL={last:%Y%m%dT%H%M%S}Z"

    def _exdates(self):
        gone = self.pick.sample(self.starts, min(len(self.starts), self.pick.randint(0, 3)))
        self.gone = set(gone)
        if gone and self.pick.random() < 0.3:
            # Several in one line, as RFC 5545 allows.
            first, *others = [self.at(moment) for moment in gone]
            return ["EXDATE" + ",".join([first, *(one.rpartition(":")[2] for one in others)])]
        return ["EXDATE" + self.at(moment) for moment in gone]

    def _rdates(self):
        if self.pick.random() > 0.3:
            return []
        extra = self.start + datetime.timedelta(days=self.pick.randint(1, 700),
                                                hours=0 if self.form == "day" else 1)
        self.extra = extra
        if self.form == "day" or self.pick.random() < 0.7:
            return ["RDATE" + self.at(extra)]
        self.has_period = True
        name, _, value = self.at(extra).partition(":")
        return [f"RDATE;VALUE=PERIOD{name}:{value}/PT3H"]

    def _master(self):
        self.end = self._end()
        return ["BEGIN:VEVENT", "UID:s", "DTSTART" + self.at(self.start), *self._span(self.start),
                "RRULE:" + self.rule + self.end, *self._exdates(), *self._rdates(), "END:VEVENT"]

    def _span(self, start):
        if self.pick.random() < 0.3:
            return ["DURATION:" + ("P1D" if self.form == "day" else "PT90M")]
        return ["DTEND" + self.at(start + self.length)]

    def _changed(self):
        stay = [moment for moment in self.starts[1:] if moment not in self.gone]
        lines = []
        if not stay or self.end or self.pick.random() < 0.4:
            return lines
        for number, member in enumerate(self.pick.sample(stay, min(len(stay), self.pick.randint(1, 3)))):
            moved = member + datetime.timedelta(days=self.pick.randint(-3, 3),
                                                hours=0 if self.form == "day" else 1)
            is_future = not number and self.pick.random() < 0.15
            self.overrides[member] = moved
            self.is_future = is_future
            lines += ["BEGIN:VEVENT", "UID:s",
                      "RECURRENCE-ID" + (";RANGE=THISANDFUTURE" if is_future else "") + self.at(member),
                      "DTSTART" + self.at(moved), *self._span(moved)]
            if self.pick.random() < 0.2:
                lines.append("STATUS:CANCELLED")
            lines.append("END:VEVENT")
            if is_future:
                break
        return lines

    def text(self):
        return "\r\n".join(self.lines)
