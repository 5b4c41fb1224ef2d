"""Sign-in by tokens: a real Dovecot looks at each, Postfix asks it too; who gives them out
is a server of the test's own, on loopback, by TLS."""
import base64
import concurrent.futures
import contextlib
import datetime
import json
import pathlib
import socket
import stat
import time

import pytest

from rig.mails import make_event, make_ics, make_mail
from rig.oauth import CLIENT_SECRET, TokenServer, make_token, signed_in_office
from scene import text_of, parse
from spent import limited_run
from test_net import (FalseServer, preauthenticated, take_password, with_certificate,
                      with_injection, without_starttls)

MEMBER = "asa.lindstrom@parti.example"
FALLBACK = "maria.sjoberg@reserv.example"


def put_meeting(office, days=10):
    start = datetime.datetime.now().replace(microsecond=0) + datetime.timedelta(days=days)
    office.put_calendar("a.ics", make_ics(make_event("m1@linkoping.example", start)))


def deliver(office, subject="Hej"):
    office.rig.deliver_lmtp(
        office.mailbox, make_mail("x@y.example", office.mailbox, subject, "Hej\n").as_bytes())


def incoming(office):
    return [row["subject"] for row in office.utskick("export", "incoming").rows]


def sent(office):
    return [d for d in office.utskick("export", "deliveries").rows if d["state"] == "sent"]


def later(**span):
    return (datetime.datetime.now().astimezone() + datetime.timedelta(**span)).isoformat(
        timespec="seconds")


def notices(office, address):
    office.rig.wait_until_delivered()
    return [mail for raw in office.rig.mailbox(address)
            if (mail := parse(raw))["X-Utskick"] == "server-notice"]


def kept(office, name="imap"):
    return json.loads((office.state / f"oauth-{name}.json").read_text())


def refused(office):
    """What `utskick status` says of refused sign-ins: {server: words}."""
    status = office.json("status", check=None)
    return {one["server"]: one["words"] for one in status["refused"]}


# ---- it works

@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
@pytest.mark.parametrize("grant", ["client-credentials", "refresh-token"])
def test_mail_is_read_and_sent_with_tokens(office, grant, mechanism, tls):
    with signed_in_office(office, grant, mechanism=mechanism) as tokens:
        config = json.loads((office.config / "utskick.json").read_text())
        if tls == "starttls":
            config["imap"].update(tls=tls, port=office.rig.ports["imap"])
            config["smtp"].update(tls=tls, port=office.rig.ports["submission"])
            (office.config / "utskick.json").write_text(json.dumps(config))
        put_meeting(office)
        deliver(office)
        office.run_once()
        assert incoming(office) == ["Hej"] and sent(office)
        # Two that were given the same refresh token have what follows it in common.
        names = ["imap"] if grant == "refresh-token" else ["imap", "smtp"]
        assert [asked["grant_type"] for asked in tokens.asked] == \
            [grant.replace("-", "_")] * len(names)
        for name in names:
            path = office.state / f"oauth-{name}.json"
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert kept(office, name)["access_token"] in tokens.given
        assert refused(office) == {}


def test_a_token_is_kept_until_shortly_before_its_end(office):
    with signed_in_office(office, "client-credentials", ["imap"]) as tokens:
        office.run_once(now=later())
        office.run_once(now=later(minutes=54))
        assert len(tokens.asked) == 1
        office.run_once(now=later(minutes=56))
        assert len(tokens.asked) == 2
        # A clock that was set back says nothing about its end.
        office.run_once(now=later(minutes=-10))
        assert len(tokens.asked) == 3


def test_a_short_token_is_renewed_when_a_tenth_is_left(office):
    with signed_in_office(office, "client-credentials", ["imap"]) as tokens:
        tokens.lifetime = 100
        office.run_once(now=later())
        office.run_once(now=later(seconds=80))
        assert len(tokens.asked) == 1
        office.run_once(now=later(seconds=95))
        assert len(tokens.asked) == 2


# A28
def test_a_running_daemon_signs_in_and_no_secret_is_seen_anywhere(office):
    with signed_in_office(office, "refresh-token") as tokens:
        put_meeting(office)
        with office.run_daemon() as daemon:
            deliver(office)
            office.rig.wait_for(lambda: "mail incoming=1" in daemon.log(), 20, "the mail")
            office.rig.wait_for(lambda: sent(office), 20, "the invitation")
            lines = "".join(daemon.workers().values())
            environment = b"".join(
                pathlib.Path(f"/proc/{pid}/environ").read_bytes() for pid in daemon.workers())
            said = daemon.log()
        shown = [lines, environment.decode(errors="replace"), said]
        for what in ("incoming", "deliveries", "journal"):
            shown.append(office.utskick("export", what).stdout)
        shown.append(office.utskick("status", check=None).stdout)
        for secret in tokens.secrets():
            assert not any(secret in text for text in shown)
        # Nor in the database.
        for path in office.state.glob("utskick.db*"):
            raw = path.read_bytes()
            assert not any(secret.encode() in raw for secret in tokens.secrets())


# ---- refusals

def test_a_token_refused_before_its_end_is_renewed_once(office):
    with signed_in_office(office, "client-credentials") as tokens:
        tokens.real_lifetime = -60
        early = [(200, tokens.new_token(None)) for _ in range(2)]
        tokens.answer = [early[0], None, early[1]]  # for each server one, and a good one
        tokens.real_lifetime = 3600
        put_meeting(office)
        deliver(office)
        office.run_once(check=None)
        assert incoming(office) == ["Hej"] and sent(office)
        assert len(tokens.asked) == 4
        assert refused(office) == {} and notices(office, office.coordinator) == []


@pytest.mark.parametrize("mechanism, words", [("xoauth2", '"status":"401"'),
                                              ("oauthbearer", "invalid_token")])
def test_a_refusal_is_told_once_at_the_fallback_address_and_the_rest_goes_on(
        office, mechanism, words):
    office.rig.add_users([FALLBACK])
    with TokenServer(office.rig, office.mailbox) as tokens:
        tokens.put_secrets(office.config)
        office.configure({"utskick": {
            "imap": tokens.settings("client-credentials", mechanism=mechanism),
            "office": {"coordinator": {"fallback_address": FALLBACK}}}})
        tokens.real_lifetime = -60
        put_meeting(office)
        deliver(office)
        said = office.run_once(check=75).stderr
        assert "sign-in-refused server=imap" in said and "refused the token" in said
        assert words in refused(office)["imap"]
        assert office.utskick("status", check=1)
        letter, = notices(office, FALLBACK)
        assert words in text_of(letter).replace("\n", "") and notices(office, office.coordinator) == []
        assert len([d for d in sent(office) if d["letter"] == "invitation"]) > 0
        office.run_once(check=75)
        assert len(notices(office, FALLBACK)) == 1
        # Over, and again.
        tokens.real_lifetime = 3600
        office.run_once(now=later(hours=2))
        assert incoming(office) == ["Hej"] and refused(office) == {}
        tokens.real_lifetime = -60
        office.run_once(now=later(hours=4), check=75)
        assert len(notices(office, FALLBACK)) == 2
        journal = [row["what"] for row in office.utskick("export", "journal").rows]
        assert [what for what in journal if what.startswith("imap-") and "trouble" not in what
                and what != "imap-back"] == ["imap-refused", "imap-accepted", "imap-refused"]


def test_a_refused_password_is_told_too(office):
    (office.config / "secret-imap").write_text("fel-losenord\n")
    office.run_once(check=75)
    letter, = notices(office, office.coordinator)
    assert "AUTHENTICATIONFAILED" in text_of(letter)
    assert "AUTHENTICATIONFAILED" in refused(office)["imap"]
    assert "fel-losenord" not in text_of(letter)


def test_what_smtp_refuses_is_in_status_log_and_exit_code(office):
    with signed_in_office(office, "client-credentials", ["smtp"]) as tokens:
        tokens.real_lifetime = -60
        put_meeting(office)
        deliver(office)
        said = office.run_once(check=75).stderr
        assert "sign-in-refused server=smtp" in said
        assert set(refused(office)) == {"smtp"}
        assert office.utskick("status", check=1)
        assert incoming(office) == ["Hej"] and not sent(office)
        tokens.real_lifetime = 3600
        office.run_once(now=later(hours=2))
        assert sent(office) and refused(office) == {}


def test_the_token_servers_refusal_is_said_in_its_words_without_the_secret(office):
    with signed_in_office(office, "client-credentials", ["imap"]):
        (office.config / "secret-oauth2").write_text("fel-hemlighet-17\n")
        said = office.run_once(check=75).stderr
        words = refused(office)["imap"]
        assert "invalid_client" in words and "AADSTS7000215" in words
        assert "Trace ID" not in words
        assert "fel-hemlighet-17" not in said + words
        letter, = notices(office, office.coordinator)
        assert "invalid_client" in text_of(letter)


def test_a_revoked_refresh_token_names_no_token(office):
    with signed_in_office(office, "refresh-token", ["imap"]) as tokens:
        old, tokens.refresh = tokens.refresh, "en-annan"
        said = office.run_once(check=75).stderr
        assert "invalid_grant" in said and "was revoked" in said and old not in said
        assert old not in refused(office)["imap"]


# ---- a token server in trouble

def slow(handler):
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            time.sleep(0.1)
            handler.wfile.write(b"X-Wait: 1\r\n")
            handler.wfile.flush()


def redirect(handler):
    handler.send_response(307)
    handler.send_header("Location", f"{handler.server.owner.url}/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def close(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


FAULTS = {
    "500": (500, {"error": "server_error", "error_description": "try later"}),
    "503": (503, b"<html>busy</html>"),
    "429": (429, {"error": "too_many"}),
    "garbage": (200, b"\x00\xff garbage {"),
    "no-token": (200, {"token_type": "Bearer"}),
    "broken-token": (200, {"access_token": "a\r\nb", "token_type": "Bearer"}),
    "too-large": (200, b'{"access_token": "' + b"x" * 200000 + b'"}'),
    "slow": slow,
    "closed": close,
}


@pytest.mark.fault
@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_server_in_trouble_is_waited_for(office, fault):
    with signed_in_office(office, "client-credentials", ["imap"]) as tokens:
        config = json.loads((office.config / "utskick.json").read_text())
        config["imap"]["timeout_seconds"] = 2
        (office.config / "utskick.json").write_text(json.dumps(config))
        tokens.answer = [FAULTS[fault]] * 2
        put_meeting(office)
        deliver(office)
        began = time.monotonic()
        with limited_run():
            said = office.run_once(check=75).stderr
        assert time.monotonic() - began < 60
        assert "imap-trouble" in said and refused(office) == {}
        assert sent(office)
        tokens.answer = []
        office.run_once()
        assert incoming(office) == ["Hej"]


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["503", "closed"])
def test_mail_waits_for_a_token_server_in_trouble_and_costs_no_try(office, fault):
    """The one that SMTP is signed in to with; the mailbox is read meanwhile."""
    with signed_in_office(office, "client-credentials", ["smtp"]) as tokens:
        tokens.answer = [FAULTS[fault]] * 3
        put_meeting(office)
        deliver(office)
        with limited_run():
            said = office.run_once(check=75).stderr
        assert said.count("smtp-trouble") <= 2 and refused(office) == {}
        assert incoming(office) == ["Hej"] and not sent(office)
        tokens.answer = []
        office.run_once()
        assert {d["tries"] for d in sent(office)} == {1}


@pytest.mark.fault
def test_a_token_server_that_is_away_does_not_matter_while_the_token_is_good(office):
    with signed_in_office(office, "client-credentials", ["imap"]) as tokens:
        office.run_once(now=later())
        deliver(office)
        tokens.answer = [FAULTS["503"]] * 9
        office.run_once(now=later(minutes=57))
        assert incoming(office) == ["Hej"] and len(tokens.asked) > 1
        said = office.run_once(now=later(minutes=61), check=75).stderr
        assert "imap-trouble" in said


def test_a_redirect_of_the_token_server_is_not_followed(office):
    with signed_in_office(office, "client-credentials", ["imap"]) as tokens:
        tokens.answer = [redirect] * 9
        office.run_once(check=75)
        assert {asked["path"] for asked in tokens.asked} == {"/token"}


@pytest.mark.parametrize("name", ["wrong", "expired", "otherca"])
def test_a_token_server_with_a_bad_certificate_is_asked_nothing(office, name):
    with TokenServer(office.rig, office.mailbox, name) as tokens:
        tokens.put_secrets(office.config)
        office.configure({"utskick": {"imap": tokens.settings("client-credentials")}})
        said = office.run_once(check=75).stderr
        assert tokens.asked == [] and "imap-trouble" in said and "certificate" in said


# ---- refresh tokens that change

def test_each_refresh_token_is_used_for_the_next(office):
    with signed_in_office(office, "refresh-token", ["imap"]) as tokens:
        for hours in (0, 2, 4, 6):
            office.run_once(now=later(hours=hours))
        assert [asked["refresh_token"] for asked in tokens.asked] == tokens.refreshes[:4]
        assert kept(office)["refresh_token"] == tokens.refreshes[4]
        # A new first one, from the administrator, goes before the kept one.
        tokens.refresh = "ny-forsta-4711"
        (office.config / "refresh-token").write_text("ny-forsta-4711\n")
        office.run_once(now=later(hours=6))
        assert tokens.asked[-1]["refresh_token"] == "ny-forsta-4711"


def test_many_at_once_lose_no_refresh_token(office):
    with signed_in_office(office, "refresh-token", ["imap"]) as tokens:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            runs = [pool.submit(office.utskick, "sign-in", "imap", check=None)
                    for _ in range(8)]
        assert [run.result().returncode for run in runs] == [0] * 8
        assert [asked["refresh_token"] for asked in tokens.asked] == tokens.refreshes[:8]
        assert kept(office)["refresh_token"] == tokens.refresh
        assert not (office.state / "oauth-imap.json.new").exists()


# ---- a person's sign-in

def test_a_person_signs_in_by_a_code(office):
    with signed_in_office(office, "device-code", ["imap"]) as tokens:
        said = office.run_once(check=75).stderr
        assert "utskick sign-in imap" in said and "utskick sign-in imap" in refused(office)["imap"]
        tokens.pending = ["authorization_pending", "slow_down"]
        began = time.monotonic()
        said = office.utskick("sign-in", "imap")
        # A second, a second, and after slow_down five more.
        assert 8 <= time.monotonic() - began < 60
        assert f"{tokens.url}/kod" in said.stdout and "KLMN-4711" in said.stdout
        assert "takes the sign-in" in said.stdout
        assert not any(secret in said.stdout + said.stderr for secret in tokens.secrets())
        deliver(office)
        office.run_once()
        assert incoming(office) == ["Hej"] and refused(office) == {}
        # From now on by the refresh token.
        office.run_once(now=later(hours=2))
        assert tokens.asked[-1]["grant_type"] == "refresh_token"
        tokens.refresh = "tagen-tillbaka"
        said = office.run_once(now=later(hours=4), check=75).stderr
        assert "invalid_grant" in said and "utskick sign-in imap" in said


@pytest.mark.parametrize("error, words", [("expired_token", "expired_token"),
                                          ("access_denied", "access_denied")])
def test_a_code_that_comes_to_nothing_says_why(office, error, words):
    with signed_in_office(office, "device-code", ["imap"]) as tokens:
        tokens.pending = [error]
        said = office.utskick("sign-in", check=1)
        assert words in said.stderr and not (office.state / "oauth-imap.json").exists()


def test_sign_in_with_a_password_says_that_there_is_none(office):
    assert "password" in office.utskick("sign-in", check=2).stderr
    assert "neither imap nor smtp" in office.utskick("sign-in", "pop", check=2).stderr


def test_sign_in_tells_what_the_mail_server_thinks_of_the_token(office):
    with signed_in_office(office, "client-credentials", ["imap"]) as tokens:
        tokens.real_lifetime = -60
        said = office.utskick("sign-in", "imap", check=1).stderr
        assert "a token was given, but" in said and "refused the token" in said
        tokens.real_lifetime = 3600
        assert office.json("sign-in", "imap") == [
            {"server": "imap", "host": "localhost", "user": office.mailbox}]
        tokens.answer = [FAULTS["503"]]
        office.utskick("sign-in", "imap", check=75)


# ---- TLS, with a token in hand

def run_against(office, tokens, protocol, tls, script, **settings):
    put_meeting(office)
    with FalseServer(script) as server:
        office.configure({"utskick": {protocol: {
            "port": server.port, "tls": tls, "timeout_seconds": 5,
            **tokens.settings("client-credentials"), **settings}}})
        said = office.run_once(check=None)
    heard = server.heard
    for token in tokens.given:
        assert token.encode() not in heard
        for mechanism in (f"user={office.mailbox}\x01auth=Bearer {token}\x01\x01",
                          f"n,a={office.mailbox},\x01"):
            assert base64.b64encode(mechanism.encode())[:40] not in heard
    return server, said.stderr


@pytest.fixture
def tokens(office):
    with TokenServer(office.rig, office.mailbox) as server:
        server.put_secrets(office.config)
        yield server


@pytest.mark.parametrize("name", ["wrong", "expired", "otherca"])
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_a_server_with_a_bad_certificate_gets_no_token(office, tokens, protocol, tls, name):
    script = with_certificate(office.rig, protocol, tls, name)
    _, said = run_against(office, tokens, protocol, tls, script)
    assert tokens.given and f"{protocol}-trouble" in said and "certificate" in said


@pytest.mark.parametrize("script", [without_starttls, with_injection])
@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_without_tls_no_token_is_given_away(office, tokens, protocol, script):
    _, said = run_against(office, tokens, protocol, "starttls", script(protocol))
    assert tokens.given and f"{protocol}-trouble" in said


def test_a_greeting_that_claims_we_are_signed_in_already_gets_no_token(office, tokens):
    _, said = run_against(office, tokens, "imap", "starttls", preauthenticated)
    assert "imap-trouble" in said


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_a_server_that_offers_passwords_only_gets_neither_token_nor_password(
        office, tokens, protocol):
    script = with_certificate(office.rig, protocol, "implicit", "good")
    server, said = run_against(office, tokens, protocol, "implicit", script)
    assert "offers no sign-in by XOAUTH2" in said and server.gave_away() == []


@pytest.mark.parametrize("minimum, trouble", [("1.2", False), ("1.3", True)])
@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_a_server_with_an_older_tls_than_the_least_gets_nothing(
        office, protocol, minimum, trouble):
    script = with_certificate(office.rig, protocol, "implicit", "good", newest="1.2")
    put_meeting(office)
    with FalseServer(script) as server:
        office.configure({"utskick": {protocol: {
            "port": server.port, "timeout_seconds": 5, "tls_minimum": minimum}}})
        office.run_once(check=None)
    assert (server.gave_away() == []) == trouble


def test_verification_switched_off_is_said_aloud_everywhere(office):
    def says(text):
        return "imap.insecure_no_verification" in text and "tests only" in text

    assert "insecure" not in office.check(check=0).stdout
    script = with_certificate(office.rig, "imap", "implicit", "otherca")
    with FalseServer(script) as server:
        office.configure({"utskick": {"imap": {
            "port": server.port, "timeout_seconds": 5, "insecure_no_verification": True}}})
        said = office.run_once(check=None).stderr
    assert server.gave_away() != []
    assert says(said) and says(office.check(check=0).stdout)
    assert any(says(line) for line in office.json("status", check=None)["warnings"])
    assert "insecure_no_verification" in office.utskick("status", check=None).stdout


def login_only(office, words):
    """An IMAP server that offers these mechanisms and refuses what is chosen."""
    tls = with_certificate(office.rig, "imap", "implicit", "good")

    def script(server, connection):
        with tls.context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(b"* OK [CAPABILITY IMAP4rev1 %s SASL-IR] here\r\n" % words)
            while line := server.line(secure):
                tag = line.split()[0]
                if b"CAPABILITY" in line.upper():
                    secure.sendall(b"* CAPABILITY IMAP4rev1 %s SASL-IR\r\n%s OK\r\n" % (words, tag))
                else:
                    secure.sendall(tag + b" NO no\r\n")
    return script


@pytest.mark.parametrize("offered, chosen", [
    (b"AUTH=LOGIN", b"AUTHENTICATE LOGIN"), (b"AUTH=LOGIN AUTH=PLAIN", b"AUTHENTICATE PLAIN"),
    (b"AUTH=CRAM-MD5 AUTH=NTLM AUTH=GSSAPI AUTH=DIGEST-MD5", None)])
def test_passwords_go_by_plain_then_login_and_by_nothing_else(office, offered, chosen):
    with FalseServer(login_only(office, offered)) as server:
        office.configure({"utskick": {"imap": {"port": server.port, "timeout_seconds": 5}}})
        said = office.run_once(check=None).stderr
    if chosen:
        assert chosen in server.heard.upper()
    else:
        assert b"AUTHENTICATE" not in server.heard.upper()
        assert "offers no sign-in by PLAIN or LOGIN" in said
