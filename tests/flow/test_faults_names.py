"""No name server answers: each server of the office is tried at pauses, said once, and found
again when names are. A second is twenty of the programs'."""
import pytest

from rig.mails import make_event, make_ics
from rig.oauth import TokenServer
from rig.web import WebServer
from scene import ONE_CALENDAR, Scene, at, make_mail
from spent import limited_cpu

ANNA = "anna@utskott.example"
HERE = "mail.linkoping.example"
SUBSCRIBED = "Kommunkalendern"
TROUBLES = ("intake imap", "dispatch smtp", "intake calendar")


@pytest.fixture
def web(tmp_path):
    calendar = make_ics(make_event("web-1", at(6), summary="Trygghetsråd Ryd"))
    with WebServer(tmp_path) as server:
        server.script = lambda h: h.say(200, calendar, ETag='"1"')
        yield server


@pytest.fixture
def names(tmp_path):
    return tmp_path / "no-names"


def begin(office, web, imap=None):
    scene = Scene(office, [ANNA], {
        "imap": imap or {"host": HERE}, "smtp": {"host": HERE},
        "calendars": ONE_CALENDAR + [{
            "name": SUBSCRIBED, "url": f"https://{HERE}:{web.port}/a.ics", "ca_file": str(web.ca)}]})
    scene.put("ryd-1", at(5))
    scene.rig.deliver_lmtp(scene.mailbox, make_mail(ANNA, scene.mailbox, "Hej", "Hej!\n").as_bytes())
    return scene


def said(daemon, what):
    return sum(what in line for line in daemon.log().splitlines())


def all_is_done(scene):
    return len(scene.raw(ANNA, "invitation")) == 2 and scene.incoming(reason="not-understood")


def test_servers_whose_names_are_not_found_are_found_again(office, web, names, meddle, set_clock):
    scene = begin(office, web)
    names.touch()
    with office.run_daemon(env=meddle(names=names, clock=set_clock.path, speed=20)) as daemon:
        for who in TROUBLES:
            scene.rig.wait_for(lambda w=who: said(daemon, f"{w}-trouble"), 20, who)
        with limited_cpu(scene, daemon, seconds=3):  # a minute
            status = office.json("status", check=1)
        assert {t["what"]: t["server"].partition(":")[0] for t in status["daemon"]["trouble"]} == {
            "imap": HERE, "smtp": HERE}
        assert all("resolve" in t["why"] for t in status["daemon"]["trouble"])
        assert [c["calendar"] for c in status["calendars"]] == [SUBSCRIBED]
        assert [said(daemon, f"{who}-trouble") for who in TROUBLES] == [1, 1, 1]
        assert scene.rows("incoming") == [] and web.asked == []
        names.unlink()
        scene.rig.wait_for(lambda: all_is_done(scene), 40, "everything")
        for who in TROUBLES:
            scene.rig.wait_for(lambda w=who: said(daemon, f"{w}-back"), 40, who)
        assert [said(daemon, f"{who}-trouble") for who in TROUBLES] == [1, 1, 1]
        status = office.json("status")
        assert status["daemon"]["trouble"] == [] and status["calendars"] == []
    assert [d["tries"] for d in scene.deliveries()] == [1, 1]


def test_names_that_are_found_slowly_cost_time_and_nothing_else(office, web, names, meddle, set_clock):
    scene = begin(office, web)
    names.write_text("slow")
    with office.run_daemon(env=meddle(names=names, clock=set_clock.path)) as daemon:
        with limited_cpu(scene, daemon, seconds=2):
            pass
        scene.rig.wait_for(lambda: all_is_done(scene), 30, "everything")
        assert "trouble" not in daemon.log()


def test_a_token_server_whose_name_is_not_found_is_found_again(office, web, names, meddle, set_clock):
    with TokenServer(office.rig, office.mailbox) as tokens:
        scene = begin(office, web, tokens.settings(
            "client-credentials", token_url=f"https://{HERE}:{tokens.port}/token"))
        tokens.put_secrets(office.config)
        names.touch()
        with office.run_daemon(env=meddle(names=names, clock=set_clock.path, speed=20)) as daemon:
            scene.rig.wait_for(lambda: said(daemon, "intake imap-trouble"), 20, "word of it")
            with limited_cpu(scene, daemon, seconds=2):
                pass
            assert tokens.asked == [] and "sign-in-refused" not in daemon.log()
            names.unlink()
            scene.rig.wait_for(lambda: all_is_done(scene), 40, "everything")
            assert said(daemon, "intake imap-trouble") == said(daemon, "intake imap-back") == 1
