"""The disk is full, or may only be read: in each worker, at work, and all of them at once.
Nothing is flagged, moved or sent without a record; it is said once, and goes on by itself."""
import subprocess

import pytest

from scene import NOW, Scene, at, make_mail
from smtp_server import SmtpServer
from spent import limited_cpu

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
FULL, READ_ONLY = "", "read-only"


@pytest.fixture
def obstacle(tmp_path):
    return tmp_path / "obstacle"


@pytest.fixture
def scene(office):
    return Scene(office, [ANNA, BERIT], {"imap": {"poll_minutes": 60}})


def question(scene, subject, automatic=False):
    scene.rig.deliver_lmtp(scene.mailbox, make_mail(
        ANNA, scene.mailbox, subject, "Hej!\n",
        headers={"Auto-Submitted": "auto-replied"} if automatic else {}).as_bytes())


def said_by(daemon, worker, what):
    return sum(f"{worker} {what}" in line for line in daemon.log().splitlines())


def decided(scene):
    return [s for s, in scene.query(
        "SELECT subject FROM incoming WHERE decided_at IS NOT NULL ORDER BY subject")]


def check_status(scene, worker):
    """The worker that cannot write is named, to people and to programs."""
    status = scene.office.json("status", check=1)
    since = {w["name"]: w.get("store_trouble_since") for w in status["daemon"]["workers"]}
    assert since[worker] and status["needs_person"] and "disk_free_mib" in status["daemon"]
    text = scene.office.utskick("status", check=1).stdout
    assert "cannot write to the store since" in text and "MiB free" in text
    return since


ROWS = [(words, kind) for words, kind in (("the disk is full", FULL),
                                          ("the database may only be read", READ_ONLY))]


@pytest.mark.parametrize("words, kind", ROWS, ids=[r[0] for r in ROWS])
# R3, R5
def test_intake_flags_and_moves_nothing_and_goes_on(scene, meddle, obstacle, words, kind):
    question(scene, "Borta", automatic=True)
    with scene.office.run_daemon(NOW, env=meddle(full=obstacle, only="intake")) as daemon:
        scene.rig.wait_for(lambda: list(scene.lying("Hanterat")) == ["Borta"], 20, "the first")
        obstacle.write_text(kind)
        before = scene.whole_mailbox()
        question(scene, "Igen", automatic=True)
        scene.rig.wait_for(lambda: said_by(daemon, "intake", "store-trouble"), 20, "the alarm")
        with limited_cpu(scene, daemon):
            check_status(scene, "intake")
        after = scene.whole_mailbox()
        assert after["Hanterat"] == before["Hanterat"] and len(after["INBOX"]) == 1
        obstacle.unlink()
        scene.rig.wait_for(lambda: sorted(scene.lying("Hanterat")) == ["Borta", "Igen"], 30, "it")
        scene.rig.wait_for(lambda: said_by(daemon, "intake", "store-back"), 10, "the end")
        assert said_by(daemon, "intake", "store-trouble") == 1
        assert scene.office.json("status", check=0)["daemon"]["trouble"] == []
    assert decided(scene) == ["Borta", "Igen"]


@pytest.mark.parametrize("words, kind", ROWS, ids=[r[0] for r in ROWS])
def test_the_office_decides_nothing_and_goes_on(scene, meddle, obstacle, words, kind):
    with scene.office.run_daemon(NOW, env=meddle(full=obstacle, only="office")) as daemon:
        question(scene, "Ett")
        scene.rig.wait_for(lambda: decided(scene) == ["Ett"], 20, "the first")
        obstacle.write_text(kind)
        scene.put("ryd-1", at(5))
        question(scene, "Två", automatic=True)
        scene.rig.wait_for(lambda: said_by(daemon, "office", "store-trouble"), 20, "the alarm")
        with limited_cpu(scene, daemon):
            check_status(scene, "office")
        # The others work on: the mail is registered.
        scene.rig.wait_for(lambda: scene.query("SELECT count(*) FROM incoming") == [(2,)], 10)
        assert decided(scene) == ["Ett"] and "Två" in scene.lying()
        assert scene.deliveries("invitation") == [] and scene.raw(ANNA, "invitation") == []
        obstacle.unlink()
        scene.rig.wait_for(lambda: scene.raw(ANNA, "invitation"), 40, "the invitation")
        scene.rig.wait_for(lambda: "Två" in scene.lying("Hanterat"), 10, "the second mail")
        scene.rig.wait_for(lambda: said_by(daemon, "office", "store-back"), 10, "the end")
        assert said_by(daemon, "office", "store-trouble") == 1
    assert len(scene.raw(ANNA, "invitation")) == len(scene.raw(BERIT, "invitation")) == 1


@pytest.mark.parametrize("words, kind", ROWS, ids=[r[0] for r in ROWS])
# R3
def test_dispatch_sends_nothing_without_a_record_and_goes_on(
        scene, meddle, obstacle, words, kind):
    with SmtpServer(scene.rig) as server:
        scene.configure([ANNA, BERIT], {"smtp": {"port": server.port}})
        obstacle.write_text(kind)
        with scene.office.run_daemon(NOW, env=meddle(full=obstacle, only="dispatch")) as daemon:
            scene.put("ryd-1", at(5))
            scene.rig.wait_for(lambda: said_by(daemon, "dispatch", "store-trouble"), 20, "alarm")
            with limited_cpu(scene, daemon):
                check_status(scene, "dispatch")
            assert server.taken == []
            assert {d["state"] for d in scene.deliveries("invitation")} == {"due"}
            obstacle.unlink()
            scene.rig.wait_for(lambda: len(server.taken) == 2, 40, "the invitations")
            scene.rig.wait_for(lambda: said_by(daemon, "dispatch", "store-back"), 10, "the end")
            assert said_by(daemon, "dispatch", "store-trouble") == 1
        scene.rig.wait_for(lambda: {d["state"] for d in scene.deliveries()} == {"sent"})
    assert sorted(to for to, _ in server.taken) == [ANNA, BERIT]


@pytest.mark.parametrize("words, kind", ROWS, ids=[r[0] for r in ROWS])
# R2
def test_a_250_that_cannot_be_recorded_is_recorded_when_it_can(
        scene, meddle, obstacle, words, kind):
    """The disk fills between the claim and the server's word: the next mail waits for it."""
    with SmtpServer(scene.rig) as server:
        server.before_dot = lambda: obstacle.write_text(kind) if not server.taken else None
        scene.configure([ANNA, BERIT], {"smtp": {"port": server.port, "connections": 1}})
        with scene.office.run_daemon(NOW, env=meddle(full=obstacle, only="dispatch")) as daemon:
            scene.put("ryd-1", at(5))
            scene.rig.wait_for(lambda: said_by(daemon, "dispatch", "store-trouble"), 20, "alarm")
            assert len(server.taken) == 1
            assert "sent" not in {d["state"] for d in scene.deliveries("invitation")}
            with limited_cpu(scene, daemon):
                pass
            obstacle.unlink()
            scene.rig.wait_for(lambda: {d["state"] for d in scene.deliveries()} == {"sent"}, 40)
    assert sorted(to for to, _ in server.taken) == [ANNA, BERIT]


def test_a_dead_mail_server_beside_a_full_disk_makes_no_busy_loop(scene, meddle, obstacle):
    """The store is tried again by the next mail, which does not come."""
    from gate import Gate
    with Gate(scene.rig.ports["imaps"]) as gate:
        gate.open()
        scene.configure([ANNA], {"imap": {"port": gate.port}})
        with scene.office.run_daemon(NOW, env=meddle(full=obstacle, only="intake")) as daemon:
            scene.rig.wait_for(lambda: daemon.log().count("intake") or True, 5)
            obstacle.touch()
            question(scene, "Ett")
            scene.rig.wait_for(lambda: said_by(daemon, "intake", "store-trouble"), 20, "alarm")
            gate.shut()
            scene.rig.wait_for(lambda: said_by(daemon, "intake", "imap-trouble"), 20, "alarm")
            with limited_cpu(scene, daemon, seconds=4):
                pass
            obstacle.unlink()
            gate.open()
            scene.rig.wait_for(lambda: decided(scene) == ["Ett"], 60, "the mail")


def test_a_run_on_a_disk_mounted_for_reading_only_does_nothing_and_says_so(scene, small_disk):
    """All three workers, each in its turn."""
    scene.put("ryd-1", at(5))
    question(scene, "Borta", automatic=True)
    scene.rig.answer_at_rcpt(BERIT, "450 4.2.1 Mailbox busy")
    scene.run()
    scene.rig.answer_at_rcpt(BERIT, None)
    scene.put("ryd-2", at(6))
    question(scene, "Igen", automatic=True)
    before, database = scene.whole_mailbox(), scene.office.state / "utskick.db"
    subprocess.run(["mount", "--bind", database, database], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", database], check=True)
    try:
        ran = scene.run(check=None)
    finally:
        subprocess.run(["umount", database], check=True)
    assert ran.returncode in (1, 75) and "readonly" in ran.stderr
    assert [len(v) for v in scene.whole_mailbox().values()] == [len(v) for v in before.values()]
    assert len(scene.raw(ANNA, "invitation")) == 1 and scene.raw(BERIT, "invitation") == []
    scene.run(NOW.replace(hour=9))
    assert len(scene.raw(ANNA, "invitation")) == len(scene.raw(BERIT, "invitation")) == 2
    assert len(scene.lying("Hanterat")) == 2
