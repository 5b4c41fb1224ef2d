"""The mail server that mail is handed to fails at every step of the dialogue: nothing is lost,
nothing goes twice but what may not have gone, and that under the same Message-ID."""
import collections

import pytest

from scene import Scene, at, minutes_later, one_line, parse
from smtp_server import CUT, DRIP, STALL, Fault, SmtpServer
from spent import limited_run

MEMBERS = [f"medlem{i}@utskott.example" for i in range(4)]
ONE = MEMBERS[1]
STEPS = ("MAIL", "RCPT", "DATA")

# name: fault. Afterwards everybody has the invitation exactly once.
NOTHING_WAS_TAKEN = {
    "gone before the greeting": Fault("accept", CUT),
    "silent before the greeting": Fault("accept", STALL),
    "gone in the handshake": Fault("tls", CUT),
    "gone in place of a greeting": Fault("greeting", CUT),
    "421 in place of a greeting": Fault("greeting", b"421 4.3.2 too busy"),
    "554 in place of a greeting": Fault("greeting", b"554 5.3.2 not today"),
    "a byte now and then": Fault("greeting", DRIP),
    "gone at EHLO": Fault("EHLO", CUT),
    "gone at AUTH": Fault("AUTH", CUT),
    "silent at AUTH": Fault("AUTH", STALL),
    "4xx at AUTH": Fault("AUTH", b"454 4.7.0 later"),
    "5xx at AUTH": Fault("AUTH", b"535 5.7.8 no"),
    **{f"gone at {step}": Fault(step, CUT) for step in STEPS},
    **{f"silent at {step}": Fault(step, STALL) for step in STEPS},
    "a byte now and then at MAIL": Fault("MAIL", DRIP),
    **{f"4xx at {step}": Fault(step, b"451 4.3.0 later", times=1) for step in STEPS},
    **{f"421 at {step}": Fault(step, b"421 4.3.2 closing", times=1) for step in STEPS},
    "4.7.x at MAIL": Fault("MAIL", b"451 4.7.500 server busy", times=1),
    "432 at MAIL": Fault("MAIL", b"432 4.3.2 too many connections", times=1),
    "gone in the midst of the text": Fault("text", CUT, times=1),
    "4xx at the final dot": Fault("dot", b"452 4.3.1 no room", times=1),
    "421 at the final dot": Fault("dot", b"421 4.3.0 closing", times=1),
    "4xx for one recipient": Fault("RCPT", b"450 4.2.1 busy", to=ONE, times=1),
}
# Of these the outcome is not known: at most one more, the same mail.
MAY_HAVE_BEEN_TAKEN = {
    "gone behind the final dot": Fault("dot", CUT, times=1),
    "taken, and gone behind the final dot": Fault("dot", CUT, times=1, keeps=True),
    "taken, and silent behind the final dot": Fault("dot", STALL, times=1, keeps=True),
    "taken, and nonsense behind the final dot": Fault("dot", b"hello", times=1, keeps=True),
}
# One is refused for good, the others are not.
REFUSED = {
    "5xx for one recipient": Fault("RCPT", b"550 5.1.1 no such user", to=ONE),
    "5xx at the final dot for one": Fault("dot", b"554 5.7.1 spam", to=ONE),
    "5xx at MAIL once": Fault("MAIL", b"550 5.7.1 not you", times=1),
    "5xx at DATA once": Fault("DATA", b"554 5.5.0 no", times=1),
}


def begin(office, server, **smtp):
    scene = Scene(office, MEMBERS, {"smtp": {"port": server.port, **{"timeout_seconds": 1, **smtp}}})
    scene.put("m1@linkoping.example", at(7))
    return scene


def end_well(scene, server):
    """The server is well; time passes until everything has been tried again."""
    server.fault = None
    for minutes in (30, 120):
        scene.run(minutes_later(minutes))


def taken(server):
    """{member: [Message-ID]}"""
    found = collections.defaultdict(list)
    for to, message_id in server.taken:
        found[to].append(message_id)
    return {member: found[member] for member in MEMBERS}


def states(scene):
    return {d["address"]: d["state"] for d in scene.deliveries("invitation")}


@pytest.mark.parametrize("name", NOTHING_WAS_TAKEN)
# R4
def test_nothing_is_lost_and_nothing_goes_twice(office, meddle, name):
    fault = NOTHING_WAS_TAKEN[name]
    with SmtpServer(office.rig, fault) as server:
        # Our pauses and patience pass five times as fast; libcurl, which signs in, has its own.
        own = fault.at not in ("accept", "tls", "greeting", "EHLO", "AUTH")
        scene = begin(office, server, timeout_seconds=5 if own else 1)
        with limited_run():
            scene.run(check=None, env=meddle(speed=5))
        calls = server.calls
        end_well(scene, server)
    assert {len(ids) for ids in taken(server).values()} == {1}
    assert set(states(scene).values()) == {"sent"}
    assert calls < 12, "it is not called again and again"


@pytest.mark.parametrize("name", MAY_HAVE_BEEN_TAKEN)
# R2
def test_what_may_have_gone_goes_once_more_under_the_same_message_id(office, name):
    fault = MAY_HAVE_BEEN_TAKEN[name]
    with SmtpServer(office.rig, fault) as server:
        scene = begin(office, server)
        with limited_run():
            scene.run(check=None)
        end_well(scene, server)
    got = taken(server)
    assert sorted(map(len, got.values())) == [1, 1, 1, 1 + fault.keeps]
    assert {len(set(ids)) for ids in got.values()} == {1}
    assert set(states(scene).values()) == {"sent"}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_recipients(office, name):
    with SmtpServer(office.rig, REFUSED[name]) as server:
        scene = begin(office, server)
        with limited_run():
            scene.run(check=None)
    assert sorted(states(scene).values()) == ["failed", "sent", "sent", "sent"]
    failed = [d for d in scene.deliveries("invitation") if d["state"] == "failed"]
    assert failed[0]["reply"].startswith("55")
    assert sorted(map(len, taken(server).values())) == [0, 1, 1, 1]


def test_the_next_envelope_travels_behind_the_final_dot(office):
    with SmtpServer(office.rig) as server:
        begin(office, server, connections=1).run(check=None)
    said = [line.split()[0].upper() for line in server.heard if line[:4].upper() in
            ("MAIL", "RCPT", "DATA", "RSET")]
    assert said == ["MAIL", "RCPT", "DATA"] * (len(said) // 3)
    assert server.calls == 1


def test_reports_are_asked_for_where_the_server_makes_them(office):
    with SmtpServer(office.rig) as server:
        begin(office, server).run(check=None)
    mail = next(line for line in server.heard if line.startswith("MAIL"))
    rcpt = next(line for line in server.heard if line.startswith("RCPT"))
    assert " RET=HDRS ENVID=d" in mail
    assert " NOTIFY=FAILURE,DELAY ORCPT=rfc822;medlem" in rcpt


def test_no_parameter_is_said_to_a_server_that_offers_none(office):
    with SmtpServer(office.rig, extensions=()) as server:
        begin(office, server).run(check=None)
    mail = next(line for line in server.heard if line.startswith("MAIL"))
    assert mail == f"MAIL FROM:<{office.mailbox}>"
    assert {len(ids) for ids in taken(server).values()} == {1}


def test_a_copy_to_the_mailbox_goes_along(office):
    with SmtpServer(office.rig) as server:
        begin(office, server, copy_to_self=True).run(check=None)
    copies = [i for to, i in server.taken if to == office.mailbox]
    assert sorted(copies) == sorted(i for ids in taken(server).values() for i in ids)


def test_a_copy_in_the_mailbox_is_evidence_that_a_mail_went(office):
    with SmtpServer(office.rig, Fault("dot", CUT, times=1, keeps=True)) as server:
        scene = begin(office, server, copy_to_self=True, unknown_grace_seconds=600)
        scene.run(check=None)
        lost = next(d for d in scene.deliveries("invitation") if d["state"] == "unknown")
        copy = server.texts[next(i for to, i in server.taken if to == lost["address"])]
        scene.send(scene.mailbox, parse(copy))
        end_well(scene, server)
    assert {len(ids) for ids in taken(server).values()} == {1}
    assert set(states(scene).values()) == {"sent"}
    told = scene.office.utskick("explain", f"d{lost['delivery'] if 'delivery' in lost else lost['id']}").stdout
    assert "copy of the mail" in one_line(told)


def test_late_is_told_in_one_mail_though_nothing_was_ever_tried(office):
    with SmtpServer(office.rig, Fault("greeting", b"421 4.3.2 maintenance until tomorrow")) as server:
        scene = begin(office, server, tell_after_hours=1)
        # The trouble of one worker goes on in the next only where it was met a short while ago.
        for minutes in (0, 30, 60, 90):
            scene.run(minutes_later(minutes), check=None)
        notices = scene.deliveries("failure-notice")
        assert [n["address"] for n in notices] == [scene.coordinator]
        server.fault = None
        scene.run(minutes_later(150), check=None)
    assert scene.coordinator in dict(server.taken)
    assert {len(ids) for ids in taken(server).values()} == {1}


def test_the_end_is_told_in_one_mail(office):
    with SmtpServer(office.rig, Fault("greeting", b"421 4.3.2 closed")) as server:
        scene = begin(office, server, tell_after_hours=1, retry_hours=1)
        for minutes in (0, 30, 61, 62):
            scene.run(minutes_later(minutes), check=None)
    assert set(states(scene).values()) == {"failed"}
    assert {d["reply"].count("closed") for d in scene.deliveries("invitation")} == {1}
    assert len(scene.deliveries("failure-notice")) == 1
