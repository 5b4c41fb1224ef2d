"""The daemon while it runs: it reacts at once, is reloaded, falls and gets up, and ends well."""
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess

import pytest

from rig import programs
from scene import NOW, SECRETARY, Scene, at, make_mail

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
WORKERS = ("intake", "office", "dispatch")


@pytest.fixture
def scene(office):
    # Nothing is seen by looking every now and then: what happens, happens by IDLE and inotify.
    return Scene(office, [ANNA, BERIT], {"imap": {"poll_minutes": 60}})


def pid_of(daemon, worker):
    """Of a living worker, else None."""
    found = [p for p, line in daemon.workers().items() if f"--worker {worker}" in line]
    return found[0] if found else None


def wait_until_quiet(scene, daemon):
    """All workers there and waiting."""
    scene.rig.wait_for(lambda: all(pid_of(daemon, w) for w in WORKERS), what="the workers")
    scene.rig.wait_for(lambda: ask(scene, "status"), what="the control socket")


def ask(scene, word):
    """One line to the control socket, one line of JSON back."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(str(scene.office.state / "control"))
        s.sendall(word.encode() + b"\n")
        return json.loads(s.makefile().readline())


def restarts(scene, worker):
    return next(w["restarts"] for w in ask(scene, "status")["workers"] if w["name"] == worker)


def is_alive(pid):
    """Not gone, and no zombie either."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def status_field(pid, name):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(name + ":"))


def invited(scene):
    return scene.raw(ANNA, "invitation") and scene.raw(BERIT, "invitation")


# -- it reacts


def test_a_calendar_file_is_noticed_when_it_is_put_there(scene):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        scene.put("ryd-1", at(5))
        scene.rig.wait_for(lambda: invited(scene), what="invitations")


def test_mail_is_registered_when_it_comes_and_not_at_the_next_poll(scene):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        for n in range(3):
            scene.send(ANNA, make_mail(ANNA, scene.mailbox, f"Fråga {n}", "Hej!\n"))
            scene.rig.wait_for(lambda: len(scene.rows("incoming")) == n + 1, what="the register")
        scene.rig.wait_for(lambda: len(scene.incoming(reason="not-understood")) == 3,
                           what="the decisions")
        assert "trouble" not in daemon.log()


def test_an_answer_and_the_minutes_go_their_way_without_being_called(scene):
    scene.put("ryd-1", at(5))
    scene.put("ryd-0", at(-2), secretary=SECRETARY)
    with scene.office.run_daemon(NOW):
        scene.rig.wait_for(lambda: invited(scene), what="invitations")
        scene.answer(ANNA)
        scene.rig.wait_for(lambda: scene.rows("answers"), what="the answer")
        scene.send(SECRETARY[1], scene.minutes_mail(SECRETARY[1], "Protokoll [RYD-2026-09-05]"))
        scene.rig.wait_for(lambda: scene.raw(BERIT, "minutes"), what="the minutes")
        scene.rig.wait_for(lambda: scene.raw(SECRETARY[1], "receipt"), what="the receipt")
        scene.rig.wait_for(lambda: not scene.lying(), what="handled mail to be moved")


def test_wake_calls_the_office_and_other_words_are_refused(scene):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        assert ask(scene, "wake") == {"woken": True}
        assert "error" in ask(scene, "dance")
        assert (scene.office.state / "control").stat().st_mode & 0o777 == 0o600


def test_status_names_the_workers(scene):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        status = ask(scene, "status")
        assert [w["name"] for w in status["workers"]] == list(WORKERS)
        assert [w["pid"] for w in status["workers"]] == [pid_of(daemon, w) for w in WORKERS]
        assert [w["restarts"] for w in status["workers"]] == [0, 0, 0]


# -- it falls and gets up


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_that_is_killed_is_started_again(scene, worker):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        old = pid_of(daemon, worker)
        os.kill(old, signal.SIGKILL)
        scene.rig.wait_for(lambda: pid_of(daemon, worker) not in (None, old), what="a new worker")
        scene.rig.wait_for(lambda: restarts(scene, worker) == 1, what="the count")
        scene.put("ryd-1", at(5))
        scene.rig.wait_for(lambda: invited(scene), what="invitations")
        assert f"worker-died worker={worker} signal=9" in daemon.log()


def test_a_worker_that_keeps_falling_is_started_after_growing_pauses(scene):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        for n in range(1, 4):
            os.kill(scene.rig.wait_for(lambda: pid_of(daemon, "dispatch")), signal.SIGKILL)
            scene.rig.wait_for(lambda: restarts(scene, "dispatch") == n, what="its end")
        pauses = [line.rpartition("again_in_ms=")[2] for line in daemon.log().splitlines()
                  if "worker-died worker=dispatch" in line]
        assert pauses == ["0", "1000", "2000"]


def test_when_the_parent_is_killed_the_workers_end_and_the_state_is_free(scene):
    log = scene.office.state / "log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [programs.BUILD / "utskickd", "--config", scene.office.config, "--state",
             scene.office.state], stdout=out, stderr=out)
    daemon = programs.Daemon(process, log)
    scene.rig.wait_for(lambda: all(pid_of(daemon, w) for w in WORKERS), what="the workers")
    pids = list(daemon.workers())
    process.kill()
    process.wait()
    scene.rig.wait_for(lambda: not any(is_alive(p) for p in pids), what="the workers to end")
    scene.run()


# -- it ends


def test_term_ends_it_with_0_and_no_process_is_left(scene):
    with scene.office.run_daemon(NOW, exit_code=0) as daemon:
        wait_until_quiet(scene, daemon)
        pids = list(daemon.workers())
    assert not any(is_alive(p) for p in pids)


def test_term_finishes_the_mail_in_hand_and_leaves_the_rest_for_later(scene):
    scene.configure([f"medlem{n}@utskott.example" for n in range(40)])
    scene.put("ryd-1", at(5))
    with scene.office.run_daemon(NOW):
        scene.rig.wait_for(scene.rig.deliveries, what="the first mail")
    states = [d["state"] for d in scene.deliveries()]
    assert set(states) <= {"due", "sent"} and "sent" in states
    scene.run()
    assert [len(scene.raw(m, "invitation")) for m in scene.members] == [1] * 40


# -- it is reloaded


def mailbox_name(scene, name):
    path = scene.office.config / "utskick.json"
    config = json.loads(path.read_text())
    config["mailbox"]["name"] = name
    path.write_text(json.dumps(config))


def test_a_good_new_configuration_is_taken_at_hup(scene):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        old = {w: pid_of(daemon, w) for w in WORKERS}
        mailbox_name(scene, "Utskotten i Exempelby")
        daemon.reload()
        scene.rig.wait_for(lambda: all(pid_of(daemon, w) not in (None, old[w]) for w in WORKERS),
                           what="new workers")
        scene.put("ryd-1", at(5))
        scene.rig.wait_for(lambda: invited(scene), what="invitations")
        assert [restarts(scene, w) for w in WORKERS] == [0, 0, 0]
    [mail] = scene.letters(ANNA, "invitation")
    assert mail["From"].addresses[0].display_name == "Utskotten i Exempelby"


def test_a_bad_new_configuration_is_refused_with_its_mistakes_and_the_old_one_stays(scene):
    with scene.office.run_daemon(NOW) as daemon:
        wait_until_quiet(scene, daemon)
        old = {w: pid_of(daemon, w) for w in WORKERS}
        path = scene.office.config / "utskick.json"
        good = path.read_text()
        path.write_text(good.replace('"unit"', '"unite"'))
        daemon.reload()
        scene.rig.wait_for(lambda: "config-refused" in daemon.log(), what="the refusal")
        path.write_text(good)
        assert f"{path}:" in daemon.log() and "unite" in daemon.log()
        assert {w: pid_of(daemon, w) for w in WORKERS} == old
        scene.put("ryd-1", at(5))
        scene.rig.wait_for(lambda: invited(scene), what="invitations")


def test_new_members_are_invited_after_a_reload(scene):
    scene.put("ryd-1", at(5))
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: invited(scene), what="invitations")
        scene.configure([ANNA, BERIT, "carin@utskott.example"], {"imap": {"poll_minutes": 60}})
        daemon.reload()
        scene.rig.wait_for(lambda: scene.raw("carin@utskott.example", "invitation"),
                           what="her invitation")
    assert len(scene.raw(ANNA, "invitation")) == 1


# -- it is watched


def test_the_watchdog_is_patted_twice_as_often_as_it_asks(scene):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        path = scene.office.state / "notify"
        notify.bind(str(path))
        notify.settimeout(20)
        process = subprocess.Popen(
            [programs.BUILD / "utskickd", "--config", scene.office.config, "--state",
             scene.office.state], stderr=subprocess.DEVNULL,
            env={**os.environ, "NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"})
        heard = []
        while heard.count(b"WATCHDOG=1") < 5:
            heard.append(notify.recv(4096))
        process.terminate()
        while not heard[-1].startswith(b"STOPPING=1"):
            heard.append(notify.recv(4096))
        assert process.wait(20) == 0
    assert any(b"READY=1" in h and b"3 of 3 workers run" in h for h in heard)


def test_office_and_reader_are_behind_a_filter_and_nobody_gains_rights(scene):
    scene.put("ryd-1", at(5))
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: invited(scene), what="invitations")
        scene.rig.wait_for(lambda: pid_of(daemon, "reader"), what="the reader")
        for worker in ("office", "reader"):
            assert status_field(pid_of(daemon, worker), "Seccomp") == "2"
            assert status_field(pid_of(daemon, worker), "NoNewPrivs") == "1"


def test_state_is_for_its_owner_only(scene):
    scene.run()
    for path in (scene.office.state, *scene.office.state.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


# A28
def test_no_password_is_to_be_seen_outside(scene):
    scene.put("ryd-1", at(5))
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: invited(scene), what="invitations")
        secret = (scene.office.config / "secret-imap").read_text().strip()
        for line in daemon.workers().values():
            assert secret not in line
        assert secret not in daemon.log()
    assert secret.encode() not in (scene.office.state / "utskick.db").read_bytes()
