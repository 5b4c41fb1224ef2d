"""A calendar subscribed to over HTTPS: what it says becomes meetings; what its server does
wrong costs nothing but freshness. The server is a script, as no real one does these things."""
import base64
import time

import pytest

from rig.mails import make_event, make_ics, make_mail
from rig.web import WebServer
from scene import NOW, Scene, at, clock, text_of
from spent import limited_run

ANNA = "anna@utskott.example"
NAME = "Kommunkalendern"
SECRET_PATH = "/privat-4711/basic.ics"


def calendar(*events):
    return make_ics(*(make_event(uid, start, summary="Trygghetsråd Ryd", **about)
                      for uid, start, about in events))


ONE = calendar(("ryd-1", at(5), {}))
TWO = calendar(("ryd-1", at(5), {}), ("ryd-2", at(6), {}))


@pytest.fixture
def web(tmp_path):
    with WebServer(tmp_path) as server:
        yield server


class Subscribed(Scene):
    def __init__(self, office, web, **about):
        self.web = web
        super().__init__(office, [ANNA], {"calendars": [
            {"name": NAME, "url": web.url + SECRET_PATH, "ca_file": str(web.ca),
             "timeout_seconds": 2, **about}]})
        self.serve(ONE, ETag='"1"')

    def serve(self, body, status=200, **headers):
        self.web.script = lambda h: h.say(status, body, **headers)

    def problem(self):
        """What `utskick status` says of the one calendar that fails, if there is one."""
        found = self.office.utskick("status", as_json=True, check=None).json["calendars"]
        assert len(found) <= 1
        return found[0] if found else None


@pytest.fixture
def scene(office, web):
    return Subscribed(office, web)


# -- when all is well


def test_its_meetings_are_invited_to_changed_and_cancelled(scene):
    s = scene
    s.run()
    assert len(s.raw(ANNA, "invitation")) == 1
    s.serve(calendar(("ryd-1", at(7), {}), ("ryd-2", at(9), {})), ETag='"2"')
    s.run(clock(1))
    assert len(s.raw(ANNA, "update")) == 1
    assert len(s.raw(ANNA, "invitation")) == 2
    s.serve(calendar(("ryd-2", at(9), {})), ETag='"3"')
    s.run(clock(2))
    assert len(s.raw(ANNA, "cancellation")) == 1
    assert s.problem() is None


def test_what_has_not_changed_is_not_sent_again(scene):
    s = scene
    answered = []

    def script(h):
        same = h.headers.get("If-None-Match") == '"1"'
        answered.append(304 if same else 200)
        h.say(304) if same else h.say(200, ONE, ETag='"1"')

    s.web.script = script
    s.run()
    assert answered[0] == 200 and set(answered[1:]) == {304}
    s.run(clock(1))
    assert set(answered[1:]) == {304}
    assert len(s.raw(ANNA, "invitation")) == 1 and s.raw(ANNA, "update") == []


def test_without_an_etag_the_date_is_what_is_asked_about(scene):
    s = scene
    date = "Mon, 07 Sep 2026 06:00:00 GMT"
    s.serve(ONE, Last_Modified=date)
    s.run()
    assert s.web.asked[0].headers.get("If-Modified-Since") is None
    assert s.web.asked[-1].headers.get("If-Modified-Since") == date


def test_another_address_in_the_settings_begins_anew(scene):
    s = scene
    s.run()
    calendars = [{"name": NAME, "url": s.web.url + "/andra.ics", "ca_file": str(s.web.ca)}]
    s.configure([ANNA], {"calendars": calendars})
    before = len(s.web.asked)
    s.run(clock(1))
    assert s.web.asked[before].path == "/andra.ics"
    assert s.web.asked[before].headers.get("If-None-Match") is None


def test_user_and_password_are_sent_where_the_settings_have_them(office, web):
    s = Subscribed(office, web, user="eva", secret={"file": "secret-kalender"})
    (office.config / "secret-kalender").write_text("hemligt-å\n")
    s.run()
    expected = base64.b64encode("eva:hemligt-å".encode()).decode()
    assert {a.headers.get("Authorization") for a in web.asked} == {f"Basic {expected}"}


def test_a_redirect_to_https_is_followed_and_gets_no_password_elsewhere(office, web, tmp_path):
    with WebServer(tmp_path) as other:
        s = Subscribed(office, web, user="eva", secret={"file": "secret-kalender"})
        web.script = lambda h: h.say(302, Location=f"{other.url}/flyttad.ics")
        other.script = lambda h: h.say(200, ONE)
        s.run()
        assert len(s.raw(ANNA, "invitation")) == 1
        assert other.asked and not any("Authorization" in a.headers for a in other.asked)


# -- when it is not


def refuse(status):
    return lambda h: h.say(status, b"no")


def too_large(h):
    h.say(200, ONE + b" " * (8 << 20))


def too_large_unannounced(h):
    h.send_response(200)
    h.send_header("Transfer-Encoding", "chunked")
    h.end_headers()
    for _ in range(9 << 4):
        h.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")


def slowly(h):
    """A byte, and then none for a minute."""
    h.send_response(200)
    h.send_header("Content-Length", str(len(TWO)))
    h.end_headers()
    h.wfile.write(TWO[:1])
    h.connection.settimeout(60)
    h.connection.recv(1)


def silently(h):
    h.connection.settimeout(60)
    h.connection.recv(1)


def break_off(h):
    h.send_response(200)
    h.send_header("Content-Length", str(len(TWO)))
    h.end_headers()
    h.wfile.write(TWO[:len(TWO) // 2])
    h.close_connection = True


def break_off_unannounced(h):
    """No length was given, and TLS is not ended as it should be."""
    h.send_response(200)
    h.send_header("Connection", "close")
    h.end_headers()
    h.wfile.write(calendar(("ryd-2", at(6), {}))[:-200])
    h.connection.close()


def garbage(h):
    h.wfile.write(b"\x00\xff garbage\r\n\r\n")
    h.close_connection = True


def endless_header(h):
    h.send_response(200)
    for n in range(2000):
        h.send_header(f"X-{n}", "x" * 100)
    h.end_headers()


FAULTS = {
    "500": (refuse(500), "cannot answer now (500)"),
    "503": (refuse(503), "cannot answer now (503)"),
    "401": (refuse(401), "refused user name or password (401)"),
    "403": (refuse(403), "(403)"),
    "404": (refuse(404), "nothing at that address (404)"),
    "204": (refuse(206), "(206)"),
    "not modified though nothing was there": (lambda h: h.say(304), "(304)"),
    "redirect to plain http": (
        lambda h: h.say(302, Location="http://localhost:1/a.ics"), "without TLS"),
    "redirect to a file": (lambda h: h.say(302, Location="file:///etc/passwd"), "without TLS"),
    "redirects without end": (
        lambda h: h.say(302, Location=h.path + "x"), "again and again"),
    "too large": (too_large, "more than 8388608 bytes, the limit"),
    "too large, unannounced": (too_large_unannounced, "more than 8388608 bytes, the limit"),
    "a byte a minute": (slowly, "timed out"),
    "silence": (silently, "timed out"),
    "breaks off": (break_off, "localhost"),
    "breaks off, unannounced": (break_off_unannounced, "localhost"),
    "garbage": (garbage, "localhost"),
    "endless header": (endless_header, "localhost"),
}


@pytest.mark.fault
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_keeps_what_was_read_last_and_is_said_with_its_beginning(scene, fault):
    s = scene
    script, words = FAULTS[fault]
    if "though nothing" in fault:
        s.serve(ONE)  # no ETag: nothing to ask about
    s.run()
    s.web.script = script
    began = time.monotonic()
    with limited_run():
        ran = s.run(clock(1), check=75)
    assert time.monotonic() - began < 60
    assert s.raw(ANNA, "update", "cancellation") == []
    problem = s.problem()
    assert problem["calendar"] == NAME
    assert words in problem["why"], problem["why"]
    assert problem["since"].startswith("2026-09-08T08:3")
    assert ran.stderr.count("calendar-trouble") <= 2  # one for each round
    for text in (ran.stderr, problem["why"], str(s.database())):
        assert SECRET_PATH not in text and "4711" not in text
    s.serve(TWO)
    s.run(clock(2))
    assert s.problem() is None
    assert len(s.raw(ANNA, "invitation")) == 2


@pytest.mark.parametrize("certificate", ["wrong", "expired", "otherca"])
def test_a_server_that_cannot_prove_who_it_is_hears_nothing(office, tmp_path, certificate):
    with WebServer(tmp_path, certificate) as web:
        s = Subscribed(office, web, user="eva", secret={"file": "secret-kalender"})
        s.run(check=75)
        assert web.asked == []
        assert "certificate" in s.problem()["why"].lower()


def test_a_server_that_is_not_there_is_said(office, tmp_path):
    with WebServer(tmp_path) as web:
        s = Subscribed(office, web)
    s.run(check=75)
    assert "connect" in s.problem()["why"].lower()


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", ONE[:len(ONE) // 2], b"\x00" * 100],
                         ids=["nothing", "a page", "half", "zeros"])
def test_what_is_no_calendar_leaves_the_meetings_as_they_were(scene, body):
    s = scene
    s.run()
    s.serve(body)
    s.run(clock(1))
    assert s.raw(ANNA, "update", "cancellation") == []
    assert s.problem()["calendar"] == NAME
    assert len(s.letters(s.coordinator, "calendar-notice")) == 1


def test_the_coordinator_is_told_once_when_it_lasts(scene):
    s = scene
    s.run()
    s.web.script = refuse(500)
    for hour in (9, 10, 12, 13, 14, 16):
        s.run(clock(1, hour), check=75)
        told = s.letters(s.coordinator, "calendar-notice")
        assert len(told) == (hour >= 13)  # smtp.tell_after_hours is 4
    assert NAME in told[0]["Subject"] and "(500)" in text_of(told[0])
    s.serve(TWO)
    s.run(clock(1, 17))
    s.web.script = refuse(500)
    s.run(clock(2, 9), check=75)
    assert len(s.letters(s.coordinator, "calendar-notice")) == 1
    s.run(clock(2, 14), check=75)
    assert len(s.letters(s.coordinator, "calendar-notice")) == 2


def test_trouble_with_a_calendar_that_has_left_the_settings_is_over(scene):
    s = scene
    s.web.script = refuse(500)
    s.run(check=75)
    calendars = [{"name": "Ny", "url": s.web.url + "/ny.ics", "ca_file": str(s.web.ca)}]
    s.configure([ANNA], {"calendars": calendars})
    s.serve(ONE)
    s.run(clock(1))
    assert s.problem() is None


# -- while the daemon runs


@pytest.mark.fault
def test_mail_is_read_while_a_calendar_server_hangs(office, web):
    s = Subscribed(office, web, timeout_seconds=5)
    web.script = silently
    with office.run_daemon(NOW) as daemon:
        s.rig.wait_for(lambda: "calendar-trouble" in daemon.log(), what="the trouble")
        s.send(ANNA, make_mail(ANNA, s.mailbox, "Fråga", "Hej!\n"))
        s.rig.wait_for(lambda: len(s.rows("incoming")) == 1, what="the mail")
        assert len(web.asked) == 1


def test_the_daemon_ends_at_once_while_a_server_hangs(office, web):
    s = Subscribed(office, web, timeout_seconds=600)
    web.script = silently
    with office.run_daemon(NOW) as daemon:
        s.rig.wait_for(lambda: web.asked, what="the question")
        began = time.monotonic()
        daemon.end()
    assert time.monotonic() - began < 30


def test_a_reload_looks_at_once(scene):
    s = scene
    with s.office.run_daemon(NOW) as daemon:
        s.rig.wait_for(lambda: s.raw(ANNA, "invitation"), what="the invitation")
        s.serve(TWO)
        daemon.reload()
        s.rig.wait_for(lambda: len(s.raw(ANNA, "invitation")) == 2, what="the second one")
