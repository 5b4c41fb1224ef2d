"""Calendars on real CalDAV servers, Radicale and Xandikos: an entry becomes a meeting, its
change an update, its end a cancellation. What a real server does not do, a script does."""
import sqlite3
import time

import pytest

from rig.caldav import PASSWORD, USER, Radicale, Xandikos
from rig.mails import make_event, make_ics
from rig.web import WebServer
from scene import Scene, at, clock, text_of

ANNA = "anna@utskott.example"
NAME = "Säkerhetsenheten"
SYNC, QUERY, MULTIGET = b"sync-collection", b"calendar-query", b"calendar-multiget"


@pytest.fixture(params=[Radicale, Xandikos])
def server(request, tmp_path):
    with request.param(tmp_path / "caldav") as started:
        yield started


@pytest.fixture
def radicale(tmp_path):
    with Radicale(tmp_path / "caldav") as started:
        yield started


class Collected(Scene):
    """A calendar that comes from `address`, kept on the server at `path`."""

    def __init__(self, office, server, path="trygghet", address=None, **about):
        self.server = server
        self.path = server.make_calendar(path)
        super().__init__(office, [ANNA], {"calendars": [
            {"name": NAME, "caldav": address or server.url + self.path,
             "ca_file": str(server.ca), "user": USER, "secret": {"file": "secret-caldav"},
             **about}]})

    def enter(self, uid, start, name=None, **about):
        self.server.put(f"{self.path}{name or uid}.ics",
                        make_ics(make_event(uid, start, **{"summary": "Trygghetsråd Ryd", **about})))

    def remove(self, name):
        self.server.delete(f"{self.path}{name}.ics")

    def problem(self):
        found = self.office.utskick("status", as_json=True, check=None).json["calendars"]
        assert len(found) <= 1
        return found[0] if found else None

    def count(self, *kinds):
        return len(self.raw(ANNA, *kinds))


@pytest.fixture
def scene(office, server):
    return Collected(office, server)


# -- real servers


def test_a_new_entry_is_a_meeting_a_change_an_update_and_a_removed_one_cancelled(scene):
    s = scene
    s.enter("ryd-1", at(5))
    s.enter("ryd-2", at(6))
    s.run()
    assert s.count("invitation") == 2
    s.enter("ryd-1", at(7))
    s.enter("ryd-3", at(8))
    s.run(clock(1))
    assert (s.count("invitation"), s.count("update")) == (3, 1)
    s.remove("ryd-2")
    s.run(clock(2))
    s.run(clock(2, 9))
    assert (s.count("invitation"), s.count("update"), s.count("cancellation")) == (3, 1, 1)
    assert s.problem() is None


def test_a_series_is_moved_in_one_date_and_then_taken_away_whole(scene):
    s = scene
    series = dict(rrule="FREQ=WEEKLY;COUNT=3", location="Biblioteket")
    s.enter("ryd-1", at(60))
    s.enter("vecko", at(1, 15), **series)
    s.run(clock(0, 9))
    assert s.count("invitation") == 2
    moved = make_event("vecko", at(9, 16), summary="Trygghetsråd Ryd", location="Biblioteket").replace(
        "SEQUENCE:0", "SEQUENCE:1\nRECURRENCE-ID;TZID=Europe/Stockholm:20260915T150000")
    s.server.put(f"{s.path}vecko.ics", make_ics(
        make_event("vecko", at(1, 15), summary="Trygghetsråd Ryd", **series), moved))
    s.run(clock(0, 10))
    assert (s.count("update"), s.count("cancellation")) == (1, 0)
    s.remove("vecko")
    s.run(clock(0, 11))
    assert s.count("cancellation") == 2
    assert s.problem() is None


def test_a_server_that_is_away_costs_nothing_but_freshness(scene):
    s = scene
    s.enter("ryd-1", at(5))
    s.run()
    s.server.stop()
    s.run(clock(1), check=75)
    assert s.count("update", "cancellation") == 0
    assert s.problem()["calendar"] == NAME
    s.server.start()
    s.enter("ryd-2", at(6))
    s.run(clock(2))
    assert s.problem() is None
    assert (s.count("invitation"), s.count("update", "cancellation")) == (2, 0)


def test_an_entry_that_only_moves_to_another_name_is_never_missing(scene):
    s = scene
    s.enter("ryd-1", at(5))
    s.enter("ryd-2", at(6))
    s.run()
    s.remove("ryd-1")
    s.enter("ryd-1", at(5), name="annat-namn")
    s.run(clock(1))
    s.run(clock(1, 9))
    assert (s.count("invitation"), s.count("update", "cancellation")) == (2, 0)


def test_a_collection_that_is_suddenly_empty_is_held_until_it_is_back(scene):
    s = scene
    s.enter("ryd-1", at(5))
    s.enter("ryd-2", at(6))
    s.run()
    s.remove("ryd-1")
    s.remove("ryd-2")
    s.run(clock(1))
    s.run(clock(2))
    assert s.count("cancellation") == 0 and s.problem() is None
    assert len(s.letters(s.coordinator, "held-notice")) == 1
    s.enter("ryd-1", at(5))
    s.run(clock(2, 9))
    assert not s.held() and s.count("cancellation") == 1


def test_a_token_that_the_server_does_not_know_begins_a_whole_list(scene):
    s = scene
    s.enter("ryd-1", at(5))
    s.enter("ryd-2", at(6))
    s.run()
    with sqlite3.connect(s.office.state / "utskick.db") as db:
        assert db.execute("UPDATE fetched SET sync_token = 'http://gammal/1'").rowcount == 1
    s.remove("ryd-2")
    s.enter("ryd-3", at(7))
    s.run(clock(1))
    assert s.problem() is None
    assert (s.count("invitation"), s.count("update"), s.count("cancellation")) == (3, 0, 1)


def test_names_and_texts_of_every_letter_come_through(scene):
    s = scene
    s.enter("ryd-å & <b>", at(5), name="m%C3%B6te%201%20%26%20mer",
            location="Träffpunkten <å> & \"ö\"")
    s.run()
    assert 'Träffpunkten <å> & "ö"' in text_of(s.only(ANNA, "invitation"))
    s.remove("m%C3%B6te%201%20%26%20mer")
    s.run(clock(1))
    assert s.count("cancellation") == 1


# -- found from an address


def calendars_beside(server, *names):
    for number, name in enumerate(names):
        server.make_calendar(f"annan-{number}", name)


@pytest.mark.parametrize("path", ["", "/", "/{user}/", "{home}", "/.well-known/caldav"])
def test_the_collection_is_found_by_its_name_from_wherever_one_begins(office, server, path):
    address = server.url + path.format(user=USER, home=server.home)
    s = Collected(office, server, NAME.lower().replace("ä", "a"), address, collection="Trygghet å")
    calendars_beside(server, "Fritid")
    s.path = server.make_calendar("rattet", "Trygghet å")
    s.enter("ryd-1", at(5))
    s.run()
    assert s.count("invitation") == 1
    assert PASSWORD not in str(s.database())


def test_instead_of_one_that_is_not_there_no_other_is_found(office, server):
    s = Collected(office, server, "ett", server.url + server.home + "finns-inte/")
    s.enter("ryd-1", at(5))
    s.run(check=75)
    assert "at that address" in s.problem()["why"]
    assert s.rows("meetings") == []


def test_the_calendar_s_own_name_is_enough(office, server):
    s = Collected(office, server, "ett", server.url)
    s.path = server.make_calendar("tva", NAME)
    s.enter("ryd-1", at(5))
    s.run()
    assert s.count("invitation") == 1


def test_the_only_one_there_is_is_taken(office, radicale):
    s = Collected(office, radicale, "vilken-som-helst", radicale.url)
    s.enter("ryd-1", at(5))
    s.run()
    assert s.count("invitation") == 1


def test_where_several_fit_none_is_taken_and_all_are_named(office, server):
    s = Collected(office, server, "ett", server.url)
    calendars_beside(server, "Fritid", "Kultur")
    s.run(check=75)
    why = s.problem()["why"]
    assert '"Fritid"' in why and '"Kultur"' in why and '"collection"' in why


def test_a_collection_that_moved_is_found_again(office, radicale):
    s = Collected(office, radicale, "ett", radicale.url, collection="Trygghet")
    s.path = radicale.make_calendar("forst", "Trygghet")
    s.enter("ryd-1", at(5))
    s.run()
    radicale.delete(s.path)
    s.path = radicale.make_calendar("sedan", "Trygghet")
    s.enter("ryd-1", at(5))
    s.enter("ryd-2", at(6))
    s.run(clock(1))
    assert (s.count("invitation"), s.count("update", "cancellation")) == (2, 0)


def test_a_wrong_password_is_said_and_mended_without_a_restart(office, radicale):
    s = Collected(office, radicale)
    s.enter("ryd-1", at(5))
    (office.config / "secret-caldav").write_text("fel\n")
    ran = s.run(check=75)
    assert "refused user name or password (401)" in s.problem()["why"]
    (office.config / "secret-caldav").write_text(PASSWORD + "\n")
    s.run(clock(1))
    assert s.count("invitation") == 1 and PASSWORD not in ran.stderr


# -- servers between the real one and us


@pytest.fixture
def between(radicale, tmp_path):
    """Passes all on to Radicale but what a test takes away."""
    with WebServer(tmp_path / "between") as web:
        def pass_on(h):
            asked = web.asked[-1]
            kept = {k.replace("-", "_"): v for k, v in asked.headers.items()
                    if k in ("Depth", "Content-Type")}
            status, body = radicale.request(asked.method, asked.path, asked.body, **kept)
            h.say(status, body, Content_Type="application/xml")
        web.pass_on = web.script = pass_on
        web.reports = lambda kind: [a for a in web.asked if kind in a.body]
        yield web


@pytest.fixture
def filtered(office, radicale, between, tmp_path):
    s = Collected(office, radicale, address=f"{between.url}/{USER}/trygghet/",
                  ca_file=str(between.ca), timeout_seconds=3)
    s.web = between
    return s


def refuse(web, kind, status=501):
    def script(h):
        h.say(status) if kind in web.asked[-1].body else web.pass_on(h)
    web.script = script


@pytest.mark.parametrize("status", [400, 403, 405, 415, 501])
def test_without_sync_collection_etags_tell_what_has_changed(filtered, status):
    s = filtered
    refuse(s.web, SYNC, status)
    s.enter("ryd-1", at(5))
    s.enter("ryd-2", at(6))
    s.run()
    fetched = len(s.web.reports(MULTIGET))
    assert s.count("invitation") == 2 and s.web.reports(QUERY)
    s.run(clock(1))
    assert len(s.web.reports(MULTIGET)) == fetched
    s.enter("ryd-1", at(7))
    s.remove("ryd-2")
    s.run(clock(2))
    assert (s.count("update"), s.count("cancellation")) == (1, 1)
    last = s.web.reports(MULTIGET)[-1].body
    assert b"ryd-1" in last and b"ryd-2" not in last


def test_only_what_has_changed_is_fetched(filtered):
    s = filtered
    for n in range(3):
        s.enter(f"ryd-{n}", at(5 + n))
    s.run()
    before = len(s.web.asked)
    s.run(clock(1))
    assert all(SYNC in a.body for a in s.web.asked[before:])
    s.enter("ryd-1", at(9))
    s.run(clock(2))
    [last] = s.web.reports(MULTIGET)[1:]
    assert last.body.count(b"<d:href>") == 1 and b"ryd-1.ics" in last.body


def test_many_entries_come_in_batches(filtered):
    s = filtered
    for n in range(120):
        s.enter(f"ryd-{n}", at(20 + n))
    s.run()
    assert [a.body.count(b"<d:href>") for a in s.web.reports(MULTIGET)] == [50, 50, 20]
    assert len(s.rows("meetings")) == 120


def test_an_entry_over_the_limit_keeps_no_other_back(office, radicale):
    s = Collected(office, radicale, largest_mib=1)
    for n in range(10):
        s.enter(f"ryd-{n}", at(5 + n % 5))
    s.enter("stor", at(5), description="Lång\n" * 200000)
    s.run(check=75)
    assert s.count("invitation") == 10
    assert "the entry stor.ics" in s.problem()["why"]
    s.enter("stor", at(5))
    s.run(clock(1))
    assert s.problem() is None and s.count("invitation") == 11


def test_a_server_that_ends_in_the_middle_is_gone_on_with(filtered):
    s = filtered
    for n in range(60):
        s.enter(f"ryd-{n}", at(5 + n % 5))

    def script(h):
        if len(s.web.reports(MULTIGET)) == 2:
            h.close_connection = True
        else:
            s.web.pass_on(h)

    s.web.script = script
    s.run(check=None)
    s.web.script = s.web.pass_on
    s.run(clock(0, 9))
    assert s.problem() is None
    assert len(s.rows("meetings")) == 60
    assert sum(a.body.count(b"<d:href>") for a in s.web.reports(MULTIGET)) <= 70


BOMB = (b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa">' +
        b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(98, 107)) +
        b']><d:multistatus xmlns:d="DAV:"><d:sync-token>&j;</d:sync-token></d:multistatus>')
HOSTILE = {
    "a page": b"<html>Sign in</html>",
    "nothing": b"",
    "a bomb of entities": BOMB,
    "a file": b'<!DOCTYPE m SYSTEM "file:///etc/passwd"><m/>',
    "nesting": b"<a>" * 200000,
    "bytes": bytes(range(256)) * 100,
    "half": b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>/a',
    "no end": b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>/eva/trygghet/</d:href>'
              b"<d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
              b"<d:sync-token>http://same/1</d:sync-token></d:multistatus>",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_answer_that_is_none_keeps_what_was_read_last(filtered, what):
    s = filtered
    s.enter("ryd-1", at(5))
    s.run()
    s.web.script = lambda h: h.say(207, HOSTILE[what])
    began = time.monotonic()
    s.run(clock(1), check=75)
    assert time.monotonic() - began < 60
    assert s.problem()["calendar"] == NAME
    assert s.count("update", "cancellation") == 0
    s.web.script = s.web.pass_on
    s.enter("ryd-2", at(6))
    s.run(clock(2))
    assert s.problem() is None and s.count("invitation") == 2


def test_entries_that_a_server_says_lie_elsewhere_are_not_fetched(filtered, tmp_path):
    s = filtered
    s.run()
    with WebServer(tmp_path / "elsewhere") as elsewhere:
        s.web.script = lambda h: h.say(207, b"".join((
            b'<d:multistatus xmlns:d="DAV:">', *(
                b"<d:response><d:href>%s</d:href><d:propstat><d:prop><d:getetag>1</d:getetag>"
                b"</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>" % href
                for href in (elsewhere.url.encode() + b"/eva/trygghet/a.ics", b"../annan/b.ics",
                             b"/eva/trygghet/c/d.ics", b"/eva/trygghet/%2e%2e/e.ics",
                             b"file:///etc/passwd", b"https://[/", b"/eva/trygghet/")),
            b"<d:sync-token>http://x/1</d:sync-token></d:multistatus>")))
        s.run(clock(1))
        assert elsewhere.asked == [] and s.web.reports(MULTIGET) == []


@pytest.mark.parametrize("how", ["principal", "redirect"])
def test_the_password_goes_to_no_other_server(office, radicale, between, tmp_path, how):
    with WebServer(tmp_path / "elsewhere") as elsewhere:
        Collected(office, radicale, "x", between.url + "/", ca_file=str(between.ca))
        s = Scene(office)
        principal = (b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>/</d:href><d:propstat>'
                     b"<d:prop><d:current-user-principal><d:href>%s/p/</d:href>"
                     b"</d:current-user-principal></d:prop><d:status>HTTP/1.1 200 OK</d:status>"
                     b"</d:propstat></d:response></d:multistatus>")
        elsewhere.script = lambda h: h.say(207, principal % b"")
        between.script = {
            "principal": lambda h: h.say(207, principal % elsewhere.url.encode()),
            "redirect": lambda h: h.say(301, Location=elsewhere.url + "/"),
        }[how]
        s.run(check=75)
        assert not any("Authorization" in a.headers for a in elsewhere.asked)
        [problem] = office.utskick("status", as_json=True, check=None).json["calendars"]
        assert "another one" in problem["why"] or "certificate" in problem["why"]
