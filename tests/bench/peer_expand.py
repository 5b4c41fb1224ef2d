"""icalendar to read, dateutil.rrule to expand, EXDATE and overrides by hand.

    peer_expand.py FILE FROM TO    the number of occurrences and the sum of their starts"""
import sys

from dateutil.rrule import rrulestr
from dateutil.tz import gettz
from icalendar import Calendar

ZONE = gettz("Europe/Stockholm")


def seconds(moment):
    return int(moment.replace(tzinfo=ZONE).timestamp())


def starts_of(event, moved, last):
    exdates = event.get("EXDATE", [])
    gone = {seconds(date.dt) for line in (exdates if isinstance(exdates, list) else [exdates])
            for date in line.dts}
    uid = str(event["UID"])
    for start in rrulestr(event["RRULE"].to_ical().decode(),
                          dtstart=event["DTSTART"].dt.replace(tzinfo=ZONE)):
        at = int(start.timestamp())
        if at >= last:
            return
        if at not in gone:
            yield moved.get((uid, at), at)


def main():
    first, last = int(sys.argv[2]), int(sys.argv[3])
    with open(sys.argv[1], "rb") as file:
        events = Calendar.from_ical(file.read()).walk("VEVENT")
    moved = {(str(event["UID"]), seconds(event["RECURRENCE-ID"].dt)): seconds(event["DTSTART"].dt)
             for event in events if "RECURRENCE-ID" in event}
    starts = [at for event in events if "RECURRENCE-ID" not in event
              for at in starts_of(event, moved, last) if first <= at < last]
    print(len(starts), sum(starts) % 1000000007)


if __name__ == "__main__":
    main()
