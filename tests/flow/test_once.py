"""--once, again and again: what was done is not done again, what changed is told once."""
import datetime

import pytest

from rig.mails import invitation_event, make_reply
from scene import (ZONE, Scene, at, clock, code_of, make_mail, one_line, parse, text_of)

ANNA, BERIT, CARIN = (f"{name}@utskott.example" for name in ("anna", "berit", "carin"))


@pytest.fixture
def scene(office):
    return Scene(office, [ANNA, BERIT])


def events_of(s, address, *kinds):
    return [invitation_event(raw) for raw in s.raw(address, *(kinds or ("invitation",)))]


def test_a_second_run_does_nothing_at_all(scene):
    s = scene
    s.put("ryd-1", at(5), secretary=("Karin", "karin.mork@linkoping.example"))
    s.send(ANNA, make_mail(ANNA, s.mailbox, "Hej", "En fråga.\n"))
    s.run()
    s.answer(ANNA)
    s.run()
    before = s.database(), s.whole_mailbox(), s.rig.deliveries()
    s.run()
    assert s.rig.deliveries() == before[2]
    assert s.whole_mailbox() == before[1]
    assert s.database() == before[0]


def test_nothing_happens_before_the_lead_time_nor_before_the_hour(scene):
    scene.put("ryd-1", at(15))
    scene.run(clock(0, 9))
    scene.run(clock(1, 7, 59))
    assert scene.raw(ANNA, "invitation") == []
    scene.run(clock(1, 8, 0))
    assert len(scene.raw(ANNA, "invitation")) == 1


def test_who_joins_later_gets_the_invitation_once(scene):
    s = scene
    s.put("ryd-1", at(10))
    s.run()
    s.configure([ANNA, BERIT, CARIN])
    s.run(clock(1))
    s.run(clock(2))
    for member in s.members:
        assert len(s.raw(member, "invitation")) == 1
    [late] = [d for d in s.deliveries("invitation") if d["address"] == CARIN]
    assert "owed-late-joiner" in {j["why"] for j in s.rows("journal") if
                                  j.get("delivery") == late["id"]}


def test_who_has_left_hears_nothing_more(scene):
    s = scene
    s.put("ryd-1", at(10))
    s.run()
    s.configure([ANNA])
    s.put("ryd-1", at(11))
    s.run(clock(1))
    assert len(s.raw(ANNA, "update")) == 1
    assert s.raw(BERIT, "update") == []


def test_a_changed_time_is_told_with_the_old_one_and_answers_start_anew(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    s.answer(ANNA)
    s.run()
    assert [a["counts"] for a in s.rows("answers")] == [True]
    s.put("ryd-1", at(6, 19))
    s.run(clock(1))
    [first], [second] = events_of(s, ANNA), events_of(s, ANNA, "update")
    assert second["UID"] == first["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second.decoded("DTSTART") == at(6, 19).replace(tzinfo=ZONE)
    update = s.only(ANNA, "update")
    text = one_line(text_of(update)).lower()
    assert "ny tid: söndag 13 september 2026 kl. 19" in text
    assert "tidigare: lördag 12 september 2026 kl. 18" in text
    assert update["Subject"].startswith("Ändrat: Trygghetsråd Ryd")
    assert [a["counts"] for a in s.rows("answers")] == [False]


def test_the_code_of_a_meeting_stays_when_its_day_changes(scene):
    scene.put("ryd-1", at(5))
    scene.run()
    scene.put("ryd-1", at(6))
    scene.run()
    assert code_of(scene.only(ANNA, "update")) == code_of(scene.only(ANNA, "invitation"))


def test_an_answer_to_the_old_time_does_not_count_for_the_new_one(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    old = s.raw(ANNA, "invitation")[0]
    s.put("ryd-1", at(6))
    s.run()
    s.send(ANNA, make_reply(old, ANNA, "ACCEPTED", now=clock(1)))
    s.run(clock(1))
    assert [row["reason"] for row in s.incoming(**{"class": "itip"})] == ["answer-stale"]
    assert not any(a["counts"] for a in s.rows("answers"))


def test_a_changed_text_is_told_but_keeps_sequence_and_answers(scene):
    s = scene
    s.put("ryd-1", at(5), description="1. Belysning")
    s.run()
    s.answer(BERIT, style="gmail")
    s.run()
    s.put("ryd-1", at(5), description="1. Belysning\n2. Orsaksanalys")
    s.run(clock(1))
    [event] = events_of(s, BERIT, "update")
    assert event["SEQUENCE"] == 0
    assert "2. Orsaksanalys" in text_of(s.only(BERIT, "update"))
    assert [a["counts"] for a in s.rows("answers")] == [True]


def test_a_file_written_anew_with_the_same_meetings_tells_nobody(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    s.put("ryd-1", at(5), sequence=7, extra=["LAST-MODIFIED:20260907T070000Z"])
    s.run(clock(1))
    assert s.raw(ANNA, "update") == []


@pytest.mark.parametrize("how", ["status", "gone"])
def test_a_cancelled_meeting_is_cancelled_in_every_calendar(scene, how):
    s = scene
    s.put("ryd-1", at(5))
    s.put("ryd-2", at(8))
    s.run()
    s.put("ryd-1", *([at(5)] if how == "status" else [None]), **(
        {"status": "CANCELLED"} if how == "status" else {}))
    s.run(clock(1))
    s.run(clock(1))
    for member in s.members:
        [raw] = s.raw(member, "cancellation")
        event, mail = invitation_event(raw), parse(raw)
        first = [e for e in events_of(s, member) if e["UID"] == event["UID"]]
        assert len(first) == 1 and event["SEQUENCE"] > first[0]["SEQUENCE"]
        assert event["STATUS"] == "CANCELLED"
        parts = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
        assert parts[0].get_param("method") == "CANCEL"
        assert b"METHOD:CANCEL" in parts[0].get_payload(decode=True)


def test_what_is_cancelled_before_it_was_told_of_is_told_to_nobody(scene):
    scene.put("ryd-1", at(20))
    scene.run()
    scene.put("ryd-1", at(20), status="CANCELLED")
    scene.run(clock(8))
    assert scene.deliveries() == []


def test_a_calendar_that_is_suddenly_empty_cancels_nothing_and_is_asked_about(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.put("ryd-2", at(8))
    s.run()
    s.events.clear()
    s.write()
    s.run(clock(1))
    s.run(clock(2))
    assert s.raw(ANNA, "cancellation") == []
    assert s.only(s.coordinator, "held-notice")


def test_a_meeting_that_has_begun_invites_nobody_any_more(scene):
    scene.put("ryd-1", at(0, 8))
    scene.put("ryd-2", at(-1))
    scene.run(clock(0, 8, 30))
    assert scene.deliveries() == []


def test_after_thirty_days_of_standstill_nothing_stale_goes_out(scene):
    s = scene
    for n, days in enumerate((5, 12, 20, 28, 33, 60)):
        s.put(f"ryd-{n}", at(days), secretary=("Karin", "karin.mork@linkoping.example"))
    s.run()
    s.rig.reset([*s.members, s.mailbox, s.coordinator, "karin.mork@linkoping.example"])
    s.run(clock(30))
    assert [code_of(m) for m in s.letters(ANNA, "invitation")] == ["RYD-2026-10-10"]
    # Only minutes of meetings that were told of and that are not overdue are asked for.
    assert s.letters("karin.mork@linkoping.example", "minutes-request") == []
    assert {parse(raw)["X-Utskick"] for raw in s.rig.mailbox(ANNA)} == {"invitation"}


def test_a_clock_that_was_set_back_sends_nothing_twice(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run(clock(2))
    s.run(clock(0))
    s.run(clock(2))
    assert len(s.raw(ANNA, "invitation")) == 1


def test_each_date_of_a_weekly_meeting_is_a_meeting_of_its_own(scene):
    s = scene
    s.put("vecko", at(1, 15), rrule="FREQ=WEEKLY;COUNT=4", exdates=[at(8, 15)])
    s.run(clock(2, 9))
    s.run(clock(9, 9))
    events = events_of(s, ANNA)
    assert [e.decoded("DTSTART") for e in events] == [
        at(15, 15).replace(tzinfo=ZONE), at(22, 15).replace(tzinfo=ZONE)]
    assert len({e["UID"] for e in events}) == 2
    assert not any({"RRULE", "RECURRENCE-ID"} & set(e) for e in events)
    assert [code_of(m) for m in s.letters(ANNA, "invitation")] == [
        "RYD-2026-09-22", "RYD-2026-09-29"]


def test_moving_one_date_of_a_series_leaves_the_others_alone(scene):
    s = scene
    s.put("vecko", at(1, 15), rrule="FREQ=WEEKLY;COUNT=2")
    s.run()
    s.put("vecko-andrad", at(9, 16))
    s.events["vecko-andrad"] = s.events["vecko-andrad"].replace(
        "UID:vecko-andrad", "UID:vecko").replace(
        "SEQUENCE:0", "SEQUENCE:1\nRECURRENCE-ID;TZID=Europe/Stockholm:20260915T150000")
    s.write()
    s.run()
    [update] = events_of(s, ANNA, "update")
    assert update.decoded("DTSTART") == at(9, 16).replace(tzinfo=ZONE)
    moved = [e for e in events_of(s, ANNA) if e["UID"] == update["UID"]]
    assert [e.decoded("DTSTART") for e in moved] == [at(8, 15).replace(tzinfo=ZONE)]


@pytest.mark.parametrize("night, hour", [
    (datetime.date(2026, 3, 29), 2), (datetime.date(2026, 10, 25), 2)], ids=["spring", "autumn"])
def test_the_nights_when_clocks_change_repeat_and_skip_nothing(scene, night, hour):
    s = scene
    noon = datetime.datetime.combine(night, datetime.time(12, 30))
    s.put("ryd-1", noon)
    s.put("ryd-2", noon + datetime.timedelta(days=14))
    utc = datetime.timezone.utc
    before = datetime.datetime.combine(night, datetime.time(0, 30), utc)
    for minutes in (-60, 0, 29, 31, 60, 90):
        s.run(before + datetime.timedelta(minutes=minutes))
    s.run(datetime.datetime.combine(night, datetime.time(8, 0), ZONE))
    found = {e["UID"]: e.decoded("DTSTART") for e in events_of(s, ANNA)}
    assert len(s.raw(ANNA, "invitation")) == 2
    assert sorted(found.values()) == [
        noon.replace(tzinfo=ZONE), (noon + datetime.timedelta(days=14)).replace(tzinfo=ZONE)]


def test_a_meeting_that_names_no_council_is_asked_about_once(scene):
    scene.put("x", at(5), summary="Trygghetsråd Atlantis")
    scene.run()
    scene.run(clock(1))
    assert scene.deliveries("invitation") == []
    assert "Atlantis" in text_of(scene.only(scene.coordinator, "calendar-notice"))


def test_minutes_are_asked_for_once(scene):
    s = scene
    s.put("ryd-1", at(0), secretary=("Karin", "karin.mork@linkoping.example"))
    s.run()
    for day in range(1, 5):
        s.run(clock(day))
    assert s.only("karin.mork@linkoping.example", "minutes-request")
