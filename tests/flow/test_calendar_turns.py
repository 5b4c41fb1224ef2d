"""What one turn touches: a change of one meeting that one, a hostile calendar itself alone."""
import time

import pytest

from rig.mails import make_event, make_ics
from rig.replies import mail, part
from rig.web import WebServer
from scene import NOW, Scene, at, clock

ANNA = "anna@utskott.example"
UNIT = "sakerhetsenheten@linkoping.example"
FOLDER = "calendars/sakerhetsenheten"
MEETINGS = 500


# -- one of many


TOUCHED = {"meeting": "uid, changed_at, told", "meeting_role": "*", "meeting_file": "*",
           "answer": "*", "letter": "id, meeting_id", "delivery": "id, letter_id, state"}


def many(moved=None, place="Biblioteket"):
    """500 meetings over a year: 20 series and 300 of their own; the one moved is elsewhere."""
    events = [make_event(f"serie-{n}", at(1 + n % 5), summary="Trygghetsråd Ryd",
                         rrule="FREQ=WEEKLY;INTERVAL=4;COUNT=10", location="Biblioteket",
                         description=f"Sekreterare: Karin Mörk <k{n}@linkoping.example>")
              for n in range(20)]
    events += [make_event(f"enstaka-{n}", at(2 + n), summary="Trygghetsråd Ryd",
                          location=place if n == moved else "Biblioteket",
                          description="Sekreterare: Karin Mörk <karin.mork@linkoping.example>")
               for n in range(300)]
    return make_ics(*events)


def rows_of(scene):
    return {table: set(scene.query(f"SELECT {columns} FROM {table}"))
            for table, columns in TOUCHED.items()}


def test_a_change_of_one_meeting_of_many_touches_that_one_alone(office):
    s = Scene(office, [ANNA])
    s.office.put_calendar("moten.ics", many())
    s.run()
    assert s.query("SELECT count(*) FROM meeting") == [(MEETINGS,)]
    before, invited = rows_of(s), len(s.raw(ANNA, "invitation"))
    assert invited > 10
    s.office.put_calendar("moten.ics", many(moved=4, place="Skolan"))
    s.run(clock(0, 9))
    after = rows_of(s)
    (number, uid), = s.query("SELECT id, uid FROM meeting WHERE source_uid = 'enstaka-4'")
    assert {row[0] for row in before["meeting"] ^ after["meeting"]} == {uid}
    assert {row[1] for row in before["letter"] ^ after["letter"]} == {number}
    assert len(before["delivery"] ^ after["delivery"]) == 1
    for table in ("meeting_role", "meeting_file", "answer"):
        assert before[table] == after[table]
    assert len(s.raw(ANNA, "update")) == 1 and len(s.raw(ANNA, "invitation")) == invited
    # And nothing changed at all, read anew on the same day, touches none.
    (s.office.config / FOLDER / "moten.ics").touch()
    s.run(clock(0, 10))
    assert rows_of(s) == after


# -- hostile calendars (A17)


def event(*lines):
    return "\r\n".join(["BEGIN:VEVENT", "UID:x@x.example", "DTSTART:20260914T160000Z",
                        "SUMMARY:Trygghetsråd Ryd", *lines, "END:VEVENT"])


def calendar(*components):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *components, "END:VCALENDAR",
                        ""]).encode()


def many_events(count):
    return [event().replace("UID:x", f"UID:{n}") for n in range(count)]


NO_DATES = "more often than daily"
# name: (calendar, what the reason says at the usual limits, and where 64 MiB are allowed)
HOSTILE = {
    "never-in-seconds": (calendar(event("RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")),
                         NO_DATES, NO_DATES),
    "never-in-minutes": (calendar(event("RRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30;COUNT=1")),
                         NO_DATES, NO_DATES),
    "day-366-at-three": (calendar(event("RRULE:FREQ=SECONDLY;BYYEARDAY=366;BYHOUR=3")),
                         NO_DATES, NO_DATES),
    "rscale": (calendar(event("RRULE:RSCALE=CHINESE;FREQ=YEARLY")), "RSCALE", "RSCALE"),
    "never-in-years": (calendar(event("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
                       "no such day", "no such day"),
    "many-events": (calendar(*many_events(100_000)), "bytes long", "more than 10000 components"),
    "many-exdates": (calendar(event("RRULE:FREQ=DAILY", *["EXDATE:20260915T160000Z"] * 1_000_000)),
                     "bytes long", None),
    "forty-mib": (calendar(event(*["X-FILL:" + "x" * 1000] * 41_500)), "bytes long", None),
    "nested": (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 100_000, "bytes long|nested", "nested"),
    "one-line": (calendar(event("DESCRIPTION:" + "x" * 1_100_000)), "bytes long", "longer than"),
}


def broken(scene):
    """{file or subscription: why}"""
    return {path if calendar == "Mappen" else calendar: why for calendar, path, why in scene.query(
        "SELECT calendar, path, broken FROM source WHERE broken IS NOT NULL")}


def check_set_aside(said, column, names):
    for name in names:
        expected = HOSTILE[name][column]
        why = said.pop(name, None)
        if expected is None:
            # Read, or set aside as too slow: within its limit in either case.
            assert why is None or why.startswith("broken-"), (name, why)
            continue
        assert why and any(words in why for words in expected.split("|")), (name, why)
        assert why.startswith("broken-limit: "), why
    assert not said


def invited_to(scene):
    """The good calendars' meetings that were told of."""
    return {uid for uid, in scene.query(
        "SELECT source_uid FROM meeting WHERE told IS NOT NULL AND source_uid LIKE 'god-%'")}


@pytest.fixture
def web(tmp_path):
    with WebServer(tmp_path) as server:
        yield server


def good(uid, day):
    return make_ics(make_event(uid, at(day), summary="Trygghetsråd Ryd"))


def test_each_hostile_calendar_is_set_aside_by_name_and_the_others_work_on(office, web):
    subscribed = [name for name in HOSTILE if name not in (
        "forty-mib", "many-exdates", "many-events")]  # beyond calendars.largest_mib: never fetched
    bodies = {f"/{name}.ics": HOSTILE[name][0] for name in subscribed}
    bodies["/god.ics"] = good("god-2", 9)
    web.script = lambda h: h.say(200, bodies[h.path])
    s = Scene(office, [ANNA], {"calendars": [
        {"name": "Mappen", "folder": FOLDER},
        *({"name": path[1:-4], "url": web.url + path, "ca_file": str(web.ca)} for path in bodies)]})
    for name, (content, *_) in HOSTILE.items():
        s.office.put_calendar(f"a-{name}.ics", content)
    s.office.put_calendar("z-god.ics", good("god-1", 8))
    started = time.monotonic()
    s.run()
    assert time.monotonic() - started < 30
    said = broken(s)
    in_folder = {path[2:-4]: said.pop(path) for path in list(said) if path.startswith("a-")}
    check_set_aside(in_folder, 1, HOSTILE)
    check_set_aside(said, 1, subscribed)
    assert invited_to(s) == {"god-1", "god-2"}
    told = s.letters(s.coordinator, "calendar-notice")
    assert len(told) >= len(HOSTILE)


def test_where_an_office_allows_large_calendars_the_other_limits_hold(office):
    s = Scene(office, [ANNA], {"calendars": [{"name": "Mappen", "folder": FOLDER}],
                               "reader": {"calendar_mib": 64}})
    for name, (content, *_) in HOSTILE.items():
        s.office.put_calendar(f"a-{name}.ics", content)
    s.office.put_calendar("z-god.ics", good("god-1", 8))
    started = time.monotonic()
    s.run()
    assert time.monotonic() - started < 60
    check_set_aside({path[2:-4]: why for path, why in broken(s).items()}, 2, HOSTILE)
    assert invited_to(s) == {"god-1"}


def test_the_year_9999_is_a_year_and_what_lasts_beyond_it_is_refused(office):
    s = Scene(office, [ANNA])
    s.office.put_calendar("a.ics", calendar(
        event("RRULE:FREQ=DAILY;UNTIL=99991231T235959Z", "EXDATE:99990101T000000Z").replace("x@", "daglig@"),
        event("DURATION:P99999999W").replace("x@", "evig@"),
        event().replace("20260914", "99991231").replace("x@", "sist@")))
    started = time.monotonic()
    s.run()
    assert time.monotonic() - started < 15
    told, = s.letters(s.coordinator, "calendar-notice")
    assert "9999" in told.get_body(("plain",)).get_content()
    assert s.raw(ANNA, "invitation")


def test_a_hostile_calendar_by_mail_is_set_aside_too(office):
    """A17"""
    s = Scene(office, [ANNA])
    s.office.put_calendar("z-god.ics", good("god-1", 8))
    for name, (content, *_) in HOSTILE.items():
        invited = part(content.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:REQUEST"),
                       "text/calendar; charset=utf-8; method=REQUEST", encoding="8bit")
        s.rig.deliver_lmtp(s.mailbox, mail(UNIT, invited, subject=name))
    s.run()
    ended = {row["subject"]: (row["state"], row["reason"]) for row in s.incoming()}
    # What is beyond imap.largest_mib is not even fetched.
    assert ended == {name: ("broken", "broken-limit") for name in HOSTILE} | {
        "forty-mib": ("too-large", "too-large")}
    assert len(s.raw(ANNA, "invitation")) == 1
