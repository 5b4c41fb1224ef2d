"""What has to speak for a sender, as the settings say for each role and act."""
import pytest

from rig.mails import make_reply
from scene import SECRETARY, Scene, at, clock, make_pdf, minutes_later, one_line, text_of

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
UNIT = "sakerhetsenheten@linkoping.example"


@pytest.fixture
def scene(office):
    s = Scene(office, [ANNA, BERIT])
    s.rig.add_users([UNIT])
    s.put("ryd-1", at(3), secretary=SECRETARY, description="Avgörande fråga: ja")
    return s


def policy(scene, **roles):
    scene.configure([ANNA, BERIT], {"trust": {"policy": roles}})


def test_an_answer_needs_what_the_policy_says(scene):
    scene.run()
    raw = scene.raw(ANNA, "invitation")[-1]

    def answers(partstat, needs, style, vouched, n):
        policy(scene, member={"answer": needs})
        reply = make_reply(raw, ANNA, partstat, style, minutes_later(n))
        if vouched:
            scene.send(ANNA, reply)
        else:
            scene.rig.deliver_lmtp(scene.mailbox, reply.as_bytes())
        scene.run(minutes_later(n))
        row = scene.incoming()[-1]
        return row["outcome"], row["reason"]

    # Outlook's answer quotes our mail to Anna, Gmail's does not.
    applied = ("applied", "answer-applied")
    assert answers("ACCEPTED", "vouched", "outlook", False, 1) == ("held", "answer-not-vouched")
    assert answers("ACCEPTED", "token", "outlook", False, 2) == applied
    assert answers("DECLINED", "vouched-or-token", "outlook", False, 3) == applied
    assert answers("ACCEPTED", "vouched-or-token", "gmail", True, 4) == applied
    assert answers("DECLINED", "vouched-or-token", "gmail", False, 5) == ("held", "answer-not-vouched")
    assert answers("DECLINED", "vouched-and-token", "gmail", True, 6) == ("held", "answer-no-token")
    assert answers("DECLINED", "vouched-and-token", "outlook", True, 7) == applied
    assert answers("ACCEPTED", "token", "gmail", True, 8) == ("held", "answer-no-token")
    assert answers("ACCEPTED", "never", "outlook", True, 9) == ("held", "answer-not-allowed")
    # A mail to Anna is no token of Berit's.
    theirs = make_reply(scene.raw(BERIT, "invitation")[-1], BERIT, "ACCEPTED", "outlook", minutes_later(10))
    mine = make_reply(raw, ANNA, "ACCEPTED", "outlook", minutes_later(10))
    for field in ("In-Reply-To", "References"):
        if theirs[field]:
            theirs.replace_header(field, mine["In-Reply-To"])
    policy(scene, member={"answer": "token"})
    scene.rig.deliver_lmtp(scene.mailbox, theirs.as_bytes())
    scene.run(minutes_later(10))
    assert scene.incoming()[-1]["reason"] == "answer-not-vouched"


def test_a_role_that_may_never_hand_in_is_held_and_what_is_odd_is_said(scene):
    policy(scene, security_unit={"minutes": "never"}, secretary={"minutes": "vouched"})
    scene.run()
    mail = scene.minutes_mail(UNIT, "Protokoll [RYD-2026-09-10]", make_pdf("Ryd"))
    scene.send(UNIT, mail)
    # Another o: the address is not the secretary's, whatever it looks like (A4).
    twin = scene.minutes_mail("Karin Mörk <karin.mork@link\u043eping.example>", "Protokoll [RYD-2026-09-10]",
                              make_pdf("annat"))
    scene.rig.deliver_lmtp(scene.mailbox, twin.as_bytes(policy=twin.policy.clone(utf8=True)))
    scene.run(clock(4))
    reasons = [row["reason"] for row in scene.incoming(outcome="held")]
    assert reasons == ["minutes-no-role"] * 2
    notices = [one_line(text_of(n)) for n in scene.letters(scene.coordinator, "held-notice")]
    assert len(notices) == 2 and sum("Se upp: Adressen innehåller tecken" in n for n in notices) == 1
