"""What a calendar entry has attached by its address is fetched and goes along; where it cannot
be had the letter goes all the same. The server is a script on this machine, which counts as
a private network: the settings have to name it."""
import socket
import time

import pytest

from rig.web import WebServer
from scene import NOW, Scene, at, clock, files_of, make_event, make_ics, make_pdf, parse, text_of

ANNA = "anna@utskott.example"
PDF = make_pdf("Underlag, åäö") + b"\r\n.\r\n\x00\xff"
OTHER = make_pdf("Ett annat underlag")


@pytest.fixture
def web(tmp_path):
    with WebServer(tmp_path) as server:
        yield server


class Linked(Scene):
    def __init__(self, office, web, **links):
        self.web = web
        super().__init__(office, [ANNA], {"links": {
            "private_hosts": ["localhost"], "ca_file": str(web.ca), "timeout_seconds": 2, **links}})

    def attach(self, *lines, **about):
        self.put("ryd-1", at(8), extra=lines, **about)

    def serve(self, body=PDF, status=200, **headers):
        self.web.script = lambda h: h.say(status, body, **headers)

    def sent(self, kind="invitation"):
        return parse(self.raw(ANNA, kind)[-1])

    def told(self):
        return [text_of(mail) for mail in self.letters(self.coordinator, "file-notice")]


@pytest.fixture
def scene(office, web):
    return Linked(office, web)


def test_a_file_by_its_address_goes_along_with_its_name_and_type(scene):
    s = scene
    s.serve(Content_Type="application/pdf; charset=binary", ETag='"1"')
    s.attach(f"ATTACH;FILENAME=Underlag.pdf:{s.web.url}/x?id=4711", f"ATTACH:{s.web.url}/a/Karta%20A.pdf")
    s.run()
    mail = s.sent()
    assert files_of(mail) == {"Underlag.pdf": PDF, "Karta%20A.pdf": PDF}
    assert {part.get_content_type() for part in mail.iter_attachments() if part.get_filename()} == {
        "application/pdf", "application/ics"}
    assert "Underlag.pdf (" in text_of(mail) and "4711" not in text_of(mail)
    assert len(s.raw(ANNA, "invitation", "update")) == 1 and s.told() == []
    for asked in s.web.asked:
        assert not {"Authorization", "Cookie"} & set(asked.headers)


def test_a_file_that_changed_is_a_changed_text_and_one_that_did_not_is_asked_for_only(scene):
    s = scene
    s.serve(ETag='"1"')
    s.attach(f"ATTACH:{s.web.url}/a.pdf")
    s.run()
    s.run(clock(0, 20))
    assert len(s.web.asked) == 1
    s.web.script = lambda h: h.say(304) if h.headers.get("If-None-Match") == '"1"' else h.say(500)
    s.run(clock(2))
    assert len(s.web.asked) == 2 and len(s.raw(ANNA, "update")) == 0
    s.serve(OTHER, ETag='"2"')
    s.run(clock(4))
    assert files_of(s.sent("update")) == {"a.pdf": OTHER}
    assert len(s.raw(ANNA, "update")) == 1
    # What is kept goes along even when the server is away.
    s.serve(status=503)
    s.put("ryd-1", at(9), extra=[f"ATTACH:{s.web.url}/a.pdf"])
    s.run(clock(6))
    assert files_of(s.sent("update")) == {"a.pdf": OTHER}
    assert s.told() == []


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def redirect(to):
    return lambda s: setattr(s.web, "script", lambda h: h.say(302, Location=to(s)))


def slowly(s):
    def script(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(4)
    s.web.script = script


# what the server does, the address (of the server where it begins with /), words of the reason
CANNOT = {
    "missing": (lambda s: s.serve(status=404), "/a.pdf", "404"),
    "forbidden": (lambda s: s.serve(status=403), "/a.pdf", "403"),
    "asks-for-a-password": (lambda s: s.serve(status=401, WWW_Authenticate="Basic"), "/a.pdf", "401"),
    "ill": (lambda s: s.serve(status=503), "/a.pdf", "503"),
    "empty": (lambda s: s.serve(b""), "/a.pdf", "nothing"),
    "too-large": (lambda s: s.serve(b"x" * (1 << 20) + b"x"), "/a.pdf", "bytes, the limit"),
    "too-slow": (slowly, "/a.pdf", "timed out"),
    "elsewhere": (redirect(lambda s: "https://127.0.0.1:1/b.pdf"), "/a.pdf", "302"),
    "without-tls": (redirect(lambda s: "http://localhost/b.pdf"), "/a.pdf", "302"),
    "away": (lambda s: None, f"https://localhost:{closed_port()}/a.pdf", "localhost"),
    "loopback": (lambda s: None, "https://127.0.0.1:443/a.pdf", "private network"),
    "loopback-6": (lambda s: None, "https://[::1]/a.pdf", "private network"),
    "mapped": (lambda s: None, "https://[::ffff:127.0.0.1]/a.pdf", "private network"),
    "as-a-number": (lambda s: None, "https://2130706433/a.pdf", "private network"),
    "metadata": (lambda s: None, "https://169.254.169.254/latest/meta-data", "private network"),
    "intranet": (lambda s: None, "https://10.0.0.1/a.pdf", "private network"),
    "with-a-password": (lambda s: s.serve(), "https://anna:hemligt@localhost/a.pdf", "https://"),
}


def test_what_cannot_be_fetched_is_named_in_the_letter_and_the_coordinator_told(office, web):
    """Each in an entry of its own; all in one run, and none of them keeps it for long."""
    s = Linked(office, web, largest_mib=1)
    scripts = {}
    for number, (name, (prepare, address, _)) in enumerate(CANNOT.items()):
        prepare(s)
        scripts[f"/{name}"] = web.script
        link = web.url + f"/{name}" if address.startswith("/") else address
        s.events[name] = make_event(name, at(3 + number // 3, 9 + number % 3 * 2), summary=f"Trygghetsråd Ryd {name}",
                                    extra=[f"ATTACH:{link}"])
    web.script = lambda h: scripts[h.path](h)
    s.write()
    started = time.monotonic()
    s.run()
    assert time.monotonic() - started < 30
    letters = {parse(raw)["Subject"]: parse(raw) for raw in s.raw(ANNA, "invitation")}
    assert len(letters) == len(CANNOT)
    told = "\n".join(s.told())
    assert len(s.told()) == len(CANNOT)
    for name, (_, address, words) in CANNOT.items():
        link = web.url + f"/{name}" if address.startswith("/") else address
        mail, = (m for m in letters.values() if link in text_of(m).replace("\n", ""))
        assert files_of(mail) == {}
        reason = next(text for text in s.told() if f"{link}\n" in text)
        assert words in reason.replace("\n", " "), reason
    assert told.count("Trygghetsråd Ryd") >= len(CANNOT)
    s.run(clock(0, 9))
    assert len(s.told()) == len(CANNOT)


def test_plain_http_and_a_setting_leave_an_address_an_address(office, web):
    s = Linked(office, web, fetch=False)
    s.serve()
    s.attach("ATTACH:http://linkoping.example/underlag.pdf", f"ATTACH:{web.url}/a.pdf")
    s.run()
    assert "http://linkoping.example/underlag.pdf" in text_of(s.sent()) and web.url in text_of(s.sent())
    assert files_of(s.sent()) == {} and web.asked == [] and s.told() == []


def test_the_calendars_own_server_need_not_be_named(office, web):
    event = make_event("ryd-1", at(8), summary="Trygghetsråd Ryd", extra=[f"ATTACH:{web.url}/a.pdf"])
    web.script = lambda h: h.say(200, make_ics(event) if h.path == "/k.ics" else PDF)
    s = Scene(office, [ANNA], {
        "links": {"ca_file": str(web.ca)},
        "calendars": [{"name": "Kalendern", "url": web.url + "/k.ics", "ca_file": str(web.ca)}]})
    s.run()
    assert files_of(parse(s.raw(ANNA, "invitation")[-1])) == {"a.pdf": PDF}


def test_the_daemon_waits_for_a_server_that_is_away_and_sends_the_file_when_it_is_back(office, web):
    s = Linked(office, web, wait_minutes=600)
    s.serve(status=503)
    s.attach(f"ATTACH:{web.url}/a.pdf")
    with s.office.run_daemon(NOW):
        s.rig.wait_for(lambda: web.asked, 20, "the question")
        assert s.raw(ANNA, "invitation") == []
        s.serve()
    s.run(clock(0, 12))
    assert files_of(s.sent()) == {"a.pdf": PDF}
    assert s.told() == []
