"""A whole year of the example office: what is missing, what clashes, the wheel, the calendars."""
import datetime
import json
import re
import sqlite3
import xml.etree.ElementTree as ElementTree

import icalendar
import pytest

from rig.mails import ZONE, make_event, make_ics

JANUARY = "2026-01-05T09:00:00+01:00"
SVG = "{http://www.w3.org/2000/svg}"


def local(month, day, hour=18, minute=0):
    return datetime.datetime(2026, month, day, hour, minute)


def entries(councils):
    """Nine meetings and two inspections for each council, never two of them in one place."""
    for i, council in enumerate(councils):
        about = {"location": f"{council} medborgarhus",
                 "secretary": (f"Sekreterare {i}", f"s{i}@linkoping.example")}
        for n, month in enumerate((1, 2, 3, 4, 5, 8, 9, 11, 12)):
            # In May around Ascension Day and Pentecost.
            day = 15 + i + 2 * (i > 7) if month == 5 else 7 + i
            yield make_event(f"m{i}-{n}", local(month, day), summary=f"Trygghetsråd {council}",
                             **about)
        inspection = f"Trygghetsbesiktning {council}"
        # The week after Midsummer, but for Ryd, which walks on its eve.
        spring = local(6, 19, 15) if council == "Ryd" else local(6, 22 + i % 5, 15)
        yield make_event(f"spring-{i}", spring, summary=inspection, **about)
        if council != "Berga":
            yield make_event(f"autumn-{i}", local(10, 5 + i, 15), summary=inspection, **about)
    for uid, council, minute in (("clash-1", "Ekholmen", 0), ("clash-2", "Linghem", 30)):
        yield make_event(uid, local(12, 1, 17, minute), summary=f"Trygghetsråd {council}",
                         location="Stadshuset, sal 3", secretary=("Karin", "karin@x.example"))


@pytest.fixture
def year(office):
    directory = json.loads((office.config / "directory.json").read_text())
    # A chair has one council; the test makes its own clash.
    chairs = set()
    for council in directory["councils"]:
        council["members"] = [m for m in council["members"]
                              if m["role"] != "chair" or not (m["person"] in chairs or
                                                              chairs.add(m["person"]))]
    office.configure({"directory": {"councils": directory["councils"]}})
    office.councils = [c["name"] for c in directory["councils"] if "to" not in c]
    assert len(office.councils) == 12
    office.put_calendar("ar.ics", make_ics(*entries(office.councils)))
    office.run_once(JANUARY)
    return office


def plan(office, *words, now=JANUARY, check=1, number=2026):
    return office.json("plan", "--year", str(number), "--now", now, *words, check=check)


def test_the_year_names_what_is_missing_at_once_and_on_a_holiday(year):
    p = plan(year)
    assert [(m["what"], m["council"], m["season"]) for m in p["missing"]] == [
        ("inspection", "berga", "autumn")]
    [clash] = p["clashes"]
    assert clash["place"] == "Stadshuset, sal 3" and clash["who"] == "Karin"
    assert clash["meetings"] == ["EKH-2026-12-01", "LIN-2026-12-01"] and clash["is_ahead"]
    [holiday] = [h for h in p["on_holidays"] if h["key"] == "midsummer-eve"]
    assert (holiday["meeting"], holiday["name"]) == ("RYD-2026-06-19", "midsommarafton")
    assert len(p["councils"]) == 12
    for council in p["councils"]:
        meetings = council["meetings"]
        extra = council["id"] in ("ekholmen", "linghem")
        assert len(meetings) == 11 + extra - (council["id"] == "berga")
        assert [m["starts_at"] for m in meetings] == sorted(m["starts_at"] for m in meetings)
        assert council["seasons"]["spring"]["inspection"] == "planned"
        assert council["seasons"]["spring"]["meetings"] == 5
        assert council["seasons"]["autumn"]["meetings"] == 4 + extra
    # Due by now, those of the next fourteen days went out at once, some at short notice.
    first = p["councils"][0]["meetings"][0]
    assert first["state"] == "invited" and first["owed"] == first["reached"] > 0
    assert "short-notice" in first["notes"] and first["lead_days"] == 2
    assert p["late"] == []


def test_time_makes_late_what_was_not_done(year):
    p = plan(year, now="2026-09-16T08:00:00+02:00")
    states = {m["state"] for c in p["councils"] for m in c["meetings"] if m["day"] < "2026-09-16"}
    assert states == {"held"}
    late = {(one["what"], one["meeting"]) for one in p["late"]}
    assert ("minutes", "EKH-2026-01-07") in late
    assert ("not-invited", "EKH-2026-04-07") in late
    assert ("invitation", "EKA-2026-09-18") in late
    [short] = [one for one in p["late"] if one["meeting"] == "EKA-2026-09-18"]
    assert short["is_short"] and short["due_at"] == "2026-09-04T08:00:00+02:00"


def test_an_ended_council_is_in_its_own_years(year):
    assert "ljungsbro" in {c["id"] for c in plan(year, number=2022, check=0)["councils"]}
    assert "ljungsbro" not in {c["id"] for c in plan(year, number=2023, check=0)["councils"]}


def test_a_whole_year_in_order_ends_with_0(year):
    events = [e for e in entries(year.councils) if "clash" not in e]
    events = [e.replace("20260619T", "20260618T") for e in events]
    events.append(make_event("berga", local(10, 20), summary="Trygghetsbesiktning Berga"))
    year.put_calendar("ar.ics", make_ics(*events))
    year.run_once(JANUARY)
    p = plan(year, check=0)
    assert not p["needs_person"] and not p["missing"] and not p["clashes"]


def test_the_table_says_the_same(year):
    said = year.utskick("plan", "--year", "2026", "--now", JANUARY, check=1).stdout
    assert re.search(r"^Berga +planned 2026-\d\d-\d\d +MISSING +5 +4", said, re.M)
    assert "Berga: no inspection in autumn" in said
    assert "EKH-2026-12-01 and LIN-2026-12-01 at once" in said
    assert "RYD-2026-06-19 (Ryd) is on midsommarafton" in said


def texts(root):
    return ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("language, title", [("sv", "Årshjul 2026"), ("en", "The year 2026")])
def test_the_wheel_is_one_page_of_plain_xml(year, language, title):
    config = json.loads((year.config / "utskick.json").read_text())
    config["office"].update(language=language, name='<b>"Kommun" & co</b>')
    (year.config / "utskick.json").write_text(json.dumps(config))
    file = year.state / "wheel.svg"
    year.utskick("plan", "--year", "2026", "--svg", str(file), "--now", JANUARY, check=1)
    root = ElementTree.parse(file).getroot()
    assert root.tag == f"{SVG}svg" and (root.get("width"), root.get("height")) == ("420mm", "297mm")
    names = texts(root)
    assert title in names and set(year.councils) <= set(names)
    assert any('<b>"Kommun" & co</b>' in name for name in names)
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "g", "path", "circle", "rect", "text", "title"}
    assert not [k for e in root.iter() for k in e.attrib if k.startswith("on") or "href" in k]
    # A sign, with its words, for each meeting; an alarm for what is missing.
    titles = [t.text for t in root.iter(f"{SVG}title")]
    assert sum(bool(re.match(r"[A-Z]{3}-2026-", t)) for t in titles) == 12 * 11 + 1
    missing = {"sv": "besiktning saknas", "en": "inspection missing"}[language]
    assert titles.count(missing) == 1
    same = year.utskick("plan", "--year", "2026", "--svg", "-", "--now", JANUARY, check=1).stdout
    assert same == file.read_text()


def read_calendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    return calendar, {str(e["UID"]): e for e in calendar.walk("VEVENT")}


def test_calendars_are_published_for_each_council_and_committee(year):
    folder = year.state / "calendars"
    said = year.json("export", "--ics", "--dir", str(folder))
    assert {one["file"] for one in said} == {path.name for path in folder.iterdir()}
    meetings = {m["uid"]: m for m in year.utskick("export", "meetings").rows}
    directory = json.loads((year.config / "directory.json").read_text())
    for one in said:
        raw = (folder / one["file"]).read_bytes()
        assert raw.count(b"\n") == raw.count(b"\r\n")
        assert max(map(len, raw.split(b"\r\n"))) <= 75
        calendar, events = read_calendar(raw)
        assert calendar["METHOD"] == "PUBLISH" and calendar["X-WR-CALNAME"] == one["name"]
        assert len(calendar.walk("VTIMEZONE")) == 1
        owed = {one["council"]} if "council" in one else {
            c["id"] for c in directory["councils"] if one["committee"] in c["committees"]}
        expected = {uid for uid, m in meetings.items() if m["council"] in owed}
        assert set(events) == expected and len(events) == one["meetings"]
        for uid, event in events.items():
            start = datetime.datetime.fromisoformat(meetings[uid]["starts_at"])
            assert event.decoded("DTSTART") == start
            assert event.decoded("DTSTART").tzinfo.utcoffset(start.replace(tzinfo=None)) == start.utcoffset()
            assert event["STATUS"] == "CONFIRMED" and "ATTENDEE" not in event
            assert event["ORGANIZER"] == f"mailto:{year.mailbox}"
    only = year.utskick("export", "--ics", "--council", "ryd").stdout
    assert only.replace("\r\n", "\n").encode() == (
        folder / "council-ryd.ics").read_bytes().replace(b"\r\n", b"\n")


def test_published_calendars_change_with_the_meeting_alone(year):
    folder = year.state / "calendars"
    year.utskick("export", "--ics", "--dir", str(folder))
    before = {p.name: (p.stat().st_ino, p.read_bytes()) for p in folder.iterdir()}
    events = [e.replace("20261001T", "20261002T") for e in entries(year.councils)
              if "UID:autumn-6" not in e]
    year.put_calendar("ar.ics", make_ics(*events))
    year.run_once("2026-01-06T09:00:00+01:00")
    said = year.json("export", "--ics", "--dir", str(folder))
    changed = {one["file"] for one in said if one["changed"]}
    after = {p.name: (p.stat().st_ino, p.read_bytes()) for p in folder.iterdir()}
    assert changed == {name for name in after if after[name] != before[name]}
    assert changed == {"council-ryd.ics", "committee-nordvast.ics"}
    _, old = read_calendar(before["council-ryd.ics"][1])
    _, new = read_calendar(after["council-ryd.ics"][1])
    assert set(old) == set(new)
    assert [str(e["STATUS"]) for e in new.values()].count("CANCELLED") == 1
    assert not [p for p in folder.iterdir() if not p.name.endswith(".ics")]


@pytest.mark.parametrize("words", [
    ("plan", "--svg", "a.svg"), ("plan", "--year", "26"), ("plan", "--year", "2026", "--days", "3"),
    ("export",), ("export", "--ics"), ("export", "meetings", "--ics", "--dir", "x"),
    ("export", "--ics", "--council", "ryd", "--dir", "x"), ("export", "meetings", "--dir", "x")])
def test_what_does_not_fit_together_is_wrong_usage(office, words):
    office.run_once(JANUARY)
    assert office.utskick(*words, check=2).stderr


def test_an_unknown_council_has_no_calendar(office):
    office.run_once(JANUARY)
    assert "atlantis" in office.utskick("export", "--ics", "--council", "atlantis", check=1).stderr


def test_ten_thousand_meetings_are_all_in_the_year_and_in_the_calendars(year):
    with sqlite3.connect(year.state / "utskick.db") as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(meeting)")]
        columns = [c for c in columns if c not in ("id", "uid", "code", "source_uid", "starts_at",
                                                   "ends_at")]
        rest = ", ".join(columns)
        db.execute(
            f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
            INSERT INTO meeting (uid, code, source_uid, starts_at, ends_at, {rest})
            SELECT 'u' || i, 'C' || i, 's' || i, ? + i * 3000, ? + i * 3000 + 5400, {rest}
            FROM n JOIN meeting ON meeting.id = 1 + i % 100""",
            [int(datetime.datetime(2026, 1, 5, tzinfo=ZONE).timestamp())] * 2)
    said = year.utskick("--json", "plan", "--year", "2026", "--now", JANUARY, check=None).json
    assert len(json.dumps(said)) > 100_000
    wheel = year.utskick("plan", "--year", "2026", "--svg", "-", "--now", JANUARY, check=None)
    assert ElementTree.fromstring(wheel.stdout).tag.endswith("svg")
    folder = year.state / "calendars"
    year.utskick("export", "--ics", "--dir", str(folder), "--now", JANUARY, check=None)
    events = {line for path in folder.glob("**/*.ics")
              for line in path.read_text().splitlines() if line.startswith("UID:")}
    assert len(events) >= 9_000
