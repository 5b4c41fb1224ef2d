"""The mailbox is a person's: others work in it too, its folders have names and come and
go, and after a long outage very much waits in it. And the disk below may be full."""
import contextlib
import datetime
import os
import pathlib
import re
import sqlite3
import subprocess
import time

import pytest

from faulty import CUT, GO_ON, Fault, FaultyWay
from scene import NOW, Scene, at, make_mail
from spent import cpu_seconds, memory_mib
from test_faults_imap import BODY, intake_of, untouched

ANNA = "anna@utskott.example"
FAR = "Hanterat/Åtgärdat"
BODY_OF_ONE = re.compile(rb"UID FETCH \d+ .*BODY\.PEEK\[\]")
FAR_ON_THE_WIRE = "Hanterat/&AMU-tg&AOQ-rdat"


@pytest.fixture
def scene(office):
    return Scene(office, [ANNA])


@contextlib.contextmanager
def way_of(scene, fault, **imap):
    with FaultyWay(scene.rig, fault) as way:
        scene.configure([ANNA], {"imap": {"port": way.port, **imap}})
        yield way


def put(scene, subject, automatic=False, folder="INBOX", text="Hej!\n"):
    headers = {"Auto-Submitted": "auto-replied"} if automatic else {}
    raw = make_mail(ANNA, scene.mailbox, subject, text, headers=headers).as_bytes()
    imap = scene.rig.imap(scene.mailbox)
    imap.append(folder, None, None, raw)
    imap.logout()


@contextlib.contextmanager
def colleague(scene, folder="INBOX"):
    imap = scene.rig.imap(scene.mailbox)
    imap.select(folder)
    yield imap
    imap.logout()


def subjects(scene):
    """Of the mails that are decided; none where the store is just being made."""
    with contextlib.suppress(sqlite3.OperationalError):
        return [s for s, in scene.query("SELECT subject FROM incoming WHERE subject <> '' ORDER BY subject")]
    return []


# -- folders


def test_handled_mail_goes_to_a_folder_with_any_letters(scene):
    scene.configure([ANNA], {"imap": {"folders": {"handled": FAR}}})
    put(scene, "Borta", automatic=True)
    scene.run()
    assert list(scene.lying(FAR_ON_THE_WIRE)) == ["Borta"] and scene.lying() == {}


@pytest.mark.fault
def test_a_mailbox_that_numbers_its_mail_anew_brings_none_twice(scene):
    put(scene, "Fråga")
    put(scene, "Borta", automatic=True)
    scene.run()
    [(old,)] = scene.query("SELECT uidvalidity FROM mailbox_folder")
    # Dovecot takes the second in which it finds its list gone.
    scene.rig.wait_for(lambda: time.time() >= old + 1, what="another second")
    folder = pathlib.Path(scene.rig.root) / "mail" / scene.mailbox / "Maildir"
    for path in folder.glob("dovecot*"):
        path.unlink()
    put(scene, "Ny fråga")
    scene.run()
    assert scene.query("SELECT uidvalidity FROM mailbox_folder") != [(old,)]
    assert subjects(scene) == ["Borta", "Fråga", "Ny fråga"]


@pytest.mark.fault
def test_a_folder_that_is_gone_is_said_aloud_and_awaited(scene):
    with colleague(scene) as imap:
        imap.create("Arbete")
    scene.configure([ANNA], {"imap": {"folders": {"inbox": "Arbete"}}})
    put(scene, "Ett", folder="Arbete")
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: subjects(scene) == ["Ett"], what="the first mail")
        with colleague(scene) as imap:
            imap.rename("Arbete", "Annat")
        put(scene, "Två", folder="Annat")
        daemon.reload()
        scene.rig.wait_for(lambda: "imap-trouble" in daemon.log(), 10, "word of it")
        with colleague(scene) as imap:
            imap.rename("Annat", "Arbete")
        scene.rig.wait_for(lambda: subjects(scene) == ["Ett", "Två"], 20, "the second mail")
        assert daemon.log().count("imap-trouble") == 1


def test_the_copy_goes_where_the_server_says_that_sent_mail_is(scene):
    said = b'* LIST (\\HasNoChildren \\Sent) "/" "Skickat fr&AOU-n oss"\r\n%t OK done\r\n'
    scene.put("ryd-1", at(5))
    with way_of(scene, Fault(rb'LIST "" "?\*', said, GO_ON), folders={"sent": None}):
        scene.run()
    assert len(scene.lying("Skickat fr&AOU-n oss")) == 1 and scene.lying("Sent") == {}


# -- servers that can do less, offices that want less


def capability(*words):
    return Fault(rb"^u1 CAPABILITY",
                 b"* CAPABILITY " + b" ".join(words) + b"\r\n%t OK done\r\n", GO_ON)


def mark_for_deletion(scene, subject):
    put(scene, subject)
    with colleague(scene) as imap:
        imap.store("*", "+FLAGS", "\\Deleted")


def test_without_move_a_mail_is_moved_and_what_a_colleague_has_marked_stays(scene):
    put(scene, "Borta", automatic=True)
    mark_for_deletion(scene, "Kollegans")
    with way_of(scene, capability(b"IMAP4rev1", b"IDLE", b"UIDPLUS")):
        scene.run()
    assert list(scene.lying()) == ["Kollegans"] and list(scene.lying("Hanterat")) == ["Borta"]


def test_where_nothing_can_be_moved_a_keyword_says_what_is_handled(scene):
    put(scene, "Borta", automatic=True)
    mark_for_deletion(scene, "Kollegans")
    with way_of(scene, capability(b"IMAP4rev1", b"IDLE")):
        scene.run()
    lying = scene.lying()
    assert set(lying["Borta"]) >= {"$Utskick", "\\Seen"} and "\\Deleted" in lying["Kollegans"]
    assert "$Utskick" not in lying["Kollegans"] and scene.lying("Hanterat") == {}


def test_an_office_may_want_the_keyword(scene):
    scene.configure([ANNA], {"imap": {"handled_by": "keyword"}})
    put(scene, "Borta", automatic=True)
    put(scene, "Fråga")
    scene.run()
    scene.run()
    assert "$Utskick" in scene.lying()["Borta"] and "\\Seen" not in scene.lying()["Fråga"]
    assert subjects(scene) == ["Borta", "Fråga"]


def count(way, word):
    return sum(word in line for line in way.lines)


def put_away(scene, number):
    """So many that are understood without a person."""
    scene.fill(make_mail(ANNA, scene.mailbox, f"Borta {n}", "Hej!\n", headers={
        "Auto-Submitted": "auto-replied"}).as_bytes() for n in range(number))


def in_handled(scene):
    return sorted(scene.lying("Hanterat"))


@pytest.mark.parametrize("server, imap, commands", [
    (None, {}, {b"UID MOVE": 1}),
    (capability(b"IMAP4rev1", b"UIDPLUS"), {}, {b"UID COPY": 1, b"UID STORE": 1, b"UID EXPUNGE": 1}),
    (None, {"handled_by": "keyword"}, {b"UID STORE": 1, b"UID MOVE": 0}),
    # Refused together they go one by one, in the same run.
    (Fault(rb"UID MOVE \S*[:,]", b"%t NO [CANNOT] not so many\r\n", GO_ON), {}, {b"UID MOVE": 1 + 5}),
])
def test_what_is_handled_is_put_away_together(scene, server, imap, commands):
    put_away(scene, 5)
    with way_of(scene, server, **imap) as way:
        scene.run()
    assert {word: count(way, word) for word in commands} == commands
    if imap:
        assert all("$Utskick" in flags for flags in scene.lying().values())
    else:
        assert in_handled(scene) == [f"Borta {n}" for n in range(5)] and scene.lying() == {}
    assert scene.query("SELECT count(*) FROM mailbox_request WHERE state <> 'done'") == [(0,)]


def test_a_flood_is_moved_by_few_commands_and_new_mail_comes_between(scene):
    put_away(scene, 250)
    said = []

    def somebody_writes():
        if not said:
            put(scene, "Fråga")
        said.append(len(way.lines))

    with way_of(scene, Fault(rb"UID MOVE", then=GO_ON, meanwhile=somebody_writes)) as way:
        scene.run()
    assert len(in_handled(scene)) == 250 and list(scene.lying()) == ["Fråga"]
    assert 3 <= len(said) <= 4
    [at] = [n for n, line in enumerate(way.lines) if BODY_OF_ONE.search(line)]
    assert said[0] < at < said[1], "the new mail waited for all of them"


def test_moves_whose_answer_is_lost_find_nothing_to_move(scene):
    """As when intake is killed between them and its note."""
    put_away(scene, 5)

    def moved():
        with colleague(scene) as imap:
            assert imap.uid("MOVE", "1:*", "Hanterat")[0] == "OK"

    with way_of(scene, Fault(rb"UID MOVE", then=CUT, meanwhile=moved)):
        scene.run(check=None)
    assert scene.query("SELECT count(*) FROM mailbox_request WHERE state = 'open'") == [(5,)]
    scene.configure([ANNA])
    scene.run(NOW + datetime.timedelta(hours=3))
    assert in_handled(scene) == [f"Borta {n}" for n in range(5)]
    assert scene.query("SELECT count(*) FROM mailbox_request WHERE state <> 'done'") == [(0,)]


def test_a_server_without_idle_is_looked_at_when_the_office_is_woken(scene):
    """And at the poll, which no test waits a minute for."""
    with way_of(scene, capability(b"IMAP4rev1", b"MOVE")) as way:
        with scene.office.run_daemon(NOW) as daemon:
            scene.rig.wait_for(lambda: any(b"SELECT" in line for line in way.lines), what="a look")
            put(scene, "Fråga")
            daemon.reload()
            scene.rig.wait_for(lambda: subjects(scene) == ["Fråga"], what="the mail")
        assert not any(b"IDLE" in line for line in way.lines)


# -- others at work in the same mailbox


@pytest.mark.fault
def test_a_mail_that_a_colleague_takes_away_meanwhile_is_let_go(scene):
    for subject in ("Ett", "Två", "Tre"):
        put(scene, subject)

    def take_away():
        with colleague(scene) as imap:
            imap.uid("STORE", "2", "+FLAGS", "\\Deleted")
            imap.expunge()
    with way_of(scene, Fault(BODY, then=GO_ON, meanwhile=take_away)):
        ran = scene.run()
    assert subjects(scene) == ["Ett", "Tre"] and len(scene.rows("incoming")) == 2
    assert "trouble" not in ran.stderr and set(scene.lying()) == {"Ett", "Tre"}
    put(scene, "Fyra")
    scene.configure([ANNA])
    scene.run()
    assert subjects(scene) == ["Ett", "Fyra", "Tre"] and len(scene.rows("incoming")) == 3


@pytest.mark.fault
def test_two_at_work_at_once_do_not_disturb_each_other(scene):
    with scene.office.run_daemon(NOW) as daemon:
        for n in range(5):
            put(scene, f"Fråga {n}")
            put(scene, f"Borta {n}", automatic=True)
            with colleague(scene) as imap:
                imap.store("1:*", "+FLAGS", "\\Flagged")
                imap.store("1", "+FLAGS", "\\Deleted")
                imap.expunge()
            scene.rig.wait_for(lambda n=n: len(subjects(scene)) >= n, what="most mails")
        put(scene, "Sist")
        scene.rig.wait_for(lambda: "Sist" in subjects(scene), what="the last")
        assert "trouble" not in daemon.log() and "worker-died" not in daemon.log()
    assert len(subjects(scene)) == len(set(subjects(scene)))


# -- very much waits

BOUNCE = """\
Return-Path: <>\r
From: MAILER-DAEMON@mx.example\r
To: utskott@linkoping.example\r
Subject: Undelivered {number}\r
Message-ID: <bounce-{number}@mx.example>\r
Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r
\r
--x\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; nobody{number}@utskott.example\r
Action: failed\r
Status: 5.1.1\r
\r
--x--\r
"""


@pytest.mark.fault
def test_people_are_heard_before_nine_thousand_bounces(scene, record_property):
    """R7: 10,000 mails wait, of which 9,000 are reports; the newest is a person's."""
    person = make_mail(ANNA, scene.mailbox, "PERSON", "Hej!\n").as_bytes().replace(b"\n", b"\r\n")
    scene.fill([person.replace(b"PERSON", b"Fr%d" % n) if n % 10 == 0
                 else BOUNCE.format(number=n).encode() for n in range(1, 10_001)])

    def decided(what):
        return scene.query(f"SELECT count(*) FROM incoming WHERE decided_at IS NOT NULL AND {what}")[0][0]
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: daemon.log().count("intake mail ") == 10_000, 120, "all mails")
        peak = memory_mib(intake_of(daemon), "VmHWM")
        record_property("figures", f"intake's peak {peak:.1f} MiB")
        assert peak < 40 or "san" in os.environ.get("BUILD", "")
        scene.rig.wait_for(lambda: decided("uid = 10000"), 120, "the newest person's decision")
        assert decided("is_machine = 1 AND decided_at < (SELECT decided_at FROM incoming"
                       " WHERE uid = 10000)") < 500
        assert "trouble" not in daemon.log() and "worker-died" not in daemon.log()
    people_first = [uid for uid, in scene.query("SELECT uid FROM incoming ORDER BY id LIMIT 1000")]
    assert people_first == list(range(10, 10_001, 10))


@pytest.mark.fault
def test_it_goes_on_in_a_crowd_where_it_stopped(scene):
    """Killed amid them: each is there once, and none is missing."""
    scene.fill([BOUNCE.format(number=n).encode() if n % 2 else
                 make_mail(ANNA, scene.mailbox, f"Fr{n}", "Hej!\n").as_bytes() for n in range(1, 1001)])
    with scene.office.run_daemon(NOW) as daemon:
        for least in (100, 300, 600):
            scene.rig.wait_for(lambda n=least: daemon.log().count("intake mail ") >= n, 60, "some")
            os.kill(scene.rig.wait_for(lambda: intake_of(daemon)), 9)
        scene.rig.wait_for(lambda: scene.query("SELECT count(*) FROM incoming") == [(1000,)], 60, "all")
        scene.rig.wait_for(lambda: scene.query("SELECT complete_uid FROM mailbox_folder") == [(1000,)],
                           20, "the end of it")
    assert scene.query("SELECT count(DISTINCT uid) FROM incoming") == [(1000,)]


# -- the disk


def spent_in_two_seconds(scene, pid):
    before, start = cpu_seconds(pid), time.monotonic()
    scene.rig.wait_for(lambda: time.monotonic() > start + 2, 5)
    return cpu_seconds(pid) - before


@pytest.mark.fault
@pytest.mark.parametrize("size", [3000, 3_000_000])
def test_a_full_disk_is_said_once_and_mail_comes_when_there_is_room(scene, small_disk, size):
    """Too full for SQLite, and for the mail's way there."""
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: intake_of(daemon), what="intake")
        put(scene, "Ett")
        scene.rig.wait_for(lambda: subjects(scene) == ["Ett"], what="the first mail")
        with open(small_disk / "filler", "wb", buffering=0) as filler:
            with contextlib.suppress(OSError):
                while filler.write(bytes(4096)):
                    pass
        lying = scene.whole_mailbox()["INBOX"]
        put(scene, "Två", automatic=True, text="x" * 70 + "\n" + ("y" * 70 + "\n") * (size // 71))
        scene.rig.wait_for(lambda: "store-trouble" in daemon.log(), 10, "word of it")
        assert spent_in_two_seconds(scene, intake_of(daemon)) < 0.1
        assert daemon.log().count("intake store-trouble") == 1
        assert [uid for uid, _ in scene.whole_mailbox()["INBOX"]] == [uid for uid, _ in lying] + [2]
        (small_disk / "filler").unlink()
        scene.rig.wait_for(lambda: "Två" in subjects(scene), 90, "the mail")
        scene.rig.wait_for(lambda: list(scene.lying("Hanterat")) == ["Två"], 90, "its folder")
        scene.rig.wait_for(lambda: "intake store-back" in daemon.log(), 10, "the end of it")
        assert "worker-died" not in daemon.log()


@pytest.mark.fault
def test_a_database_for_reading_only_touches_nothing_and_is_got_over(scene, small_disk):
    put(scene, "Ett", automatic=True)
    scene.run()
    put(scene, "Två", automatic=True)
    lying = untouched(scene)
    database = scene.office.state / "utskick.db"
    subprocess.run(["mount", "--bind", database, database], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", database], check=True)
    try:
        ran = scene.run(check=None)
    finally:
        subprocess.run(["umount", database], check=True)
    assert ran.returncode in (1, 75) and "readonly" in ran.stderr
    assert ran.stderr.count("intake store-trouble") == 1
    assert untouched(scene) == lying
    scene.run()
    assert subjects(scene) == ["Ett", "Två"] and len(scene.lying("Hanterat")) == 2
