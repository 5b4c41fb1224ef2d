"""What holds letters back, and what keeps loops and floods small."""
import pytest

from scene import (SECRETARY, Scene, at, clock, make_mail, make_pdf, minutes_later, one_line,
                   text_of)
from test_register import deliver, raw_mail

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
DIRECTORY = [("anna", "Anna Ek", ANNA), ("berit", "Berit Dahl", BERIT)]
NUMBER = "811228-9874"


@pytest.fixture
def scene(office):
    return Scene(office, DIRECTORY)


# -- personal numbers in what goes out


# A29
def test_a_personal_number_in_the_calendar_waits_for_a_yes(scene):
    s = scene
    s.put("ryd-1", at(5), description=f"1. Ärende om {NUMBER}\n2. Belysning", secretary=SECRETARY)
    s.put("ryd-2", at(6))
    s.run()
    assert [d["meeting_code"] for d in s.deliveries("invitation")] == ["RYD-2026-09-13"] * 2
    notice = text_of(s.only(s.coordinator, "held-notice"))
    assert "RYD-2026-09-12" in notice and "Personnummer i dagordningen: 1" in notice and NUMBER not in notice
    s.run(minutes_later(1))
    assert len(s.letters(s.coordinator, "held-notice")) == 1  # asked once
    s.office.utskick("release", s.held_number())
    s.run(minutes_later(2))
    assert NUMBER in text_of(s.letters(ANNA, "invitation")[-1])
    # A change of the time is another letter with the same words: yes still holds.
    s.put("ryd-1", at(7), description=f"1. Ärende om {NUMBER}\n2. Belysning", secretary=SECRETARY)
    s.run(minutes_later(3))
    assert len(s.letters(ANNA, "update")) == 1
    # Other words are another question; without the number it settles itself.
    s.put("ryd-1", at(7), description=f"1. Ärende om {NUMBER}\n2. Övrigt", secretary=SECRETARY)
    s.run(minutes_later(4))
    assert len(s.letters(ANNA, "update")) == 1 and len(s.office.json("held")) == 1
    s.put("ryd-1", at(7), description="1. Ett ärende", secretary=SECRETARY)
    s.run(minutes_later(5))
    assert s.office.json("held") == [] and len(s.letters(ANNA, "update")) == 2


def test_after_a_no_the_secretary_hears_it_and_nothing_goes_out(scene):
    s = scene
    s.put("ryd-1", at(5), summary=f"Trygghetsråd Ryd om {NUMBER}", secretary=SECRETARY)
    s.run()
    s.office.utskick("refuse", s.held_number())
    s.run(minutes_later(1))
    s.run(clock(1))
    assert s.deliveries("invitation") == []
    told = s.only(SECRETARY[1], "personal-number-notice")
    assert "personnummer" in text_of(told) and NUMBER not in text_of(told) + told["Subject"]
    s.put("ryd-1", at(5), summary="Trygghetsråd Ryd", secretary=SECRETARY)
    s.run(clock(1, 9))
    assert len(s.deliveries("invitation")) == 2


def test_a_personal_number_in_incoming_mail_blocks_nothing(scene):
    deliver(scene, raw_mail("Om " + NUMBER, text=f"Jag heter {NUMBER}."))
    scene.run()
    [row] = scene.rows("incoming")
    assert (row["outcome"], row["text"]) == ("recorded", f"Jag heter {NUMBER}.")
    assert "personal-number" in row["flags"]


# -- loops and floods


# A21
def test_a_mail_that_goes_in_circles_or_comes_from_a_machine_like_us_is_left_alone(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    sent = s.only(ANNA, "invitation")
    hops = "".join(f"Received: from a{i}.example by b{i}.example; Mon, 7 Sep 2026 08:00:00 +0200\r\n"
                   for i in range(40))
    circling = make_mail(ANNA, s.mailbox, "SV: Inbjudan", "Varför går det runt?\n", in_reply_to=sent["Message-ID"])
    s.rig.deliver_lmtp(s.mailbox, hops.encode() + circling.as_bytes())
    other = make_mail(ANNA, s.mailbox, "SV: Inbjudan", "Vad gäller det?\n", in_reply_to=sent["Message-ID"],
                      headers={"X-Utskick": "receipt"})
    s.send(ANNA, other)
    s.run(minutes_later(1))
    assert [(row["class"], row["reason"]) for row in s.rows("incoming")] == [
        ("unknown", "mail-loop"), ("auto-reply", "auto-reply")]
    assert not [d for d in s.deliveries() if d["letter"] != "invitation"]


# A24
def test_a_thousand_replies_with_the_same_words_are_acted_on_three_times(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    sent = s.only(ANNA, "invitation")
    for n in range(200):
        mail = make_mail(ANNA, s.mailbox, "SV: Inbjudan", "Varför är lampan släckt?\n",
                         in_reply_to=sent["Message-ID"])
        s.rig.deliver_lmtp(s.mailbox, b"Authentication-Results: mx.linkoping.example; dmarc=pass "
                           b"header.from=utskott.example\r\n" + mail.as_bytes())
    s.run(minutes_later(1))
    reasons = [row["reason"] for row in s.rows("incoming")]
    assert reasons[:3] == ["question-forwarded"] * 3 and set(reasons[3:]) == {"repeated"}
    assert len(s.letters("sakerhetsenheten@linkoping.example", "question")) == 3
    assert s.lying() == {}  # put away
    assert s.letters(s.coordinator, "held-notice") == []


# A22
def test_a_flood_of_held_minutes_makes_one_notice_more_than_the_cap(scene):
    s = scene
    s.configure(DIRECTORY, utskick={"limits": {"held_notices_per_day": 3}})
    s.put("ryd-1", at(-2), secretary=SECRETARY)
    s.run()
    for n in range(8):
        mail = s.minutes_mail(f"x{n}@fjarran.example", "Protokoll RYD-2026-09-05", make_pdf(f"Nr {n}"))
        s.rig.deliver_lmtp(s.mailbox, mail.as_bytes())
    s.run(minutes_later(1))
    assert len(s.office.json("held")) == 8
    assert len(s.letters(s.coordinator, "held-notice")) == 3
    assert "Kommandot utskick held visar alla" in one_line(text_of(s.only(s.coordinator, "held-many-notice")))
    assert not [d for d in s.deliveries() if "fjarran" in d["address"]]  # no backscatter


# A29
def test_a_personal_number_in_minutes_waits_for_a_yes_and_a_no_tells_the_secretary(scene):
    s = scene
    s.put("ryd-1", at(-2), secretary=SECRETARY)
    s.run()

    def hand_in(text, step, login=SECRETARY[1]):
        mail = s.minutes_mail(SECRETARY[1], "Protokoll RYD-2026-09-05", make_pdf(text), text=f"Hej! {text}\n")
        s.send(login, mail)
        s.run(minutes_later(step))
        return s.rows("incoming")[-1]["reason"]

    assert hand_in(f"Minnesanteckningar om {NUMBER}", 1) == "personal-number"
    assert s.deliveries("minutes") == []
    assert "personnummer" in text_of(s.only(s.coordinator, "held-notice"))
    assert "personnummer" in text_of(s.only(SECRETARY[1], "receipt"))
    s.office.utskick("refuse", s.held_number())
    s.run(minutes_later(2))
    told = s.only(SECRETARY[1], "personal-number-notice")
    assert "svara på det här mejlet med den nya filen" in one_line(text_of(told)) and NUMBER not in text_of(told)
    assert s.deliveries("minutes") == []

    # The file without it goes out, and another one with it by the coordinator's yes.
    assert hand_in("Utan nummer", 3) == "minutes-accepted"
    assert hand_in(f"Rättad, om {NUMBER}", 4) == "personal-number"
    s.office.utskick("release", s.held_number())
    s.run(minutes_later(5))
    assert len(s.letters(ANNA, "minutes")) == 2

    # A yes to who sent it is none to what is in it.
    assert hand_in(f"Tredje gången, {NUMBER}", 6, login=ANNA) == "minutes-not-vouched"
    s.office.utskick("release", s.held_number())
    s.run(minutes_later(7))
    assert len(s.letters(ANNA, "minutes")) == 2
    assert "personnummer" in text_of(s.letters(s.coordinator, "held-notice")[-1])
    s.office.utskick("release", s.held_number())
    s.run(minutes_later(8))
    assert len(s.letters(ANNA, "minutes")) == 3


def test_minutes_that_wait_for_their_number_are_settled_by_a_corrected_file(scene):
    s = scene
    s.put("ryd-1", at(-2), secretary=SECRETARY)
    s.run()
    for step, text in enumerate([f"Om {NUMBER}", "Utan nummer"], 1):
        s.send(SECRETARY[1], s.minutes_mail(SECRETARY[1], "Protokoll RYD-2026-09-05", make_pdf(text)))
        s.run(minutes_later(step))
    assert len(s.letters(ANNA, "minutes")) == 1 and s.office.json("held") == []
