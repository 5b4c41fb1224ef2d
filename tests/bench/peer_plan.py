"""What one would write in an afternoon: every meeting of the calendars in a table, with its
council, its kind and its days, by icalendar and recurring_ical_events.

    peer_plan.py CONFIG DATABASE NOW"""
import datetime
import json
import pathlib
import sqlite3
import sys
import zoneinfo

import icalendar
import recurring_ical_events

ZONE = zoneinfo.ZoneInfo("Europe/Stockholm")


def find(words, text):
    fitting = [name for name, of_it in words if any(word in text for word in of_it)]
    return fitting[0] if len(fitting) == 1 else None


def plan(event, councils, kinds):
    text = str(event.get("SUMMARY", "")).lower()
    start, end = event["DTSTART"].dt.astimezone(ZONE), event["DTEND"].dt.astimezone(ZONE)
    invite = (start - datetime.timedelta(days=14)).replace(hour=8, minute=0)
    due = end + datetime.timedelta(days=10)
    return (str(event["UID"]), start.isoformat(), end.isoformat(), str(event["SUMMARY"]),
            str(event.get("LOCATION", "")), str(event.get("DESCRIPTION", "")),
            find(councils, text), find(kinds, text), invite.isoformat(), due.isoformat())


def main():
    folder, now = pathlib.Path(sys.argv[1]), datetime.datetime.fromtimestamp(int(sys.argv[3]), ZONE)
    directory = json.loads((folder / "directory.json").read_text())
    config = json.loads((folder / "utskick.json").read_text())
    councils = [(c["id"], [w.lower() for w in [c["name"], *c.get("words", [])]])
                for c in directory["councils"] if "to" not in c]
    kinds = [(k["id"], [w.lower() for w in k["words"]]) for k in config["kinds"]]
    with sqlite3.connect(sys.argv[2]) as db:
        db.execute("CREATE TABLE meeting (uid, starts, ends, title, place, agenda, council, kind,"
                   " invite, due, PRIMARY KEY (uid, starts))")
        for path in sorted((folder / "calendars").glob("*.ics")):
            calendar = icalendar.Calendar.from_ical(path.read_bytes())
            events = recurring_ical_events.of(calendar).between(
                now, now + datetime.timedelta(days=3660))
            db.executemany("INSERT INTO meeting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                           [plan(event, councils, kinds) for event in events])
        print(db.execute("SELECT count(*) FROM meeting WHERE council IS NOT NULL"
                         " AND kind IS NOT NULL").fetchone()[0])


if __name__ == "__main__":
    main()
