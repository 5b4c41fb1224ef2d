"""Answers to invitations as they come in: one table, read in one run.

Each case has a member of its own, whose mails are put into the mailbox in order; what
became of each mail, and whose answer counts, is compared when all have been read.
"""
import email.utils
import json
import types

import pytest

from conftest import Office
from rig import replies
from rig.replies import calendar, event, fill, forwarded, mail, multipart, part, text_part
from scene import NOW, ONE_CALENDAR, SECRETARY, Scene, at, clock, make_event, text_of

MINE = "PARTSTAT=%s"
CASES = []
LATER = "20260908T110000Z"
EARLIER = "20260908T090000Z"
KIND = {"id": "council-meeting", "name": {"sv": "trygghetsråd", "en": "council meeting"},
        "words": ["trygghetsråd"], "call_deputies": True}


def case(*outcomes, answer=None, **about):
    """outcomes: "outcome reason" of each mail that the function gives."""
    def keep(make):
        CASES.append(types.SimpleNamespace(name=make.__name__, make=make, answer=answer,
                                           outcomes=[tuple(o.split()) for o in outcomes],
                                           number=len(CASES), **about))
        return make
    return keep


class Member:
    """A case's own member, and what the mails are about."""

    def __init__(self, number, story):
        self.address = f"medlem{number}@utskott.example"
        self.alias = f"privat{number}@hem.example"
        self.other = f"medlem{number + 1}@utskott.example"
        self.story = story

    def vevent(self, partstat="ACCEPTED", attendee=None, attendees=None, sequence=1, meeting="called",
               **about):
        about = {"uid": self.story.meetings[meeting]["uid"], **about}
        attendees = attendees or [(MINE % partstat, attendee or self.address)]
        return event(attendees=attendees, sequence=sequence, **about)

    def ics(self, partstat="ACCEPTED", method="REPLY", **about):
        return calendar(self.vevent(partstat, **about), method=method)

    def reply(self, partstat="ACCEPTED", sender=None, vouched=True, headers=(), **about):
        return mail(sender or self.address, part(self.ics(partstat, **about)), vouched,
                    headers=headers)


APPLIED, HELD = "applied answer-applied", "held answer-not-vouched"


# -- who answers


@case(APPLIED, answer="ACCEPTED")
def accepts(m):
    return [m.reply()]


@case(APPLIED, answer="DECLINED")
def declines(m):
    return [m.reply("DECLINED")]


@case(APPLIED, answer="TENTATIVE")
def is_not_sure(m):
    return [m.reply("TENTATIVE")]


@case(APPLIED, answer="ACCEPTED")
def answers_from_another_address_of_his(m):
    return [m.reply(attendee=m.alias, sender=m.alias)]


@case(APPLIED, answer="ACCEPTED")
def is_named_by_one_address_and_sends_from_another(m):
    return [m.reply(sender=m.alias)]


@case(APPLIED, answer="ACCEPTED")
def is_written_in_capitals(m):
    return [m.reply(attendee=m.address.upper())]


@case("ignored answer-wrong-sender")
def is_answered_for_by_somebody_else(m):
    return [m.reply(sender="frammande@annan.example")]


@case(APPLIED, answer="ACCEPTED")
def answers_for_himself_and_tries_another(m):
    both = [(MINE % "DECLINED", m.other), (MINE % "ACCEPTED", m.address)]
    return [m.reply(attendees=both)]


@case("recorded answer-uninvited")
def is_not_invited_at_all(m):
    return [m.reply(attendee="gast@annan.example", sender="gast@annan.example")]


@case(HELD)
def is_not_vouched_for(m):
    return [m.reply(vouched=False)]


@case(HELD)
def comes_with_no_verdict(m):
    return [m.reply(vouched=None)]


@case(HELD)
def forges_a_verdict_below_the_servers(m):
    return [m.reply(vouched=False, headers=[replies.verdict(m.address).rstrip()])]


@case("ignored answer-wrong-sender")
def has_two_authors(m):
    return [m.reply(headers=["From: nagon@annan.example"])]


@case("held answer-sent-by")
def has_an_assistant_with_an_address_of_his_own(m):
    line = f'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:assistent@annan.example":mailto:{m.address}'
    return [m.reply(attendees=[line], sender="assistent@annan.example")]


@case("held answer-sent-by")
def has_an_assistant_who_sends_as_himself(m):
    line = f'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:assistent@annan.example":mailto:{m.address}'
    return [m.reply(attendees=[line])]


@case(APPLIED, answer="DECLINED")
def is_his_own_assistant(m):
    line = f'ATTENDEE;PARTSTAT=DECLINED;SENT-BY="mailto:{m.alias}":mailto:{m.address}'
    return [m.reply(attendees=[line], sender=m.alias)]


@case("ignored answer-wrong-sender")
def names_an_assistant_who_did_not_send_it(m):
    line = f'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:assistent@annan.example":mailto:{m.address}'
    return [m.reply(attendees=[line], sender="frammande@annan.example")]


@case(APPLIED, answer="DELEGATED", comment="-> vikarie@annan.example")
def sends_somebody_else(m):
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:vikarie@annan.example":mailto:{m.address}'
    return [m.reply(attendees=[line, "ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="
                               f'"mailto:{m.address}":mailto:vikarie@annan.example'])]


@case("recorded answer-uninvited")
def is_the_one_whom_somebody_sends(m):
    line = f'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:{m.address}":mailto:vik@annan.example'
    return [m.reply(attendees=[line], sender="vik@annan.example")]


# -- which meeting


@case(APPLIED, answer="ACCEPTED")
def leaves_out_the_organizer(m):
    return [m.reply(organizer=None)]


@case(APPLIED, answer="ACCEPTED")
def names_another_organizer(m):
    return [m.reply(organizer="sakerhetsenheten@linkoping.example")]


@case(APPLIED, answer="ACCEPTED")
def answers_the_units_own_entry(m):
    return [m.reply(uid="ryd-called@kalender.example")]


@case("ignored answer-unknown-meeting")
def names_no_meeting_of_ours(m):
    return [m.reply(uid="nagot-annat@annan.example")]


@case("ignored answer-unknown-meeting")
def leaves_out_the_uid(m):
    return [m.reply(uid=None)]


@case(APPLIED, answer="ACCEPTED")
def bears_a_recurrence_id_that_we_never_sent(m):
    return [m.reply(extra=["RECURRENCE-ID:20260917T160000Z"])]


@case(APPLIED, answer="ACCEPTED", meeting="information")
def answers_what_he_got_for_information(m):
    return [m.reply(meeting="information", sequence=0)]


@case("ignored answer-stale", meeting="cancelled")
def answers_a_cancelled_meeting(m):
    return [m.reply(meeting="cancelled", sequence=0)]


@case(APPLIED, answer="DECLINED", meeting="past")
def answers_when_the_meeting_is_over(m):
    return [m.reply("DECLINED", meeting="past", sequence=0)]


@case(APPLIED, answer="ACCEPTED", also="information")
def answers_two_meetings_in_one_mail(m):
    two = calendar(m.vevent(meeting="information", sequence=0), m.vevent())
    return [mail(m.address, part(two))]


@case(APPLIED, answer="ACCEPTED")
def answers_one_of_ours_and_one_of_others(m):
    two = calendar(m.vevent(uid="annat@annan.example"), m.vevent())
    return [mail(m.address, part(two))]


@case(APPLIED, answer="ACCEPTED")
def answers_twice_in_one_mail(m):
    two = calendar(m.vevent(), m.vevent("DECLINED"))
    return [mail(m.address, part(two))]


# -- which answer is the newest


@case("ignored answer-stale")
def answers_the_time_before_the_change(m):
    return [m.reply(sequence=0)]


@case("ignored answer-stale")
def leaves_out_the_sequence(m):
    return [m.reply(sequence=None)]


@case(APPLIED, APPLIED, answer="DECLINED")
def changes_his_mind(m):
    return [m.reply(), m.reply("DECLINED", dtstamp=LATER)]


@case(APPLIED, "ignored answer-stale", answer="ACCEPTED")
def has_an_older_answer_come_late(m):
    return [m.reply(), m.reply("DECLINED", dtstamp=EARLIER)]


@case(APPLIED, "ignored answer-same", answer="ACCEPTED")
def sends_the_same_twice(m):
    return [m.reply(), m.reply()]


@case(APPLIED, APPLIED, answer="DECLINED")
def answers_twice_in_one_second(m):
    return [m.reply(), m.reply("DECLINED")]


@case(APPLIED, APPLIED, answer="DECLINED")
def leaves_out_dtstamp(m):
    return [m.reply(dtstamp=None), m.reply("DECLINED", dtstamp=None)]


@case(APPLIED, APPLIED, answer="DECLINED")
def answers_a_number_that_was_never_told_and_then_right(m):
    return [m.reply(sequence=900), m.reply("DECLINED", dtstamp=LATER)]


@case(APPLIED, APPLIED, answer="DECLINED")
def has_a_clock_far_ahead(m):
    return [m.reply(dtstamp="99990101T000000Z"), m.reply("DECLINED", dtstamp="99990101T000000Z")]


@case(APPLIED, "ignored answer-wrong-sender", answer="ACCEPTED")
def is_replayed_by_a_stranger(m):
    return [m.reply(), m.reply("DECLINED", sender="frammande@annan.example", dtstamp=LATER)]


# -- what it says


@case("ignored answer-no-partstat")
def says_neither_yes_nor_no(m):
    return [m.reply("NEEDS-ACTION")]


@case("ignored answer-no-partstat")
def says_something_of_his_own(m):
    return [m.reply("X-KANSKE-SEN")]


@case("ignored answer-no-partstat")
def leaves_out_partstat(m):
    return [m.reply(attendees=[f"ATTENDEE:mailto:{m.address}"])]


@case("ignored answer-no-attendee")
def leaves_out_the_attendee(m):
    return [m.reply(attendees=["X-INGEN:ingen"])]


@case(APPLIED, answer="ACCEPTED", comment="Gärna, med kaffe; tack!")
def writes_a_comment(m):
    return [m.reply(extra=["COMMENT:Gärna\\, med kaffe\\; tack!"])]


@case(APPLIED, answer="ACCEPTED", comment=None)
def writes_an_empty_comment(m):
    return [m.reply(extra=["COMMENT:\\n"])]


# -- how it is packed


@case(APPLIED, answer="ACCEPTED")
def has_the_calendar_as_plain_text(m):
    return [mail(m.address, part(m.ics(), "text/plain; charset=utf-8", encoding="8bit"))]


@case(APPLIED, answer="ACCEPTED")
def has_the_calendar_as_any_bytes(m):
    return [mail(m.address, multipart(text_part(), part(m.ics(), "application/octet-stream")))]


@case(APPLIED, answer="ACCEPTED")
def has_the_calendar_as_a_file_named_ics(m):
    file = part(m.ics(), "application/x-unknown", name="svar.ICS")
    return [mail(m.address, multipart(text_part(), file))]


@case(APPLIED, answer="ACCEPTED")
def has_the_calendar_twice(m):
    ics = m.ics()
    inner = multipart(text_part(), part(ics), kind="alternative", boundary="=_inre")
    return [mail(m.address, multipart(inner, part(ics, "application/ics", name="invite.ics")))]


@case(APPLIED, answer="ACCEPTED")
def says_request_in_the_mime_type(m):
    return [mail(m.address, part(m.ics(), "text/calendar; method=REQUEST"))]


@case(APPLIED, answer="ACCEPTED")
def has_bare_line_ends(m):
    return [mail(m.address, part(m.ics().replace(b"\r\n", b"\n"), encoding="8bit"))]


@case(APPLIED, answer="ACCEPTED")
def begins_with_a_byte_order_mark(m):
    return [mail(m.address, part(b"\xef\xbb\xbf" + m.ics(), "text/plain; charset=utf-8"))]


@case("recorded answer-forwarded")
def is_sent_on_by_somebody_else(m):
    return [mail(m.other, multipart(text_part("Se nedan"), forwarded(m.reply())))]


@case(APPLIED, answer="ACCEPTED")
def sends_on_his_own_answer(m):
    return [mail(m.alias, multipart(text_part(), forwarded(m.reply(sender=m.address))))]


@case("recorded not-understood")
def sends_on_the_invitation_with_a_question(m):
    asked = mail("utskott@linkoping.example", part(m.ics(method="REQUEST")))
    return [mail(m.address, multipart(text_part("Vad är detta?"), forwarded(asked)))]


@case("recorded auto-reply")
def has_a_program_answer_for_him(m):
    return [m.reply(headers=["Auto-Submitted: auto-replied"])]


# -- what only the organiser may send, and what nobody may


@case("ignored itip-not-reply")
def cancels_our_meeting(m):
    return [m.reply(method="CANCEL")]


@case("ignored itip-not-reply")
def moves_our_meeting(m):
    return [m.reply(method="REQUEST", sequence=99)]


@case("ignored itip-not-reply")
def publishes_our_meeting(m):
    return [m.reply(method="PUBLISH")]


@case("ignored itip-not-reply")
def adds_to_our_meeting(m):
    return [m.reply(method="ADD")]


@case("held plan-no-role")
def invites_us_to_something_else(m):
    return [m.reply(method="REQUEST", uid="fest@annan.example", extra=["DTSTART:20260914T160000Z"])]


@case("recorded not-understood")
def sends_a_calendar_without_method(m):
    return [m.reply(method=None)]


# -- another time


def moved(m, **about):
    return m.reply("TENTATIVE", method="COUNTER", start="20260918T160000Z", end="20260918T173000Z",
                   **about)


@case("held counter-proposed")
def puts_another_time_forward(m):
    return [moved(m)]


@case(HELD)
def puts_another_time_forward_unvouched(m):
    return [moved(m, vouched=False)]


@case("ignored answer-wrong-sender")
def has_a_stranger_put_another_time_forward(m):
    return [moved(m, sender="frammande@annan.example")]


@case("recorded itip-uninvited")
def is_not_invited_and_puts_another_time_forward(m):
    return [moved(m, attendee="gast@annan.example", sender="gast@annan.example")]


@case("ignored counter-stale")
def moves_the_time_before_the_change(m):
    return [moved(m, sequence=0)]


@case("recorded itip-too-late", meeting="past")
def moves_what_is_over(m):
    return [moved(m, meeting="past", sequence=0)]


@case("ignored answer-unknown-meeting")
def moves_what_is_not_ours(m):
    return [moved(m, uid="annat@annan.example")]


# -- the invitation again


@case("applied refresh-sent", letters=1)
def asks_for_the_invitation_again(m):
    return [m.reply(method="REFRESH", attendees=[f"ATTENDEE:mailto:{m.address}"])]


@case("ignored answer-wrong-sender")
def has_a_stranger_ask_for_it(m):
    return [m.reply(method="REFRESH", sender="frammande@annan.example")]


@case("recorded itip-uninvited")
def is_not_invited_and_asks_for_it(m):
    return [m.reply(method="REFRESH", attendee="gast@annan.example", sender="gast@annan.example")]


@case(HELD)
def asks_unvouched(m):
    return [m.reply(method="REFRESH", vouched=False)]


@case(*["applied refresh-sent"] * 5, "ignored automatic-mail-cap", letters=5)
def asks_without_end(m):
    return [m.reply(method="REFRESH") for _ in range(6)]


@case("recorded itip-too-late", meeting="cancelled")
def asks_for_a_cancelled_meeting(m):
    return [m.reply(method="REFRESH", meeting="cancelled")]


# -- the six clients

OUTCOMES = json.loads((replies.DATA / "outcomes.json").read_text(encoding="utf-8"))


def client_case(name, expected):
    def make(m):
        meeting = m.story.meetings["called"]
        return [fill(name, attendee=m.address, organizer=m.story.scene.mailbox, uid=meeting["uid"],
                     sequence=1, summary="Trygghetsråd Ryd", location="Biblioteket",
                     start="20260917T180000", end="20260917T193000", other_start="20260918T180000",
                     other_end="20260918T193000", start_utc="20260917T160000Z",
                     end_utc="20260917T173000Z", other_start_utc="20260918T160000Z",
                     other_end_utc="20260918T173000Z", assistant="assistent@annan.example",
                     request_id=m.story.request_id)]
    make.__name__ = name.replace("-", "_")
    case(f"{expected['outcome']} {expected['reason']}", answer=expected["answer"],
         comment=expected.get("comment"), client=expected["client"])(make)


for _name, _expected in OUTCOMES.items():
    client_case(_name, _expected)


# -- the story


def directory():
    """Everybody is called to Ryd's meeting; Berga's are for those whose case is about them."""
    people, members, few = [], [], []
    for number in range(len(CASES) + 1):
        addresses = [f"medlem{number}@utskott.example", f"privat{number}@hem.example"]
        people.append({"id": f"p{number}", "name": f"Medlem {number}", "addresses": addresses})
        members.append({"person": f"p{number}", "role": "member"})
        one = CASES[number] if number < len(CASES) else None
        if hasattr(one, "meeting") or hasattr(one, "also"):
            few.append(members[-1])
    return {"councils": [{"id": "ryd", "code": "RYD", "name": "Ryd", "committees": ["nv"]},
                         {"id": "berga", "code": "BER", "name": "Berga", "committees": ["s"]}],
            "committees": [{"id": "nv", "name": "Utskottet Nordväst", "members": members},
                           {"id": "s", "name": "Utskottet Syd", "members": few}],
            "people": people}


def meetings(scene):
    names = ("uid", "code", "sequence")
    return {uid.partition("@")[0].removeprefix("ryd-"): dict(zip(names, row)) for uid, *row in
            scene.query("SELECT source_uid, uid, code, sequence FROM meeting")}


def play(office):
    scene = Scene(office)
    office.configure({"utskick": {"calendars": ONE_CALENDAR, "kinds": [KIND]},
                      "directory": directory()})
    office.rig.add_users([SECRETARY[1]])
    story = types.SimpleNamespace(scene=scene, request_id="<1.1@linkoping.example>")
    for uid, start, decisive in (("called", at(8), True), ("information", at(9), False),
                                 ("cancelled", at(10), False), ("past", at(0, 12), False)):
        scene.events[uid] = make_event(
            f"ryd-{uid}@kalender.example", start,
            summary=f"Trygghetsråd {'Ryd' if uid == 'called' else 'Berga'}",
            description=f"Sekreterare: {SECRETARY[0]} <{SECRETARY[1]}>\n"
                        f"Avgörande fråga: {'ja' if decisive else 'nej'}")
    scene.write()
    scene.run()
    scene.events["called"] = scene.events["called"].replace("20260915T", "20260917T")
    del scene.events["cancelled"]
    scene.write()
    scene.run(clock(0, 9))
    story.meetings = meetings(scene)
    story.mails = {}
    for one in CASES:
        raws = one.make(Member(one.number, story))
        story.mails[one.name] = [replies.message_id_of(raw) for raw in raws]
        for raw in raws:
            office.rig.deliver_lmtp(scene.mailbox, raw)
    scene.run(clock(1, 13))
    story.incoming = {row["message_id"]: row for row in scene.rows("incoming")}
    story.answers = {(row["attendee"], row["meeting_code"]): row for row in scene.rows("answers")
                     if row["counts"]}
    return story


@pytest.fixture(scope="module")
def story(servers, tmp_path_factory):
    servers.reset()
    return play(Office(servers, tmp_path_factory.mktemp("itip")))


def test_the_table_has_enough_cases_and_all_six_clients():
    assert len(CASES) >= 60
    assert {c.client for c in CASES if hasattr(c, "client")} == {
        "Outlook desktop", "Outlook.com", "Exchange", "Gmail", "Apple Mail", "Thunderbird"}
    for client in {one["client"] for one in OUTCOMES.values()}:
        assert {one["answer"] for one in OUTCOMES.values() if one["client"] == client} >= {
            "ACCEPTED", "DECLINED", "TENTATIVE"}


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.name)
def test_an_attendee_who(story, one):
    rows = [story.incoming[i] for i in story.mails[one.name]]
    assert [(row["outcome"], row["reason"]) for row in rows] == one.outcomes
    member = Member(one.number, story)
    code = story.meetings[getattr(one, "meeting", "called")]["code"]
    counts = story.answers.get((member.address, code))
    assert (counts and counts["partstat"]) == one.answer
    if hasattr(one, "comment") and one.answer:
        assert counts.get("comment") == one.comment


@pytest.mark.parametrize("one", [c for c in CASES if hasattr(c, "letters")], ids=lambda c: c.name)
def test_the_invitation_goes_again_to_who_is_invited(story, one):
    member = Member(one.number, story).address
    again = story.scene.letters(member, "invitation-again")
    assert len(again) == one.letters


def test_every_reason_has_a_sentence_and_explain_prints_it(story):
    seen = {}
    for row in story.incoming.values():
        seen.setdefault(row["reason"], row["register"])
    for reason, register in seen.items():
        said = story.scene.office.json("explain", register)
        assert said["reason"] == reason
        assert said["sentence"].endswith(".")


def test_what_is_not_his_own_counts_for_nobody_else(story):
    others = {address for address, _ in story.answers}
    assert "gast@annan.example" in others  # shown
    assert not any(a["invited"] for a in story.answers.values() if a["attendee"] == "gast@annan.example")


def test_the_answers_that_wait_are_told_once_for_each_who_sent_them(story):
    waiting = [row for row in story.incoming.values() if row["outcome"] == "held"]
    notices = story.scene.letters(story.scene.coordinator, "held-notice")
    assert len(notices) == len(waiting)


def test_another_time_is_put_to_the_coordinator_with_both_times(story):
    member = Member(next(c.number for c in CASES if c.name == "puts_another_time_forward"), story)
    notices = [text_of(n) for n in story.scene.letters(story.scene.coordinator, "held-notice")]
    mine = [text for text in notices if member.address in text]
    assert len(mine) == 1
    assert "torsdag 17 september 2026 kl. 18.00" in mine[0]
    assert "fredag 18 september 2026 kl. 18.00–19.30" in mine[0]
