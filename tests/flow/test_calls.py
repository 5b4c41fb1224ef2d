"""Who is called and does not come, who has not answered, who joins and who leaves."""
import json

import pytest

from rig.mails import invitation_event as invitation_of
from rig.replies import calendar, event, mail, part
from scene import (NOW, ONE_CALENDAR, SECRETARY, Scene, at, clock, make_event, one_line,
                   parse, text_of)

ANNA, BERIT, CESAR = "anna@utskott.example", "berit@utskott.example", "cesar@utskott.example"
DORA, EVERT = "dora@utskott.example", "evert@utskott.example"
NAMES = {ANNA: "Anna Ek", BERIT: "Berit Dahl", CESAR: "Cesar Alm", DORA: "Dora Sten", EVERT: "Evert Ny"}
KIND = {"id": "council-meeting", "name": {"sv": "trygghetsråd", "en": "council meeting"},
        "words": ["trygghetsråd"]}
PLACES = [(ANNA, "chair"), (BERIT, "member"), (CESAR, "deputy"), (DORA, "deputy")]


def directory(places=PLACES):
    return {"councils": [{"id": "ryd", "code": "RYD", "name": "Ryd", "committees": ["nv"]}],
            "committees": [{"id": "nv", "name": "Utskottet Nordväst", "members": [
                {"person": a.partition("@")[0], "role": role, **period[0]} if period else
                {"person": a.partition("@")[0], "role": role} for a, role, *period in places]}],
            "people": [{"id": a.partition("@")[0], "name": NAMES[a], "addresses": [a]} for a in NAMES]}


class Calls(Scene):
    def set_up(self, places=PLACES, **kind):
        self.office.configure({"utskick": {"calendars": ONE_CALENDAR, "kinds": [{**KIND, **kind}]},
                               "directory": directory(places)})
        self.rig.add_users([SECRETARY[1]])
        self.members = list(NAMES)

    def call(self, start=at(8), decisive="ja", agenda="Medborgarlöftet"):
        self.events["ryd-1"] = make_event(
            "ryd-1", start, summary="Trygghetsråd Ryd", description=
            f"{agenda}\nSekreterare: {SECRETARY[0]} <{SECRETARY[1]}>\nAvgörande fråga: {decisive}")
        self.write()

    def says(self, address, partstat="DECLINED", method="REPLY", sequence=None, **about):
        raw = self.raw(address, "invitation", "update")[-1]
        asked = invitation_of(raw)
        ics = calendar(event(str(asked["UID"]), [f"ATTENDEE;PARTSTAT={partstat}:mailto:{address}"],
                             asked["SEQUENCE"] if sequence is None else sequence, **about), method=method)
        self.rig.deliver_lmtp(self.mailbox, mail(address, part(ics)))

    def notices(self, address=None):
        return [one_line(text_of(n)) for n in self.letters(address or self.coordinator, "decline-notice")]

    def asked(self, address):
        """How the newest invitation asks: ROLE and RSVP."""
        one = invitation_of(self.raw(address, "invitation", "update", "invitation-again")[-1])["ATTENDEE"]
        return one.params["ROLE"], one.params["RSVP"]


@pytest.fixture
def scene(office):
    return Calls(office)


CALLED, TOLD = ("REQ-PARTICIPANT", "TRUE"), ("NON-PARTICIPANT", "FALSE")


# -- a decline


def test_a_declined_call_is_told_at_once_to_secretary_and_coordinator_with_the_next_deputy(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.says(BERIT, extra=["COMMENT:Jag är bortrest"])
    scene.run(clock(0, 9))
    for address in (scene.coordinator, SECRETARY[1]):
        text, = scene.notices(address)
        assert "Berit Dahl har tackat nej till kallelsen till Trygghetsråd Ryd" in text
        assert "Jag är bortrest" in text
        assert "Cesar Alm (cesar@utskott.example)" in text
        assert "Hör av dig dit" in text
    scene.run(clock(0, 10))
    assert len(scene.notices()) == 1


def test_with_deputies_called_one_by_one_they_are_informed_and_the_next_is_called(scene):
    scene.set_up(call_deputies=True)
    scene.call()
    scene.run()
    assert [scene.asked(a) for a in (ANNA, BERIT, CESAR, DORA)] == [CALLED, CALLED, TOLD, TOLD]
    assert "Inbjudan" in parse(scene.raw(CESAR, "invitation")[-1])["Subject"]
    scene.says(BERIT)
    scene.run(clock(0, 9))
    assert [scene.asked(a) for a in (CESAR, DORA)] == [CALLED, TOLD]
    assert "Kallelse" in parse(scene.raw(CESAR, "invitation")[-1])["Subject"]
    assert "har nu fått en kallelse" in scene.notices()[0]
    journal = scene.rows("journal")
    assert [row["why"] for row in journal if row["why"] == "deputy-called"] == ["deputy-called"]


def test_a_deputy_who_declines_too_is_followed_by_the_next_and_then_by_nobody(scene):
    scene.set_up(call_deputies=True)
    scene.call()
    scene.run()
    scene.says(ANNA)
    scene.says(BERIT)
    scene.run(clock(0, 9))
    assert [scene.asked(a) for a in (CESAR, DORA)] == [CALLED, CALLED]
    scene.says(CESAR)
    scene.run(clock(0, 10))
    assert "Det finns ingen fler ersättare att kalla" in scene.notices()[-1]
    assert len(scene.notices()) == 3


def test_a_deputy_who_is_only_informed_declines_unheard_and_is_not_called(scene):
    scene.set_up(call_deputies=True)
    scene.call()
    scene.run()
    scene.says(CESAR)
    scene.run(clock(0, 9))
    assert scene.notices() == []
    scene.says(BERIT)
    scene.run(clock(0, 10))
    assert [scene.asked(a) for a in (CESAR, DORA)] == [TOLD, CALLED]


def test_only_a_deputy_of_that_day_is_named(scene):
    scene.set_up([*PLACES[:2], (CESAR, "deputy", {"to": "2026-09-10"}), PLACES[3]])
    scene.call()
    scene.run()
    scene.says(BERIT)
    scene.run(clock(0, 9))
    assert "Dora Sten" in scene.notices()[0]


def test_a_declined_invitation_for_information_is_told_to_nobody(scene):
    scene.set_up()
    scene.call(decisive="nej")
    scene.run()
    scene.says(BERIT)
    scene.run(clock(0, 9))
    assert scene.notices() == []


def test_who_is_sent_instead_is_told_and_not_invited(scene):
    scene.set_up()
    scene.call(decisive="nej")
    scene.run()
    asked = invitation_of(scene.raw(BERIT, "invitation")[-1])
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{EVERT}":mailto:{BERIT}'
    scene.rig.deliver_lmtp(scene.mailbox, mail(BERIT, part(calendar(event(asked["UID"], [line])))))
    scene.run(clock(0, 9))
    assert "Skickar: evert@utskott.example" in scene.notices()[0]
    assert scene.raw(EVERT, "invitation") == []


def test_a_new_time_asks_everybody_anew_and_calls_no_deputy_until_somebody_declines(scene):
    scene.set_up(call_deputies=True)
    scene.call()
    scene.run()
    scene.says(BERIT)
    scene.run(clock(0, 9))
    scene.call(at(9))
    scene.run(clock(0, 10))
    assert [scene.asked(a) for a in (BERIT, CESAR)] == [CALLED, TOLD]
    scene.says(BERIT, dtstamp="20260909T100000Z")
    scene.run(clock(0, 11))
    assert scene.asked(CESAR) == CALLED
    assert len(scene.notices()) == 2


# -- reminders


def test_who_has_not_answered_a_call_is_reminded_once_three_days_before(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.says(ANNA, "ACCEPTED")
    scene.says(CESAR, "TENTATIVE")
    scene.run(clock(4, 9))
    assert [a for a in NAMES if scene.raw(a, "reminder")] == []
    scene.run(clock(5, 9))
    scene.run(clock(6, 9))
    assert {a: len(scene.raw(a, "reminder")) for a in NAMES if scene.raw(a, "reminder")} == {
        BERIT: 1, DORA: 1}
    reminder = invitation_of(scene.raw(BERIT, "reminder")[-1])
    assert reminder["UID"] == invitation_of(scene.raw(BERIT, "invitation")[-1])["UID"]


@pytest.mark.parametrize("settings, decisive", [({"reminder_days": 0}, "ja"), ({}, "nej")])
def test_nobody_is_reminded_where_nobody_has_to_come_or_none_are_wanted(scene, settings, decisive):
    scene.set_up(**settings)
    scene.call(decisive=decisive)
    scene.run()
    scene.run(clock(6, 9))
    assert [a for a in NAMES if scene.raw(a, "reminder")] == []


def test_who_was_called_late_is_not_reminded_of_what_he_just_got(scene):
    scene.set_up()
    scene.call(at(2))
    scene.run()
    scene.run(clock(1, 9))
    assert [a for a in NAMES if scene.raw(a, "reminder")] == []


# -- who joins, who leaves


def test_who_leaves_is_told_and_who_joins_is_invited_and_the_others_hear_nothing(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.set_up([PLACES[0], (EVERT, "member"), *PLACES[2:]])
    scene.run(clock(1))
    left, = scene.raw(BERIT, "withdrawal")
    cancel = invitation_of(left)
    assert cancel["STATUS"] == "CANCELLED"
    assert cancel["UID"] == invitation_of(scene.raw(BERIT, "invitation")[-1])["UID"]
    assert cancel["ATTENDEE"] == f"mailto:{BERIT}"
    assert len(scene.raw(EVERT, "invitation")) == 1
    scene.run(clock(2))
    assert {a: len(scene.raw(a, "invitation", "update", "withdrawal")) for a in NAMES} == {
        ANNA: 1, BERIT: 2, CESAR: 1, DORA: 1, EVERT: 1}
    why = [row["why"] for row in scene.rows("journal") if row["what"] == "withdrawal"]
    assert why == ["no-longer-owed"]


def test_who_leaves_and_comes_back_is_invited_anew(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.set_up([PLACES[0], *PLACES[2:]])
    scene.run(clock(1))
    scene.says(BERIT, "ACCEPTED")
    scene.run(clock(1, 9))
    assert [row["reason"] for row in scene.incoming()] == ["answer-uninvited"]
    scene.set_up()
    scene.run(clock(2))
    scene.run(clock(3))
    assert len(scene.raw(BERIT, "invitation")) == 2
    assert len(scene.raw(BERIT, "withdrawal")) == 1


def test_another_order_or_another_role_is_no_leaving(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.set_up([(CESAR, "member"), (DORA, "chair"), (BERIT, "deputy"), (ANNA, "member")])
    scene.run(clock(1))
    assert all(len(scene.raw(a, "invitation", "update", "withdrawal")) == 1 for a in NAMES if a != EVERT)


def test_a_directory_without_anybody_takes_nothing_back(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.set_up([(a, role, {"to": "2026-09-07"}) for a, role in PLACES])
    scene.run(clock(1))
    assert [a for a in NAMES if scene.raw(a, "withdrawal")] == []


def test_what_is_over_or_not_told_yet_is_taken_back_from_nobody(scene):
    scene.set_up()
    scene.call(at(1))
    scene.events["ryd-2"] = make_event("ryd-2", at(60), summary="Trygghetsråd Ryd")
    scene.write()
    scene.run()
    scene.set_up(PLACES[:1])
    scene.run(clock(2))
    assert [a for a in NAMES if scene.raw(a, "withdrawal")] == []


# -- another time


def counter(scene, address=BERIT):
    scene.says(address, "TENTATIVE", "COUNTER", start="20260918T160000Z", end="20260918T173000Z")
    scene.run(clock(0, 9))
    return scene.held_number()


def test_no_to_another_time_is_told_to_who_put_it_forward(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.office.utskick("refuse", counter(scene))
    scene.run(clock(0, 10))
    raw, = scene.raw(BERIT, "counter-declined")
    assert b"METHOD:DECLINECOUNTER" in replies_calendar(raw)
    assert "Det går tyvärr inte att ändra" in text_of(parse(raw))
    assert [row["reason"] for row in scene.incoming()] == ["counter-refused"]
    assert scene.rows("answers") == []


def test_yes_to_another_time_waits_for_the_calendar(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.office.utskick("release", counter(scene))
    scene.run(clock(0, 10))
    assert [row["reason"] for row in scene.incoming()] == ["counter-accepted"]
    assert scene.raw(BERIT, "counter-declined", "update") == []
    scene.call(at(11))
    scene.run(clock(0, 11))
    assert len(scene.raw(BERIT, "update")) == 1


def test_an_assistants_answer_counts_when_the_coordinator_says_yes(scene):
    scene.set_up()
    scene.call()
    scene.run()
    asked = invitation_of(scene.raw(BERIT, "invitation")[-1])
    line = f'ATTENDEE;PARTSTAT=DECLINED;SENT-BY="mailto:{EVERT}":mailto:{BERIT}'
    scene.rig.deliver_lmtp(scene.mailbox, mail(EVERT, part(calendar(event(asked["UID"], [line])))))
    scene.run(clock(0, 9))
    assert scene.rows("answers") == []
    scene.office.utskick("release", scene.held_number())
    scene.run(clock(0, 10))
    assert [(a["attendee"], a["partstat"], a["counts"]) for a in scene.rows("answers")] == [
        (BERIT, "DECLINED", True)]
    assert len(scene.notices()) == 1


def replies_calendar(raw):
    return next(p.get_payload(decode=True) for p in parse(raw).walk()
                if p.get_content_type() == "text/calendar")


def test_what_somebody_answered_before_he_left_is_still_shown(scene):
    scene.set_up()
    scene.call()
    scene.run()
    scene.says(BERIT, "ACCEPTED", extra=["COMMENT:Jag kommer"])
    scene.run(clock(0, 9))
    scene.set_up([PLACES[0], *PLACES[2:]])
    scene.run(clock(1))
    code = scene.rows("meetings")[0]["code"]

    def shown():
        return next(one for one in scene.office.json("meeting", code)["recipients"]
                    if one["address"] == BERIT), scene.office.utskick("meeting", code).stdout

    one, text = shown()
    assert one["answer"]["partstat"] == "ACCEPTED" and one["invitation"]["letter"] == "withdrawal"
    assert "taken back 8 Sep  accepted" in text and "Jag kommer" in text
    # And when he answers once more, which counts for nothing.
    scene.says(BERIT, "DECLINED")
    scene.run(clock(1, 10))
    assert [row["reason"] for row in scene.incoming()] == ["answer-applied", "answer-uninvited"]
    one, text = shown()
    assert one["answer"]["partstat"] == "DECLINED"
    assert (one["answer"]["earlier"], one["answer"]["earlier_at"][:10]) == ("ACCEPTED", "2026-09-07")
    assert "accepted on 2026-09-07" in text
    first = scene.incoming()[0]["register"]
    assert "answer      ACCEPTED" in scene.office.utskick("explain", first).stdout
