"""What the office's servers must not get away with: no password for a server that cannot
prove who it is, and nothing lost when a server is away. The false servers are small
scripts, as no real one does these things."""
import base64
import contextlib
import datetime
import socket
import ssl
import threading

import pytest

from rig.client import PASSWORD
from rig.mails import make_event, make_ics, make_mail

USER = "utskott@linkoping.example"
# Every form in which the password could go over the wire.
SECRETS = [PASSWORD.encode(), base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()),
           base64.b64encode(PASSWORD.encode())]

GREETING = {"imap": b"* OK [CAPABILITY IMAP4rev1 %s AUTH=PLAIN SASL-IR] here\r\n",
            "smtp": b"220 mail.example ESMTP\r\n"}


class FalseServer:
    """Listens on a port of its own; talks as script(self, connection) does, once for each
    client, and keeps all it heard."""

    def __init__(self, script):
        self.script, self.heard = script, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake a thread that waits in accept().
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(20)
        self.listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                connection.settimeout(10)
                self.script(self, connection)

    def line(self, connection):
        line = b""
        while not line.endswith(b"\n"):
            byte = connection.recv(1)
            if not byte:
                raise ConnectionError("the client has gone")
            line += byte
            self.heard += byte
        return line

    def drain(self, connection):
        """All that comes while it comes."""
        connection.settimeout(1)
        while data := connection.recv(4096):
            self.heard += data

    def gave_away(self):
        return [secret for secret in SECRETS if secret in self.heard]


def imap_until_starttls(server, connection, capability):
    connection.sendall(GREETING["imap"] % capability)
    while b"STARTTLS" not in (line := server.line(connection)).upper():
        tag = line.split()[0]
        if b"CAPABILITY" in line.upper():
            connection.sendall(b"* CAPABILITY IMAP4rev1 %s AUTH=PLAIN SASL-IR\r\n" % capability)
        connection.sendall(tag + b" OK done\r\n")
    return line.split()[0] + b" OK begin TLS\r\n"


def smtp_until_starttls(server, connection, capability):
    connection.sendall(GREETING["smtp"])
    while b"STARTTLS" not in (line := server.line(connection)).upper():
        if line[:4].upper() == b"EHLO":
            extra = b"250-STARTTLS\r\n" if capability == b"STARTTLS" else b""
            connection.sendall(b"250-mail.example\r\n" + extra + b"250 AUTH PLAIN LOGIN\r\n")
        else:
            connection.sendall(b"250 ok\r\n")
    return b"220 go ahead\r\n"


def take_password(server, connection, protocol):
    """The rest of the dialogue, for a client that trusts: to its password, and no further."""
    while True:
        words = server.line(connection).upper().split()
        if protocol == "smtp" and words[0] == b"EHLO":
            connection.sendall(b"250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n")
        elif protocol == "imap" and words[1] == b"CAPABILITY":
            connection.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n"
                               + words[0] + b" OK done\r\n")
        elif words == [b"AUTH", b"PLAIN"]:
            connection.sendall(b"334 \r\n")
        else:
            return


UNTIL_STARTTLS = {"imap": imap_until_starttls, "smtp": smtp_until_starttls}


def with_certificate(rig, protocol, tls, name, newest=None):
    """A server that has everything but the right certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if newest == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(rig.ca.with_name(f"{name}.pem"), rig.ca.with_name(f"{name}.key"))

    def script(server, connection):
        if tls == "starttls":
            connection.sendall(UNTIL_STARTTLS[protocol](server, connection, b"STARTTLS"))
        with context.wrap_socket(connection, server_side=True) as secure:
            if tls == "implicit":
                secure.sendall(GREETING[protocol] % b"" if protocol == "imap"
                               else GREETING[protocol])
            take_password(server, secure, protocol)
    script.context = context
    return script


def without_starttls(protocol):
    def script(server, connection):
        UNTIL_STARTTLS[protocol](server, connection, b"")
    return script


def with_injection(protocol):
    """Says more behind its yes to STARTTLS: words that would be taken for the secured ones."""
    more = {"imap": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\nA003 OK done\r\n",
            "smtp": b"250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n"}

    def script(server, connection):
        go = UNTIL_STARTTLS[protocol](server, connection, b"STARTTLS")
        connection.sendall(go + more[protocol])
        server.drain(connection)
    return script


def preauthenticated(server, connection):
    connection.sendall(b"* PREAUTH [CAPABILITY IMAP4rev1] welcome\r\n")
    server.drain(connection)


def run_against(office, protocol, tls, script):
    """One run of the office with a meeting to tell of, against that server. Returns it and
    what the run said."""
    start = datetime.datetime.now().replace(microsecond=0) + datetime.timedelta(days=10)
    office.put_calendar("a.ics", make_ics(make_event("m1@linkoping.example", start)))
    with FalseServer(script) as server:
        office.configure({"utskick": {protocol: {
            "port": server.port, "tls": tls, "timeout_seconds": 5}}})
        said = office.run_once(check=None)
    return server, said.stderr


@pytest.mark.parametrize("name", ["wrong", "expired", "otherca"])
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("protocol", ["imap", "smtp"])
# A14
def test_a_server_with_a_bad_certificate_gets_no_password(office, protocol, tls, name):
    script = with_certificate(office.rig, protocol, tls, name)
    server, said = run_against(office, protocol, tls, script)
    assert server.gave_away() == []
    assert f"{protocol}-trouble" in said and "certificate" in said


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
# A14
def test_a_server_that_offers_no_tls_gets_no_password(office, protocol):
    server, said = run_against(office, protocol, "starttls", without_starttls(protocol))
    assert server.heard and server.gave_away() == []
    assert f"{protocol}-trouble" in said and "STARTTLS" in said


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
# A14
def test_words_injected_before_the_handshake_end_the_session(office, protocol):
    server, said = run_against(office, protocol, "starttls", with_injection(protocol))
    assert b"STARTTLS" in server.heard.upper()
    assert server.gave_away() == []
    assert f"{protocol}-trouble" in said


def test_a_greeting_that_claims_we_are_signed_in_already_is_not_believed(office):
    server, said = run_against(office, "imap", "starttls", preauthenticated)
    assert server.gave_away() == []
    assert "imap-trouble" in said


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_a_server_with_the_right_certificate_gets_it(office, protocol, tls):
    """The control of the tests above: their false server would have got it."""
    script = with_certificate(office.rig, protocol, tls, "good")
    server, _ = run_against(office, protocol, tls, script)
    assert server.gave_away() != []


def test_a_refused_password_is_said_in_the_servers_words_and_without_it(office):
    (office.config / "secret-imap").write_text("fel-losenord\n")
    said = office.run_once(check=None).stderr
    assert "imap-trouble" in said and "AUTHENTICATIONFAILED" in said
    assert "fel-losenord" not in said


def test_a_server_that_is_away_is_said_once_and_the_mail_comes_when_it_is_back(office):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        away = taken.getsockname()[1]
    office.configure({"utskick": {"imap": {"port": away}}})
    with office.run_daemon() as daemon:
        office.rig.wait_for(lambda: "imap-trouble" in daemon.log(), 10, "word of trouble")
        # A calendar is read all the same.
        start = datetime.datetime.now().replace(microsecond=0) + datetime.timedelta(days=30)
        office.put_calendar("a.ics", make_ics(make_event("m1@linkoping.example", start)))
        office.rig.wait_for(lambda: "a.ics" in daemon.log(), 10, "the calendar")
        assert daemon.log().count("imap-trouble") == 1
        office.rig.deliver_lmtp(USER, make_mail("x@y.example", USER, "Hej", "Hej\n").as_bytes())
        office.configure()
        daemon.reload()
        office.rig.wait_for(lambda: "mail incoming=1" in daemon.log(), 20, "the mail")


def test_a_calendar_is_taken_when_it_changes_and_not_again_when_it_does_not(office):
    start = datetime.datetime.now().replace(microsecond=0) + datetime.timedelta(days=60)
    first = make_ics(make_event("m1@linkoping.example", start))
    second = make_ics(make_event("m1@linkoping.example", start, location="Biblioteket", sequence=1))
    with office.run_daemon() as daemon:
        def taken():
            return daemon.log().count("file=a.ics")
        path = office.put_calendar("a.ics", first)
        office.rig.wait_for(lambda: taken() == 1, 10, "the calendar")
        path.write_bytes(first)
        path.with_name(".hidden.ics").write_bytes(second)
        path.with_name("b.ics").write_bytes(second)
        office.rig.wait_for(lambda: "file=b.ics" in daemon.log(), 10, "the other calendar")
        assert taken() == 1
        path.write_bytes(second)
        office.rig.wait_for(lambda: taken() == 2, 10, "the change")
        assert ".hidden.ics" not in daemon.log()
