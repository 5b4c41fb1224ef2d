"""The main job from end to end: invited, answered, asked for minutes, minutes sent on.

One story is played once; each test looks at what came of it. The example office of
config/, its council Ekholmen, whose papers are owed to the committee Sydost. One of its
members has an address that does not exist; another's takes mail and returns it later.
"""
import datetime
import json
import types

import icalendar
import pytest

from conftest import Office
from rig.mails import invitation_event, make_reply
from rig.office import addresses
from scene import (NOW, SECRETARY, UTC, ZONE, Scene, at, clock, code_of, files_of, make_event,
                   make_mail, make_pdf, one_line, parse, text_of)

DEAD = "finns-inte@linkoping.example"
LATE_DEAD = "stig@bounce.example"
SWEDE, SECOND, ENGLISH = ("asa.lindstrom@parti.example", "marta.bjornsdotter@ortspartiet.example",
                          "peter.collins@parti.example")
EVENING, CALLED = at(9), at(12, 17, 30)
PDF = make_pdf("Protokoll\nTrygghetsråd Ekholmen\nBelysning vid skolan, åäö") + b"\r\n.\r\n\x00\xff"
PDF_NAME = "Protokoll Ekholmen (justerat) – åäö.pdf"


def example_with_a_late_bounce(office):
    """The example, with Stig's address at the domain that returns mail later: he gets no
    mailbox, as everybody has whom the office is configured with."""
    directory = json.loads((office.config / "directory.json").read_text())
    for person in directory["people"]:
        if person["id"] == "stig-haggkvist":
            person["addresses"] = [LATE_DEAD]
    office.rig.write_config(office.config, {"directory": {"people": directory["people"]}})


def play(office):
    """The story; returns the scene and its snapshots."""
    rig, seen = office.rig, types.SimpleNamespace()
    example_with_a_late_bounce(office)
    rig.reset([a for a in addresses(office.config) if a not in (DEAD, LATE_DEAD)])
    s = seen.scene = Scene(office)
    for uid, start, about in (
            ("ekholmen-1@kalender.example", EVENING, {
                "description": "Dagordning:\n1. Belysning vid skolan\n2. Orsaksanalys\n"
                               f"Sekreterare: {SECRETARY[0]} <{SECRETARY[1]}>\n"
                               "Ordförande: Lena Bäckström <lena.backstrom@forening.example>"}),
            ("ekholmen-2@kalender.example", CALLED, {
                "description": "Dagordning:\n1. Medborgarlöftet\nAvgörande fråga: ja"})):
        s.events[uid] = make_event(uid, start, 120, "Trygghetsråd Ekholmen",
                                   "Ekholmens centrum, samlingssalen", **about)
    s.write()
    s.run()
    seen.invited = s.deliveries("invitation")
    seen.failures_first = s.letters(s.coordinator, "failure-notice")

    s.send(SWEDE, make_reply_to(s, SWEDE, EVENING, "ACCEPTED", "outlook"))
    s.send(SECOND, make_reply_to(s, SECOND, CALLED, "DECLINED", "gmail"))
    s.send(SWEDE, make_mail(SWEDE, s.mailbox, "Var kan man parkera?", "Hej! Vet ni det?\n/Åsa\n"))
    s.run(clock(1))
    s.run(clock(1, 9))
    seen.answers = s.rows("answers")
    seen.after_answers = s.lying(), s.lying("Hanterat")

    s.run(clock(9, 21))
    seen.request = s.only(SECRETARY[1], "minutes-request")
    mail = make_mail(SECRETARY[1], s.mailbox, f"Sv: {seen.request['Subject']}",
                     "Hej! Här kommer protokollet.\n/Karin\n",
                     [(PDF_NAME, "application/pdf", PDF)], in_reply_to=seen.request["Message-ID"])
    s.send(SECRETARY[1], mail)
    s.run(clock(10))
    s.run(clock(10, 9))
    seen.deliveries, seen.incoming = s.deliveries(), s.rows("incoming")
    seen.failures = s.letters(s.coordinator, "failure-notice")
    return seen


def make_reply_to(s, address, start, partstat, style):
    raw = raw_invitation(s, address, start)
    return make_reply(raw, address, partstat, style, clock(0, 12))


def raw_invitation(s, address, start):
    return next(raw for raw in s.raw(address, "invitation")
                if invitation_event(raw).decoded("DTSTART").replace(tzinfo=None) == start)


@pytest.fixture(scope="module")
def story(servers, tmp_path_factory):
    servers.reset()
    return play(Office(servers, tmp_path_factory.mktemp("story")))


@pytest.fixture(params=[SWEDE, ENGLISH])
def invitation(story, request):
    raw = raw_invitation(story.scene, request.param, EVENING)
    return types.SimpleNamespace(mail=parse(raw), event=invitation_event(raw), to=request.param,
                                 english=request.param == ENGLISH)


def calendar_parts(mail):
    return [p for p in mail.walk() if p.get_content_type() in ("text/calendar", "application/ics")]


# -- the invitation


def test_every_member_on_that_day_is_invited_to_both_meetings(story):
    invited = sorted(d["address"] for d in story.invited)
    on_the_list = {SWEDE, SECOND, ENGLISH, DEAD, LATE_DEAD}
    assert set(invited) > on_the_list
    assert all(invited.count(a) == 2 for a in invited)
    assert {d["committee"] for d in story.invited} == {"sydost"}


def test_the_method_is_request_in_the_calendar_and_in_the_mime_type(invitation):
    parts = calendar_parts(invitation.mail)
    assert len(parts) == 2
    for part in parts:
        calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    [inside] = [p for p in parts if p.get_content_type() == "text/calendar" and
                p.get_content_disposition() != "attachment"]
    assert (inside.get_param("method"), inside.get_content_charset()) == ("REQUEST", "utf-8")


def test_the_calendar_is_attached_as_a_file_as_well_with_the_same_bytes(invitation):
    inside, attached = calendar_parts(invitation.mail)
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_filename().endswith(".ics")
    assert attached.get_payload(decode=True) == inside.get_payload(decode=True)


def test_the_mail_says_the_same_as_text_as_html_and_as_calendar_in_this_order(invitation):
    alternative = next(p for p in invitation.mail.walk()
                       if p.get_content_type() == "multipart/alternative")
    assert [p.get_content_type() for p in alternative.iter_parts()] == [
        "text/plain", "text/html", "text/calendar"]
    for kind in ("plain", "html"):
        body = invitation.mail.get_body((kind,)).get_content()
        assert "Ekholmens centrum, samlingssalen" in body
        assert "Belysning vid skolan" in body
        assert SECRETARY[0] in body


def test_organizer_is_the_mailbox_and_the_recipient_is_the_only_attendee(invitation):
    event = invitation.event
    assert event["ORGANIZER"].lower() == "mailto:utskott@linkoping.example"
    assert not isinstance(event["ATTENDEE"], list)
    assert event["ATTENDEE"].lower() == f"mailto:{invitation.to}"


def test_uid_is_ours_sequence_is_zero_and_nothing_recurs(invitation):
    event = invitation.event
    assert event["UID"].endswith("@linkoping.example")
    assert "kalender.example" not in event["UID"]
    assert event["SEQUENCE"] == 0
    assert not {"RRULE", "RDATE", "RECURRENCE-ID"} & set(event)


def test_the_time_is_local_with_its_zone_described(invitation):
    [inside, _] = calendar_parts(invitation.mail)
    calendar = icalendar.Calendar.from_ical(inside.get_payload(decode=True))
    [zone] = calendar.walk("VTIMEZONE")
    event = invitation.event
    assert event["DTSTART"].params["TZID"] == zone["TZID"]
    assert event.decoded("DTSTART") == EVENING.replace(tzinfo=ZONE)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == datetime.timedelta(hours=2)
    assert event.decoded("DTSTART").astimezone(UTC).hour == 16
    assert event.decoded("DTSTAMP").tzinfo


def test_information_asks_for_no_answer(invitation):
    params = invitation.event["ATTENDEE"].params
    assert (params["ROLE"], params["RSVP"]) == ("NON-PARTICIPANT", "FALSE")


def test_a_decisive_matter_is_a_call_that_asks_for_an_answer(story):
    raw = raw_invitation(story.scene, SWEDE, CALLED)
    params = invitation_event(raw)["ATTENDEE"].params
    assert (params["ROLE"], params["RSVP"]) == ("REQ-PARTICIPANT", "TRUE")
    assert parse(raw)["Subject"].startswith("Kallelse: Trygghetsråd Ekholmen")
    assert "Ersättning för förrättning" in text_of(parse(raw))


def test_people_are_written_to_in_their_language(invitation):
    mail = invitation.mail
    text = text_of(mail)
    if invitation.english:
        assert mail["Subject"].startswith("Invitation: Trygghetsråd Ekholmen, ")
        assert "16 September 2026" in text and "Hej" not in text
    else:
        assert mail["Subject"].startswith("Inbjudan: Trygghetsråd Ekholmen, ")
        assert "onsdag 16 september 2026" in text.lower() and "kl. 18" in text


def test_the_head_is_what_an_automatic_mail_to_one_person_has(invitation):
    mail = invitation.mail
    assert mail["Subject"].endswith("[EKH-2026-09-16]")
    assert mail["To"].addresses[0].addr_spec == invitation.to
    assert len(mail["To"].addresses) == 1 and mail["Cc"] is None
    assert mail["From"].addresses[0].addr_spec == "utskott@linkoping.example"
    assert mail["From"].addresses[0].display_name == "Utskott för medborgardialog"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@linkoping.example>")
    assert mail["Date"].datetime == NOW or abs(
        mail["Date"].datetime - NOW) < datetime.timedelta(minutes=2)
    assert mail["MIME-Version"] == "1.0"


# -- answers


# F7
def test_answers_of_outlook_without_organizer_and_of_gmail_are_recorded(story):
    assert sorted((a["meeting_code"], a["attendee"], a["partstat"], a["invited"])
                  for a in story.answers) == [
        ("EKH-2026-09-16", SWEDE, "ACCEPTED", True), ("EKH-2026-09-19", SECOND, "DECLINED", True)]


def test_an_answer_shows_that_the_invitation_arrived(story):
    states = {(d["meeting_code"], d["address"]): d["state"] for d in story.deliveries
              if d["letter"] == "invitation"}
    assert states["EKH-2026-09-16", SWEDE] == states["EKH-2026-09-19", SECOND] == "answered"
    assert states["EKH-2026-09-19", SWEDE] == "sent"


def test_handled_mail_is_moved_and_a_question_stays_unread_in_the_inbox(story):
    inbox, handled = story.after_answers
    assert "\\Seen" not in inbox["Var kan man parkera?"]
    assert not any("Ekholmen" in subject for subject in inbox)
    assert sum("Trygghetsråd Ekholmen" in subject for subject in handled) >= 2


# -- minutes


def test_the_secretary_is_asked_for_the_minutes_after_the_meeting(story):
    assert story.request["Subject"] == (
        "Skicka in protokollet: Trygghetsråd Ekholmen, onsdag 16 september 2026 [EKH-2026-09-16]")
    assert "26 september" in text_of(story.request)


@pytest.mark.parametrize("member", [SWEDE, SECOND, ENGLISH])
def test_each_member_has_the_minutes_byte_for_byte_under_their_name(story, member):
    mail = story.scene.only(member, "minutes")
    assert files_of(mail) == {PDF_NAME: PDF}
    assert code_of(mail) == "EKH-2026-09-16"
    assert "/Karin" not in text_of(mail)


def test_the_receipt_lists_what_came_in_and_to_whom_it_goes(story):
    receipt = story.scene.only(SECRETARY[1], "receipt")
    text = one_line(text_of(receipt))
    assert PDF_NAME in text
    count = sum(d["letter"] == "minutes" for d in story.deliveries)
    assert f"Utskottet för medborgardialog, Sydost (mottagare: {count})" in text
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["In-Reply-To"]


def test_the_sent_folder_has_a_copy_of_everything_that_went(story):
    copies = sorted(parse(raw)["Message-ID"] for raw in
                    story.scene.rig.mailbox(story.scene.mailbox, "Sent"))
    went = sorted(d["message_id"] for d in story.scene.deliveries()
                  if d["state"] in ("sent", "answered", "bounced", "delivered"))
    assert copies == went


def test_the_copy_is_the_mail_that_arrived(story):
    s = story.scene
    [arrived] = s.raw(SWEDE, "minutes")
    message_id = parse(arrived)["Message-ID"]
    [copy] = [raw for raw in s.rig.mailbox(s.mailbox, "Sent")
              if parse(raw)["Message-ID"] == message_id]
    assert arrived.endswith(copy[copy.index(b"Date: "):])


# -- who was not reached


def test_an_unknown_recipient_is_failed_with_the_servers_words(story):
    failed = [d for d in story.deliveries if d["address"] == DEAD]
    assert {d["state"] for d in failed} == {"failed"}
    assert all(d["reply"].startswith("550 5.1.1") and DEAD in d["reply"] for d in failed)
    assert not any(d["served"] for d in failed)


def test_the_coordinator_hears_of_it_in_one_mail(story):
    [notice] = [n for n in story.failures_first if DEAD in text_of(n)]
    text = one_line(text_of(notice))
    assert "Göran Östlund" in text and "550 5.1.1" in text
    assert notice["To"].addresses[0].addr_spec == "maria.sjoberg@linkoping.example"


def test_a_mail_that_is_returned_later_is_bounced_and_told_too(story):
    bounced = [d for d in story.deliveries if d["address"] == LATE_DEAD]
    assert {d["state"] for d in bounced} == {"bounced"}
    assert not any(d["served"] for d in bounced)
    assert any(LATE_DEAD in text_of(n) for n in story.failures)
    assert {row["reason"] for row in story.incoming if row["class"] == "bounce"} == {
        "bounce-counted"}


def test_everybody_else_is_served_everything(story):
    left = [d for d in story.deliveries if not d["served"]]
    assert {d["address"] for d in left} == {DEAD, LATE_DEAD}


# -- the register


def test_every_mail_in_the_mailbox_is_registered_once_in_running_order(story):
    s = story.scene
    lying = [parse(raw)["Message-ID"] for folder in ("INBOX", "Hanterat")
             for raw in s.rig.mailbox(s.mailbox, folder)]
    assert sorted(row["message_id"] for row in story.incoming) == sorted(lying)
    numbers = [row["register"] for row in story.incoming]
    year = datetime.datetime.now(ZONE).year
    assert numbers == [f"{year}-{n:06d}" for n in range(1, len(numbers) + 1)]


def test_what_was_done_and_why_is_with_each_mail(story):
    why = {row["reason"]: (row["class"], row["outcome"], row["verified"])
           for row in story.incoming if row["class"] != "bounce"}
    assert why == {
        "answer-applied": ("itip", "applied", True),
        "minutes-accepted": ("minutes", "applied", True),
        "not-understood": ("unknown", "recorded", True),
    }


def test_the_meetings_file_shows_each_recipient(story):
    file = story.scene.office.utskick("meeting", "EKH-2026-09-16").stdout
    for words in (SWEDE, DEAD, LATE_DEAD, "Karin Mörk"):
        assert words in file
    assert "Göran Östlund" in story.scene.office.utskick("status", check=None).stdout
