"""Minutes that come in: matched to their meeting, sent on, or held for the coordinator's yes."""
import pytest

from rig.mails import make_reply
from scene import (SECRETARY, Scene, at, clock, code_of, files_of, make_event, make_ics, make_mail,
                   make_pdf, one_line, parse, text_of)

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
STRANGER = "kalle@linkoping.example"
AFTER = clock(1)
PDF = make_pdf("Protokoll Ryd")


@pytest.fixture
def scene(office):
    """A meeting in Ryd was held yesterday evening."""
    s = Scene(office, [ANNA, BERIT])
    s.rig.add_users([STRANGER])
    s.put("ryd-1", at(0), secretary=SECRETARY)
    return s


def sent_on(s):
    """Members who have the minutes, the files being the secretary's."""
    found = []
    for member in s.members:
        for mail in s.letters(member, "minutes"):
            assert set(files_of(mail).values()) == {PDF}
            found.append(member)
    return found


def hand_in(s, sender, subject, **how):
    s.send(sender, s.minutes_mail(sender, subject, PDF, **how))
    s.run(AFTER)


# -- which meeting


def test_by_the_token_of_the_mail_that_is_answered(scene):
    scene.run()
    scene.run(AFTER)
    request = scene.only(SECRETARY[1], "minutes-request")
    hand_in(scene, SECRETARY[1], "Här", in_reply_to=request["Message-ID"])
    assert sent_on(scene) == [ANNA, BERIT]


def test_by_the_subject_code_in_a_fresh_mail(scene):
    scene.put("ryd-2", at(-3), secretary=SECRETARY)
    hand_in(scene, SECRETARY[1], "Protokoll [RYD-2026-09-07]")
    assert sent_on(scene) == [ANNA, BERIT]


@pytest.mark.parametrize("words", ["7/9", "7 september", "2026-09-07", "20260907"])
def test_by_the_date_and_the_council_in_a_persons_words(scene, words):
    scene.put("ryd-2", at(-3), secretary=SECRETARY)
    hand_in(scene, SECRETARY[1], "Protokoll", text=f"Från trygghetsrådet i Ryd den {words}.\n")
    assert sent_on(scene) == [ANNA, BERIT]
    assert code_of(scene.only(ANNA, "minutes")) == "RYD-2026-09-07"


def test_by_the_only_meeting_whose_minutes_the_sender_owes(scene):
    hand_in(scene, SECRETARY[1], "Hej", text="Se bilagan.\n")
    assert sent_on(scene) == [ANNA, BERIT]


def test_several_meetings_that_fit_are_held_and_none_is_guessed(scene):
    scene.put("ryd-2", at(-3), secretary=SECRETARY)
    hand_in(scene, SECRETARY[1], "Hej", text="Se bilagan.\n")
    assert sent_on(scene) == []
    [row] = scene.incoming(outcome="held")
    assert row["reason"] == "minutes-several-meetings"
    assert scene.only(scene.coordinator, "held-notice")


# -- who may


@pytest.mark.parametrize("who", ["sakerhetsenheten@linkoping.example",
                                 "maria.sjoberg@linkoping.example"])
def test_the_security_unit_and_the_coordinator_may_hand_in_for_any_meeting(scene, who):
    hand_in(scene, who, "Protokoll [RYD-2026-09-07]")
    assert sent_on(scene) == [ANNA, BERIT]


def held(scene, reason):
    """What must be true of everything that waits."""
    assert sent_on(scene) == []
    [row] = scene.incoming(outcome="held")
    assert (row["class"], row["reason"]) == ("minutes", reason)
    assert not [f for s, f in scene.lying().items() if s == row["subject"] and "\\Seen" in f]
    assert row["subject"] in scene.lying()
    notice = scene.only(scene.coordinator, "held-notice")
    assert row["subject"] in one_line(text_of(notice))
    return row


def test_minutes_from_somebody_else_wait_and_the_coordinator_is_told(scene):
    hand_in(scene, STRANGER, "Protokoll [RYD-2026-09-07]")
    row = held(scene, "minutes-no-role")
    assert row["verified"]
    assert scene.letters(STRANGER, "receipt") == []


def test_a_secretary_of_another_meeting_is_somebody_else(scene):
    scene.put("ryd-2", at(-3), secretary=("Kalle", STRANGER))
    hand_in(scene, STRANGER, "Protokoll [RYD-2026-09-07]")
    held(scene, "minutes-no-role")


def test_a_yes_sends_them_on(scene):
    hand_in(scene, STRANGER, "Protokoll [RYD-2026-09-07]")
    scene.office.utskick("release", scene.held_number())
    scene.run(AFTER)
    assert sent_on(scene) == [ANNA, BERIT]
    [row] = scene.incoming(reason="minutes-released")
    assert row["outcome"] == "applied"
    assert row["subject"] in scene.lying("Hanterat")
    assert scene.office.json("held") in ([], {"held": []})


def test_a_no_sends_nothing_and_cannot_be_said_twice(scene):
    hand_in(scene, STRANGER, "Protokoll [RYD-2026-09-07]")
    number = scene.held_number()
    scene.office.utskick("refuse", number)
    scene.run(AFTER)
    assert sent_on(scene) == []
    [row] = scene.incoming(reason="held-refused")
    assert row["subject"] in scene.lying("Hanterat")
    assert scene.office.utskick("release", number, check=None).returncode != 0
    scene.run(AFTER)
    assert sent_on(scene) == []


# -- whether it is they


def spoofed(scene, port, **headers):
    mail = scene.minutes_mail(f"{SECRETARY[0]} <{SECRETARY[1]}>", "Protokoll [RYD-2026-09-07]", PDF,
                              headers=headers)
    with scene.rig.smtp_from_outside(port) as smtp:
        smtp.send_message(mail, from_addr="x@evil.test", to_addrs=[scene.mailbox])
    scene.rig.wait_until_delivered()
    scene.run(AFTER)


# A1
def test_mail_from_outside_in_the_secretarys_name_waits(scene):
    spoofed(scene, "outside")
    row = held(scene, "minutes-not-vouched")
    assert not row["verified"]


def test_a_forged_verdict_below_the_servers_own_changes_nothing(scene):
    spoofed(scene, "outside", **{"Authentication-Results":
            "mx.linkoping.example; dmarc=pass header.from=linkoping.example"})
    held(scene, "minutes-not-vouched")


def test_a_verdict_of_a_server_that_is_not_ours_does_not_count(scene):
    spoofed(scene, "bare", **{"Authentication-Results":
            "mx.evil.test; dmarc=pass header.from=linkoping.example"})
    held(scene, "minutes-not-vouched")


def test_nobody_is_answered_who_only_claims_to_be_the_secretary(scene):
    spoofed(scene, "outside")
    assert scene.letters(SECRETARY[1], "receipt") == []


def test_an_answer_in_another_members_name_waits_too(scene):
    scene.put("ryd-3", at(5))
    scene.run(AFTER)
    raw = scene.raw(ANNA, "invitation")[-1]
    reply = make_reply(raw, ANNA, "ACCEPTED", now=AFTER)
    with scene.rig.smtp_from_outside() as smtp:
        smtp.send_message(reply, from_addr="x@evil.test", to_addrs=[scene.mailbox])
    scene.rig.wait_until_delivered()
    scene.run(AFTER)
    assert scene.rows("answers") == []
    assert [row["reason"] for row in scene.incoming(**{"class": "itip"})] == ["answer-not-vouched"]


def test_one_member_cannot_answer_for_another(scene):
    scene.put("ryd-3", at(5))
    scene.run(AFTER)
    scene.answer(ANNA, "DECLINED", now=AFTER, sender=BERIT, login=BERIT)
    scene.run(AFTER)
    assert scene.rows("answers") == []
    assert [row["reason"] for row in scene.incoming(**{"class": "itip"})] == ["answer-wrong-sender"]


# -- what is handed in


def test_the_same_files_twice_are_sent_on_once(scene):
    hand_in(scene, SECRETARY[1], "Protokoll [RYD-2026-09-07]")
    hand_in(scene, SECRETARY[1], "En gång till [RYD-2026-09-07]")
    assert sent_on(scene) == [ANNA, BERIT]
    assert len(scene.incoming(reason="minutes-same")) == 1


def test_a_new_file_is_a_corrected_version(scene):
    hand_in(scene, SECRETARY[1], "Protokoll [RYD-2026-09-07]")
    better = make_pdf("Protokoll Ryd, rättat")
    scene.send(SECRETARY[1], scene.minutes_mail(SECRETARY[1], "Rättat [RYD-2026-09-07]", better))
    scene.run(AFTER)
    first, second = scene.letters(ANNA, "minutes")
    assert files_of(second) == {"Protokoll.pdf": better}
    assert second["Subject"].startswith("Protokoll, rättad version: ")
    assert [m["version"] for m in scene.rows("minutes")] == [1, 2]


def test_a_file_of_a_type_that_is_not_allowed_waits(scene):
    mail = scene.minutes_mail(SECRETARY[1], "Protokoll [RYD-2026-09-07]", b"MZ\x90\x00" * 20,
                              name="protokoll.exe", media_type="application/x-msdownload")
    scene.send(SECRETARY[1], mail)
    scene.run(AFTER)
    held(scene, "minutes-type-refused")


def test_minutes_for_a_meeting_to_come_wait(scene):
    scene.put("ryd-3", at(5), secretary=SECRETARY)
    hand_in(scene, SECRETARY[1], "Protokoll [RYD-2026-09-12]")
    held(scene, "minutes-meeting-not-held")


def test_a_mail_without_a_file_is_left_to_a_person(scene):
    scene.send(SECRETARY[1], make_mail(SECRETARY[1], scene.mailbox, "Protokoll [RYD-2026-09-07]",
                                       "Kommer i morgon!\n"))
    scene.run(AFTER)
    assert sent_on(scene) == []
    assert "Protokoll [RYD-2026-09-07]" in scene.lying()
    assert scene.letters(scene.coordinator, "held-notice") == []


def test_a_secretary_named_in_the_description_has_the_right_too(office):
    s = Scene(office, [ANNA])
    s.put("ryd-1", at(0), description=f"Sekreterare: {SECRETARY[0]} <{SECRETARY[1]}>")
    hand_in(s, SECRETARY[1], "Protokoll")
    assert sent_on(s) == [ANNA]
    assert s.only(SECRETARY[1], "receipt")


def test_a_secretary_of_the_directory_is_written_to_in_her_language(office):
    s = Scene(office, [ANNA], language="en")
    s.put("ryd-1", at(0), secretary=("Anna", ANNA))
    s.run()
    s.run(AFTER)
    request = s.only(ANNA, "minutes-request")
    assert request["Subject"].startswith("Please send the minutes")
    hand_in(s, ANNA, "Re: " + request["Subject"], in_reply_to=request["Message-ID"])
    assert "Monday 7 September 2026" in text_of(s.only(ANNA, "receipt"))


# A25
def test_what_is_sent_on_is_our_text_and_the_file_never_the_senders_html(scene):
    mail = scene.minutes_mail(SECRETARY[1], "Protokoll [RYD-2026-09-07]", PDF)
    mail.get_body(("plain",)).add_alternative(
        '<p>Hej</p><img src="https://spy.evil.test/x.png">\n', subtype="html")
    scene.send(SECRETARY[1], mail)
    scene.run(AFTER)
    assert sent_on(scene) == [ANNA, BERIT]
    assert b"spy.evil.test" not in scene.raw(ANNA, "minutes")[0]


def test_everything_above_is_explained_by_its_register_number(scene):
    hand_in(scene, STRANGER, "Protokoll [RYD-2026-09-07]")
    [row] = scene.incoming(outcome="held")
    said = scene.office.utskick("explain", row["register"]).stdout
    assert "neither secretary nor chair" in one_line(said)


def test_the_whole_calendar_can_be_a_plain_file_of_another_program(office):
    """Line ends and order as somebody else's program writes them."""
    s = Scene(office, [ANNA])
    event = make_event("ryd-1", at(3), summary="Trygghetsråd Ryd")
    s.office.put_calendar("annat.ics", make_ics(event).replace(b"\r\n", b"\n"))
    s.run()
    assert parse(s.raw(ANNA, "invitation")[0])["Subject"].endswith("[RYD-2026-09-10]")
