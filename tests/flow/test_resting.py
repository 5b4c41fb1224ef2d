"""An address that fails again and again (A23): one failure is told at once by name, several over
days are a question, and only the coordinator's yes lets the address rest."""
import pytest

from scene import Scene, at, clock, make_mail, text_of

ANNA, BERIT, CILLA = "anna@utskott.example", "berit@utskott.example", "cilla@utskott.example"
GONE = "550 5.1.1 No such user"
FULL = "552 5.2.2 Mailbox full"


@pytest.fixture
def scene(office):
    s = Scene(office, [ANNA, BERIT, CILLA])
    s.rig.answer_at_rcpt(ANNA, GONE)
    s.rig.answer_at_rcpt(BERIT, FULL)
    for day in (0, 4, 8):
        s.put(f"ryd-{day}", at(day + 14))
        s.run(clock(day))
        if day == 0:
            s.first = s.letters(s.coordinator, "failure-notice")
            s.early = questions(s)
    return s


def questions(s):
    return s.office.json("held")


def invitations(s, address):
    return [d["state"] for d in s.deliveries("invitation") if d["address"] == address]


def resting(s):
    return s.office.json("status", check=None)["resting"]


def decide(s, verb, now):
    [one] = questions(s)
    s.office.utskick(verb, str(one["id"]))
    s.run(now)


def told_and_asked(s):
    """One failure is told at once by name; three over a week are a question."""
    [notice] = s.first
    assert ANNA in text_of(notice) and "No such user" in text_of(notice) and s.early == []
    [one] = questions(s)
    assert (one["act"], one["reason"]) == ("rest-address", "address-fails")
    [asked] = s.letters(s.coordinator, "held-notice")
    text = text_of(asked)
    assert ANNA in text and "Dagar med fel: 3" in text and "No such user" in text and BERIT not in text
    assert resting(s) == [] and invitations(s, ANNA) == ["failed"] * 3


def test_after_a_yes_nothing_goes_there_which_is_said_aloud_until_somebody_writes_from_there(scene):
    s = scene
    told_and_asked(s)
    decide(s, "release", clock(9))
    tried = len(s.rig.deliveries())
    s.put("ryd-9", at(23))
    s.run(clock(10))
    assert invitations(s, ANNA) == ["failed"] * 3 + ["resting"]
    assert invitations(s, CILLA) == ["sent"] * 4
    assert not any(d.recipient == ANNA for d in s.rig.deliveries()[tried:])
    [rest] = resting(s)
    assert (rest["address"], rest["letters"]) == (ANNA, 1)
    shown = s.office.utskick("status", check=None).stdout
    assert "Addresses at rest" in shown and ANNA in shown and "1 letter not sent" in shown
    [row] = [r for r in s.office.json("status", check=None)["unserved"] if r["state"] == "resting"]
    assert row["address"] == ANNA
    file = s.office.utskick("meeting", "RYD-2026-09-30").stdout
    assert "AT REST" in file
    said = s.office.utskick("explain", f"d{row['id']}").stdout
    assert "rests by the coordinator's word" in said
    s.run(clock(11))
    assert len(s.letters(s.coordinator, "held-notice")) == 1
    # A person of that address is there: the letter that was kept is sent.
    s.rig.answer_at_rcpt(ANNA, None)
    s.rig.deliver_lmtp(s.mailbox, make_mail(ANNA, s.mailbox, "Hej", "Jag?\n").as_bytes())
    s.run(clock(11, 12))
    assert len(resting(s)) == 1, "nobody vouches for that one"
    s.send(ANNA, make_mail(ANNA, s.mailbox, "Hej", "Nu går det igen.\n"))
    s.run(clock(11, 13))
    assert resting(s) == [] and invitations(s, ANNA) == ["failed"] * 3 + ["sent"]
    assert len(s.raw(ANNA, "invitation")) == 1


# A23
def test_after_a_no_it_goes_on_and_is_asked_again_only_after_as_much_more(scene):
    s = scene
    decide(s, "refuse", clock(9))
    for day in (10, 13, 16):
        s.put(f"ryd-{day}", at(day + 14))
        s.run(clock(day))
    assert invitations(s, ANNA) == ["failed"] * 6 and questions(s) == []
    s.put("ryd-18", at(32))
    s.run(clock(18))
    [one] = questions(s)
    assert one["act"] == "rest-address"


def test_another_address_in_the_directory_ends_it(scene):
    s = scene
    decide(s, "release", clock(9))
    new = "anna.ny@utskott.example"
    s.configure([new, BERIT, CILLA])
    s.run(clock(10))
    assert resting(s) == [] and len(s.raw(new, "invitation")) == 3
    # Once more the old one: nothing is left of what was decided about it.
    s.rig.answer_at_rcpt(ANNA, None)
    s.configure([ANNA, BERIT, CILLA])
    s.put("ryd-9", at(23))
    s.run(clock(11))
    assert "sent" in invitations(s, ANNA)


def test_a_question_about_an_address_that_takes_mail_again_is_taken_back(scene):
    s = scene
    s.rig.answer_at_rcpt(ANNA, None)
    s.put("ryd-8", at(22), location="Biblioteket")
    s.run(clock(9))
    s.answer(ANNA, now=clock(9, 12))
    s.run(clock(9, 13))
    assert questions(s) == []
