"""The mail server fails at every step of the dialogue: nothing is lost, nothing is told
twice, nothing spins, and the mail is handled when the server is well again."""
import datetime
import time

import pytest

from faulty import CUT, DRIP, GO_ON, STALL, Fault, FaultyWay
from scene import NOW, Scene, at, make_mail
from spent import cpu_seconds, descriptors, limited_run, memory_mib, pid_of

ANNA = "anna@utskott.example"
LIST = rb"UID FETCH \d+:\*"
BODY = rb"BODY\.PEEK\[\]"
MEBIBYTE = b"5" * (1 << 20)
NESTED = b"* 1 FETCH (BODYSTRUCTURE " + b"(" * 200_000 + b"\r\n"

# name: fault. After each, the same mail is fetched and handled by a server that is well.
BEFORE_THE_MAIL_IS_HERE = {
    "gone before the greeting": Fault("accept"),
    "silent before the greeting": Fault("accept", then=STALL),
    "no TLS but words": Fault("accept", b"* OK welcome\r\n" * 50, STALL),
    "gone in the handshake": Fault("tls"),
    "silent in the handshake": Fault("tls", then=STALL),
    "gone at CAPABILITY": Fault(rb"^A\d+ CAPABILITY"),
    "gone at the sign-in": Fault(rb"AUTHENTICATE|LOGIN"),
    "silent at the sign-in": Fault(rb"AUTHENTICATE|LOGIN", then=STALL),
    "sign-in refused": Fault(rb"AUTHENTICATE|LOGIN", b"%t NO [UNAVAILABLE] later\r\n", STALL),
    "gone behind the sign-in": Fault(rb"^u1 CAPABILITY"),
    "no CAPABILITY in the answer": Fault(rb"^u1 CAPABILITY", b"%t BAD what\r\n", STALL),
    "gone at LIST": Fault(rb"^1 LIST"),
    "LIST refused": Fault(rb"^1 LIST", b"%t NO not now\r\n", STALL),
    "gone at SELECT": Fault(rb"SELECT"),
    "silent at SELECT": Fault(rb"SELECT", then=STALL),
    "the folder is gone": Fault(rb"SELECT", b"%t NO [NONEXISTENT] no such mailbox\r\n", STALL),
    "no UIDVALIDITY": Fault(rb"SELECT", b"* 1 EXISTS\r\n%t OK done\r\n", STALL),
    "BYE at SELECT": Fault(rb"SELECT", b"* BYE shutting down\r\n"),
    "an empty STATUS": Fault(rb"SELECT", b"* STATUS INBOX ()\r\n* 1 EXISTS\r\n%t OK done\r\n", STALL),
    "numbers too large at SELECT": Fault(
        rb"SELECT", b"* 99999999999999999999 EXISTS\r\n* OK [UIDVALIDITY 99999999999999999999] x\r\n"
        b"%t OK done\r\n", STALL),
    "gone at the list": Fault(LIST),
    "half a list": Fault(LIST, b"* 1 FETCH (UID 1 RFC822.S"),
    "the list is garbage": Fault(LIST, b"\x00\xff\xfe lorem ipsum\r\n%t OK done\r\n", STALL),
    "an item unheard of in the list": Fault(LIST, b"* 1 FETCH (X-NEW 1)\r\n%t OK done\r\n", STALL),
    "the list never ends": Fault(LIST, [MEBIBYTE] * 40),
    "the list is another command's answer": Fault(LIST, b"99 OK done\r\n", STALL),
    "the list is refused": Fault(LIST, b"%t BAD no\r\n", STALL),
    "parentheses 200,000 deep": Fault(LIST, NESTED, STALL),
    "BYE at the list": Fault(LIST, b"* BYE out of memory\r\n", STALL),
    "gone at the mail": Fault(BODY),
    "silent at the mail": Fault(BODY, then=STALL),
    "gone in a literal": Fault(BODY, b"* 1 FETCH (UID 1 BODY[] {5000}\r\nFrom: a"),
    "silent in a literal": Fault(BODY, b"* 1 FETCH (UID 1 BODY[] {5000}\r\nFrom: a", STALL),
    "BYE in place of a mail": Fault(BODY, b"* BYE restart\r\n"),
    "a literal that is too large": Fault(BODY, [b"* 1 FETCH (UID 1 BODY[] {200000000}\r\n"] + [MEBIBYTE] * 100),
    "a literal beyond all numbers": Fault(
        BODY, [b"* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n"] + [MEBIBYTE] * 100),
    "a mail's line that never ends": Fault(BODY, [MEBIBYTE] * 100),
    "the mail is refused": Fault(BODY, b"%t NO [SERVERBUG] internal error\r\n", STALL),
    "a byte now and then": Fault(BODY, b"* 1 FETCH (UID 1 BODY[] {5000}\r\n", DRIP),
}
WHEN_IT_IS_PUT_AWAY = {
    "gone at the folder": Fault(rb"LIST \"\" \"?Hanterat"),
    "gone at CREATE": Fault(rb"CREATE"),
    "CREATE refused": Fault(rb"CREATE", b"%t NO [CANNOT] never\r\n", GO_ON),
    "gone at SEARCH": Fault(rb"UID SEARCH UID"),
    "gone at MOVE": Fault(rb"UID MOVE"),
    "silent at MOVE": Fault(rb"UID MOVE", then=STALL),
    "MOVE refused": Fault(rb"UID MOVE", b"%t NO [LIMIT] not now\r\n", GO_ON),
    "BYE at MOVE": Fault(rb"UID MOVE", b"* BYE restart\r\n"),
}
WHEN_A_COPY_IS_FILED = {
    "gone at APPEND": Fault(rb"APPEND"),
    "silent at APPEND": Fault(rb"APPEND", then=STALL),
    "APPEND refused": Fault(rb"APPEND", b"%t NO [OVERQUOTA] full\r\n", GO_ON),
}
# Seen in the daemon only: --once does not wait for mail.
WHILE_WAITING = {
    "gone at IDLE": Fault(rb"IDLE"),
    "silent at IDLE": Fault(rb"IDLE", then=STALL),
    "IDLE refused": Fault(rb"IDLE", b"%t BAD never heard of\r\n", STALL),
    "BYE in IDLE": Fault(rb"IDLE", b"+ idling\r\n* BYE restart\r\n"),
    "garbage in IDLE": Fault(rb"IDLE", b"+ idling\r\n%t OK done already\r\n\x00\xff\r\n", STALL),
    "a flood in IDLE": Fault(rb"IDLE", [b"+ idling\r\n"] + [MEBIBYTE] * 20),
    "a byte now and then in IDLE": Fault(rb"IDLE", b"+ idling\r\n", DRIP),
    "gone before the greeting": Fault("accept"),
    "silent before the greeting": Fault("accept", then=STALL),
    "a byte now and then in a mail": Fault(BODY, b"* 1 FETCH (UID 1 BODY[] {5000}\r\n", DRIP),
    "parentheses 200,000 deep": Fault(LIST, NESTED, STALL),
}


@pytest.fixture
def scene(office):
    with FaultyWay(office.rig) as way:
        told = Scene(office, [ANNA], {"imap": {"port": way.port, "timeout_seconds": 1}})
        told.way = way
        yield told


def away_message(scene, subject="Frånvarande"):
    """A mail that is understood without a person, and put away."""
    mail = make_mail(ANNA, scene.mailbox, subject, "Jag är tillbaka på måndag.\n",
                     headers={"Auto-Submitted": "auto-replied"})
    scene.rig.deliver_lmtp(scene.mailbox, mail.as_bytes())


def untouched(scene):
    """What lies where, with its flags; who looked at it is no matter."""
    return {folder: [(uid, [f for f in flags if f != "\\Recent"]) for uid, flags in mails]
            for folder, mails in scene.whole_mailbox().items()}


def run_well(scene):
    """Hours later, with the real server and its time."""
    scene.configure([ANNA])
    scene.run(NOW + datetime.timedelta(hours=3))


def run_with(scene, fault):
    """utskickd --once while that happens; it ends by itself, and not by being busy."""
    scene.way.fault = fault
    with limited_run():
        ran = scene.run(check=None)
    scene.way.fault = None
    assert ran.returncode in (0, 75), ran.stderr
    assert "trouble" in ran.stderr or "put-off" in ran.stderr
    assert "worker-died" not in ran.stderr
    return ran


@pytest.mark.parametrize("name", BEFORE_THE_MAIL_IS_HERE)
# A15
def test_a_mail_is_taken_once_when_the_server_is_well_again(scene, name):
    away_message(scene)
    before = untouched(scene)
    run_with(scene, BEFORE_THE_MAIL_IS_HERE[name])
    assert scene.rows("incoming") == []
    assert untouched(scene) == before
    run_well(scene)
    assert [row["class"] for row in scene.rows("incoming")] == ["auto-reply"]
    assert scene.lying() == {} and list(scene.lying("Hanterat")) == ["Frånvarande"]


@pytest.mark.parametrize("name", WHEN_IT_IS_PUT_AWAY)
def test_a_mail_is_put_away_when_the_server_is_well_again(scene, name):
    away_message(scene)
    run_with(scene, WHEN_IT_IS_PUT_AWAY[name])
    assert [row["class"] for row in scene.rows("incoming")] == ["auto-reply"]
    run_well(scene)
    assert [row["class"] for row in scene.rows("incoming")] == ["auto-reply"]
    assert scene.lying() == {} and list(scene.lying("Hanterat")) == ["Frånvarande"]


@pytest.mark.parametrize("name", WHEN_A_COPY_IS_FILED)
# R4
def test_a_copy_is_filed_once_when_the_server_is_well_again(scene, name):
    scene.put("ryd-1", at(5))
    run_with(scene, WHEN_A_COPY_IS_FILED[name])
    run_well(scene)
    assert len(scene.lying("Sent")) == len(scene.rig.mailbox(scene.mailbox, "Sent")) == 1
    assert len(scene.raw(ANNA, "invitation")) == 1


def intake_of(daemon):
    return pid_of(daemon, "intake")


def is_registered(scene, subject):
    return any(row.get("subject") == subject for row in scene.rows("incoming"))


@pytest.mark.parametrize("name", WHILE_WAITING)
# A15
def test_the_daemon_neither_spins_nor_stays_away(scene, name):
    """Two seconds of it, on the processor's clock."""
    scene.way.fault = WHILE_WAITING[name]
    away_message(scene)
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: "imap-trouble" in daemon.log(), 20, "word of it")
        pid = scene.rig.wait_for(lambda: intake_of(daemon))
        spent, start = cpu_seconds(pid), time.monotonic()
        scene.rig.wait_for(lambda: time.monotonic() > start + 2, 5)
        assert intake_of(daemon) == pid, "it fell"
        assert cpu_seconds(pid) - spent < 0.1
        scene.way.fault = None
        scene.way.cut()
        away_message(scene, "Andra gången")
        scene.rig.wait_for(lambda: is_registered(scene, "Andra gången"), 20, "the mail")
        scene.rig.wait_for(lambda: is_registered(scene, "Frånvarande"), 5, "the first mail")
        assert len(scene.rows("incoming")) == 2


def test_two_hundred_sessions_leave_no_descriptor_and_no_memory_behind(
        scene, meddle, set_clock, record_property):
    """Cut as soon as it waits for mail; the pauses between pass a thousand times as fast."""
    scene.way.fault = Fault(rb"IDLE", b"+ idling\r\n")
    with scene.office.run_daemon(env=meddle(clock=set_clock.path, speed=1000)) as daemon:
        def most(sessions, what):
            """Of some looks at it, while it works on."""
            found = 0
            for n in range(sessions - 10, sessions):
                scene.rig.wait_for(lambda n=n: scene.way.calls >= n, 120, f"session {n}")
                found = max(found, what(intake_of(daemon)))
            return found
        pid = scene.rig.wait_for(lambda: intake_of(daemon))
        open_at_first, first = most(20, descriptors), most(30, memory_mib)
        last, open_at_last = most(200, memory_mib), most(210, descriptors)
        record_property("figures", f"intake after 20: {first:.1f} MiB, after 200: {last:.1f} MiB")
        # One more may be being opened when it is looked at.
        assert open_at_last <= open_at_first + 3 and last - first < 1
        assert intake_of(daemon) == pid, "it fell"


def test_without_idle_the_mailbox_is_looked_at_by_the_clock(scene, meddle, set_clock):
    """A minute is a second here."""
    scene.configure([ANNA], {"imap": {"port": scene.way.port, "poll_minutes": 1}})
    scene.way.fault = Fault(rb"^u1 CAPABILITY", b"* CAPABILITY IMAP4rev1 MOVE\r\n%t OK done\r\n", GO_ON)
    with scene.office.run_daemon(env=meddle(clock=set_clock.path, speed=60)) as daemon:
        scene.rig.wait_for(lambda: any(b"SELECT" in line for line in scene.way.lines), 20, "a look")
        for subject in ("Ett", "Två"):
            away_message(scene, subject)
            scene.rig.wait_for(lambda s=subject: is_registered(scene, s), 10, "the mail")
        looks, start = sum(b"SELECT" in line for line in scene.way.lines), time.monotonic()
        scene.rig.wait_for(lambda: time.monotonic() > start + 3, 5)
        more = sum(b"SELECT" in line for line in scene.way.lines) - looks
        assert 2 <= more <= 4, f"{more} looks in three minutes"
        assert not any(b"IDLE" in line for line in scene.way.lines)
        assert "trouble" not in daemon.log()


def test_idle_is_begun_anew_before_a_server_ends_it(scene, meddle, set_clock):
    scene.configure([ANNA], {"imap": {"port": scene.way.port, "idle_minutes": 2}})
    with scene.office.run_daemon(env=meddle(clock=set_clock.path, speed=60)) as daemon:
        def begun():
            return sum(line.rstrip().endswith(b"IDLE") for line in scene.way.lines)
        scene.rig.wait_for(begun, 20, "the first")
        # Who starts calls the others once: from the next on it is the clock's.
        start = time.monotonic()
        scene.rig.wait_for(lambda: time.monotonic() > start + 1, 5)
        first, start = begun(), time.monotonic()
        scene.rig.wait_for(lambda: begun() == first + 4, 20, "four more, eight minutes")
        assert 5 < time.monotonic() - start < 14
        assert sum(line.startswith(b"DONE") for line in scene.way.lines) >= 3
        assert scene.way.calls == 1 and "trouble" not in daemon.log()
