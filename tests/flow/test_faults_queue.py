"""Very much is to be sent, and a server is slow or dead: everything goes, each once, in good
order and at the server's pace, and who does not need that server works on."""
import collections
import time

import pytest

from faulty import STALL as HANG
from faulty import Fault as ImapFault
from faulty import FaultyWay
from scene import ONE_CALENDAR, NOW, SECRETARY, Scene, at, make_mail, make_reply, small_directory
from smtp_server import STALL, Fault, SmtpServer
from spent import descriptors, limited_cpu, memory_mib, pid_of

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
CLOSED = Fault("greeting", b"421 4.3.2 closed")


def crowd(office, server, people, **smtp):
    """Members without mailboxes: the server of the test takes their mail."""
    members = [f"medlem{n}@utskott.example" for n in range(people)]
    scene = Scene(office)
    scene.members = members
    office.rig.write_config(office.config, {
        "utskick": {"calendars": ONE_CALENDAR, "smtp": {"port": server.port, **smtp},
                    "imap": {"sent_copy": False}},
        "directory": small_directory(members)})
    return scene


def queued(scene):
    return scene.query("SELECT count(*) FROM delivery WHERE state = 'due'")[0][0]


def kinds_of(scene, server):
    """The letters' kinds in the order in which the server took them."""
    kinds = dict(scene.query("SELECT d.message_id, l.kind FROM delivery AS d "
                             "JOIN letter AS l ON l.id = d.letter_id"))
    return [kinds[message_id] for _, message_id in server.taken]


def test_two_thousand_go_each_once_todays_invitations_before_minutes_and_memory_is_flat(
        office, record_property):
    """Minutes to 200 and nine invitations to each of them wait for a server that is closed."""
    with SmtpServer(office.rig, CLOSED) as server:
        scene = crowd(office, server, 200)
        office.rig.add_users([SECRETARY[1]])
        scene.put("was", at(-2), secretary=SECRETARY)
        with office.run_daemon(NOW) as daemon:
            scene.rig.wait_for(lambda: scene.rows("meetings"), 20, "the meeting")
            scene.send(SECRETARY[1], scene.minutes_mail(SECRETARY[1], "Protokoll [RYD-2026-09-05]"))
            scene.rig.wait_for(lambda: queued(scene) >= 200, 60, "the minutes")
            for n in range(9):
                scene.events[f"new-{n}"] = scene.events["was"].replace("UID:was", f"UID:new-{n}").replace(
                    f"{at(-2):%Y%m%d}", f"{at(2 + n):%Y%m%d}")
            scene.write()
            scene.rig.wait_for(lambda: queued(scene) > 2000, 120, "the invitations")
            server.fault, started = None, time.monotonic()
            daemon.reload()
            memory = []
            for n in (200, 1000, 1900):
                scene.rig.wait_for(lambda n=n: len(server.taken) >= n, 120, f"mail {n}")
                memory.append(memory_mib(pid_of(daemon, "dispatch")))
            scene.rig.wait_for(lambda: len(server.taken) >= 2001, 120, "all of them")
            took = time.monotonic() - started
            peak = memory_mib(pid_of(daemon, "dispatch"), "VmHWM")
            scene.rig.wait_for(lambda: not queued(scene), 30, "the end")
    record_property("figures", f"{took:.1f} s; dispatch at 200, 1,000 and 1,900 mails: "
                    f"{', '.join(f'{m:.1f}' for m in memory)} MiB, peak {peak:.1f} MiB")
    # What the database keeps in memory of itself has its own limit, of 2 MB.
    assert max(memory) - memory[0] < 3 and peak < 40
    assert set(collections.Counter(server.taken).values()) == {1}
    kinds = kinds_of(scene, server)
    assert collections.Counter(kinds) == {"invitation": 1800, "minutes": 200, "receipt": 1}
    # What is in line on two connections may change places.
    first_minutes = kinds.index("minutes")
    assert first_minutes >= 1800 - 4 and kinds.index("receipt") < 10


def test_the_servers_pace_is_kept_and_a_restart_gives_no_second_minute(office):
    with SmtpServer(office.rig) as server:
        scene = crowd(office, server, 100, messages_per_minute=30, connections=3)
        scene.put("m1", at(5))
        with office.run_daemon(NOW) as daemon:
            scene.rig.wait_for(lambda: len(server.taken) >= 30, 30, "what a minute allows")
            start = time.monotonic()
            daemon.reload()
            scene.rig.wait_for(lambda: time.monotonic() > start + 3, 10)
            with limited_cpu(scene, daemon):
                pass
            passed = time.monotonic() - start
            assert len(server.taken) <= 30 + passed / 2 + 2


def test_two_hundred_connections_of_dispatch_leave_no_descriptor_and_no_memory_behind(
        office, record_property):
    """One for each mail."""
    with SmtpServer(office.rig) as server:
        scene = crowd(office, server, 220, messages_per_connection=1)
        scene.put("m1", at(5))
        with office.run_daemon(NOW) as daemon:
            pid = scene.rig.wait_for(lambda: pid_of(daemon, "dispatch"))

            def most(calls, what):
                found = 0
                for n in range(calls - 10, calls):
                    scene.rig.wait_for(lambda n=n: server.calls >= n, 60, f"connection {n}")
                    found = max(found, what(pid))
                return found
            open_at_first, first = most(20, descriptors), most(30, memory_mib)
            last, open_at_last = most(200, memory_mib), most(210, descriptors)
            scene.rig.wait_for(lambda: len(server.taken) == 220, 60, "all of them")
            assert pid_of(daemon, "dispatch") == pid
    record_property("figures", f"dispatch after 20: {first:.1f} MiB, after 200: {last:.1f} MiB")
    # One more may be being opened when it is looked at.
    assert open_at_last <= open_at_first + 3 and last - first < 1
    assert set(collections.Counter(server.taken).values()) == {1}


# -- a dead server beside those that work

HANGS = {
    "silent before the greeting": Fault("accept", STALL),
    "silent at MAIL": Fault("MAIL", STALL),
    "silent behind the final dot": Fault("dot", STALL),
}


@pytest.mark.parametrize("name", HANGS)
def test_answers_are_read_and_registered_while_dispatch_hangs(office, name):
    """With the time-outs that offices have: a minute."""
    with SmtpServer(office.rig) as server:
        scene = Scene(office, [ANNA, BERIT], {"smtp": {"port": server.port}})
        scene.put("ryd-1", at(5))
        scene.run()
        invitation = next(server.texts[i] for to, i in server.taken if to == ANNA)
        server.fault = HANGS[name]
        with office.run_daemon(NOW) as daemon:
            scene.put("ryd-2", at(6))
            scene.rig.wait_for(lambda: server.hung, 20, "dispatch to hang")
            scene.send(ANNA, make_reply(invitation, ANNA, "ACCEPTED", now=NOW))
            scene.rig.wait_for(lambda: scene.rows("answers"), 5, "the answer")
            scene.send(BERIT, make_mail(BERIT, scene.mailbox, "Fråga", "Hej!\n"))
            scene.rig.wait_for(lambda: scene.incoming(reason="not-understood"), 5, "the question")
            scene.put("ryd-3", at(7))
            scene.rig.wait_for(lambda: len(scene.deliveries("invitation")) == 6, 5, "the third")
            with limited_cpu(scene, daemon):
                pass
            server.end_hung()


@pytest.mark.parametrize("name, fault", [
    ("silent before the greeting", ImapFault("accept", then=HANG)),
    ("silent at the sign-in", ImapFault(rb"AUTHENTICATE|LOGIN", then=HANG)),
    ("silent at the mail", ImapFault(rb"BODY\.PEEK\[\]", then=HANG))],
    ids=["silent before the greeting", "silent at the sign-in", "silent at the mail"])
def test_invitations_go_out_while_intake_hangs(office, name, fault):
    """And the office works; a calendar that comes now waits for intake's time-out."""
    with SmtpServer(office.rig) as server, FaultyWay(office.rig, fault) as way:
        scene = Scene(office, [ANNA, BERIT], {
            "smtp": {"port": server.port}, "imap": {"port": way.port, "timeout_seconds": 2}})
        scene.put("ryd-1", at(5))
        scene.rig.deliver_lmtp(scene.mailbox, make_mail(ANNA, scene.mailbox, "Hej", "Hej!\n").as_bytes())
        with office.run_daemon(NOW) as daemon:
            scene.rig.wait_for(lambda: len(server.taken) == 2, 5, "what waited")
            scene.put("ryd-2", at(6))
            scene.rig.wait_for(lambda: len(server.taken) == 4, 20, "what is new")
            scene.rig.wait_for(lambda: "imap-trouble" in daemon.log(), 10, "word of it")
            [row] = [r for r in scene.office.json("status", check=1)["daemon"]["trouble"]
                     if r["what"] == "imap"]
            assert row["who"] == "intake" and row["server"] == f"localhost:{way.port}"
            assert row["why"] and row["at"] <= row["last_met_at"]
            text = " ".join(scene.office.utskick("status", check=1).stdout.split())
            assert f"in trouble with imap (localhost:{way.port}) since 2026-" in text
            with limited_cpu(scene, daemon):
                pass
            way.fault = None
            way.cut()
            scene.rig.wait_for(lambda: scene.incoming(reason="not-understood"), 30, "the mail")
            scene.rig.wait_for(lambda: "imap-back" in daemon.log(), 10, "the end of it")
            assert scene.office.json("status")["daemon"]["trouble"] == []
