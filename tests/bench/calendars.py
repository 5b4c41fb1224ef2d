"""The calendar files of the benches: made from a fixed seed, the same for both sides."""
import datetime
import json
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOW = datetime.datetime(2026, 8, 1, 7, 0, tzinfo=datetime.timezone.utc)
# Behind the first invitations: planning is measured, not the writing of letters.
FIRST = datetime.datetime(2026, 9, 1, 18, 0)
YEARS = 10
COUNCILS = [council["name"] for council in json.loads(
    (ROOT / "config/directory.json").read_text())["councils"] if "to" not in council]
DAYS = "MO TU WE TH FR".split()
HEAD = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kommunen//Kalender//SV"]


def _at(moment):
    return f";TZID=Europe/Stockholm:{moment:%Y%m%dT%H%M%S}"


def _event(uid, start, title, lines):
    return ["BEGIN:VEVENT", f"UID:{uid}@kalender.example", "DTSTAMP:20260701T080000Z",
            "DTSTART" + _at(start), "DURATION:PT2H", f"SUMMARY:{title}", "LOCATION:Medborgarhuset",
            "DESCRIPTION:Dagordning\\nSekreterare: Eva Berg <eva.berg@kommun.example>", *lines,
            "END:VEVENT"]


def _series(pick, uid, title, count):
    """Every fourth week, count dates behind the one that falls out; one is moved by a day."""
    start = FIRST + datetime.timedelta(days=pick.randrange(365 * (YEARS - 1) - 60),
                                       minutes=30 * pick.randrange(3))
    dates = [start + datetime.timedelta(weeks=4 * n) for n in range(count + 1)]
    out, moved = pick.sample(dates[1:], 2)
    rule = f"RRULE:FREQ=WEEKLY;INTERVAL=4;COUNT={len(dates)}"
    return (_event(uid, start, title, [rule, "EXDATE" + _at(out)])
            + _event(uid, moved + datetime.timedelta(days=1), title, ["RECURRENCE-ID" + _at(moved)]))


def _write_series(folder, count, each):
    pick, lines = random.Random(4), list(HEAD)
    for n in range(count // each):
        lines += _series(pick, f"serie-{n}", f"Trygghetsråd {COUNCILS[n % len(COUNCILS)]}", each)
    (pathlib.Path(folder) / "rad.ics").write_bytes(
        "\r\n".join([*lines, "END:VCALENDAR", ""]).encode())


def write_years(folder, count):
    """One calendar: a series of ten meetings for a council and a year, count meetings in all."""
    _write_series(folder, count, 10)


def write_terms(folder, count):
    """The same with a series of five for each spring and each autumn, as councils plan."""
    _write_series(folder, count, 5)


def write_single(folder, count):
    """The same number as entries of their own, up to 500 in a file."""
    pick = random.Random(5)
    for n in range(0, count, 500):
        lines = list(HEAD)
        for k in range(n, min(n + 500, count)):
            start = FIRST + datetime.timedelta(days=pick.randrange(365 * YEARS - 40))
            lines += _event(f"enstaka-{k}", start,
                            f"Trygghetsbesiktning {COUNCILS[n // 500 % len(COUNCILS)]}", [])
        (pathlib.Path(folder) / f"enstaka-{n:05}.ics").write_bytes(
            "\r\n".join([*lines, "END:VCALENDAR", ""]).encode())


def _nth_weekday(year, month, weekday, nth):
    """nth -1: the last of the month."""
    first = datetime.date(year, month, 1)
    days = [first + datetime.timedelta(n) for n in range(31)]
    fitting = [day for day in days if day.month == month and day.weekday() == weekday]
    return fitting[nth - 1 if nth > 0 else nth]


def _last_working_day(year, month):
    day = datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(1)
    return day - datetime.timedelta(max(0, day.weekday() - 4))


def _rule(pick, sort):
    """(RRULE, its first sixty or forty dates): the forms offices use."""
    monday, day = datetime.date(2025, 1, 6), datetime.timedelta(1)
    if sort == 0:
        days = sorted(pick.sample(range(5), pick.choice((2, 3))))
        return (f"WEEKLY;BYDAY={','.join(DAYS[d] for d in days)}",
                [monday + (days[0] + 7 * n) * day for n in range(60)])
    if sort == 1:
        weekday = pick.randrange(5)
        return (f"WEEKLY;INTERVAL=2;BYDAY={DAYS[weekday]}",
                [monday + (weekday + 14 * n) * day for n in range(60)])
    months = [(2025 + n // 12, n % 12 + 1) for n in range(60)]
    if sort == 2:
        weekday, nth = pick.randrange(5), pick.choice((1, 2, 3, -1))
        return (f"MONTHLY;BYDAY={nth}{DAYS[weekday]}",
                [_nth_weekday(*month, weekday, nth) for month in months])
    if sort == 3:
        number = pick.randrange(1, 29)
        return f"MONTHLY;BYMONTHDAY={number}", [datetime.date(*month, number) for month in months]
    quarters = [(2025 + (3 * n + 2) // 12, (3 * n + 2) % 12 + 1) for n in range(40)]
    return ("MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            [_last_working_day(*quarter) for quarter in quarters])


def write_expanding(path, count):
    """Series with no end, from 2025: four dates of each left out, two moved by a day."""
    pick, lines = random.Random(99), list(HEAD)
    for n in range(count):
        rule, dates = _rule(pick, n % 5)
        time = datetime.time(pick.randrange(7, 18), pick.choice((0, 15, 30)))
        starts = [datetime.datetime.combine(date, time) for date in dates]
        odd = pick.sample(starts[1:], 6)
        lines += _event(f"r{n}", starts[0], f"Möte {n}",
                        [f"RRULE:FREQ={rule}", *("EXDATE" + _at(start) for start in odd[:4])])
        for start in odd[4:]:
            lines += _event(f"r{n}", start + datetime.timedelta(1), f"Möte {n}",
                            ["RECURRENCE-ID" + _at(start)])
    path.write_bytes("\r\n".join([*lines, "END:VCALENDAR", ""]).encode())


def write_office(folder, write, count):
    """A configuration with such calendars and nobody to write to; returns its folder."""
    folder = pathlib.Path(folder) / "config"
    (folder / "calendars").mkdir(parents=True)
    config = json.loads((ROOT / "config/utskick.json").read_text())
    config["calendars"] = [{"name": "Råden", "folder": "calendars"}]
    config["templates"] = str(ROOT / "templates")
    config["planning"] = {"horizon_days": 3660}
    config["reader"] = {"calendar_occurrences": 20000, "calendar_mib": 4}
    (folder / "utskick.json").write_text(json.dumps(config))
    (folder / "directory.json").write_text((ROOT / "config/directory.json").read_text())
    for name in ("secret-imap", "secret-smtp"):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text("none\n")
    write(folder / "calendars", count)
    return folder
