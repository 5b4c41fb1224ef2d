"""A mail server that misbehaves where it is told to: no real one can be made to."""
import contextlib
import re
import socket
import threading
import time

from listening import Listener, end, server_tls

CUT, STALL, DRIP = "cut", "stall", "drip"
EXTENSIONS = (b"PIPELINING", b"SIZE 40000000", b"8BITMIME", b"DSN", b"ENHANCEDSTATUSCODES")


class Fault:
    """at: accept, tls, greeting, EHLO, AUTH, MAIL, RCPT, DATA, text (in the midst of it), dot.
    do: a reply, or one of the above. to: only this recipient. times: so often, then well."""

    def __init__(self, at, do, to=None, times=10 ** 6, keeps=False):
        self.at, self.do, self.to, self.left = at, do, to, times
        self.keeps = keeps  # the mail is taken before the fault happens

    def strikes(self, at, to=None):
        if self.at != at or self.left <= 0 or (self.to and self.to != to):
            return False
        self.left -= 1
        return True


class SmtpServer(Listener):
    def __init__(self, rig, fault=None, extensions=EXTENSIONS):
        self.fault, self.extensions = fault, extensions
        self.taken = []     # (recipient, Message-ID)
        self.texts = {}     # Message-ID: the mail
        self.heard = []     # command lines
        self.hung = []      # connections on which nothing is said any more
        self.before_dot = lambda: None  # called when a text is there, before it is taken
        self.lock = threading.Lock()
        self.context = server_tls(rig)
        super().__init__()

    def end_hung(self):
        end(self.hung)

    def _talk(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            connection.settimeout(30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._happens("accept", connection):
                return
            if self._strikes("tls"):
                connection.recv(5)
                return
            with self.context.wrap_socket(connection, server_side=True) as secure:
                _Session(self, secure).run()

    def _strikes(self, at, to=None):
        with self.lock:
            return bool(self.fault) and self.fault.strikes(at, to)

    def _happens(self, at, connection, to=None):
        """True where the fault has ended the dialogue; a reply is said instead of ours."""
        if not self._strikes(at, to):
            return False
        do = self.fault.do
        if do == STALL:
            self.hung.append(connection)
            connection.recv(1)
        elif do == DRIP:
            with contextlib.suppress(OSError):
                for byte in b"250-" * 100:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.2)
        elif do != CUT:
            connection.sendall(do + b"\r\n")
            return "said"
        return True


class _Session:
    def __init__(self, server, connection):
        self.server, self.connection = server, connection
        self.lines = connection.makefile("rb")
        self.to, self.code = [], b""

    def say(self, words):
        self.connection.sendall(words + b"\r\n")

    def answer(self, at, words, to=None):
        """False where it is over."""
        happened = self.server._happens(at, self.connection, to)
        if not happened:
            self.say(words)
        elif happened == "said" and self.server.fault.do.startswith(b"421"):
            return False
        return happened in (False, "said") and (happened or "yes")

    def run(self):
        if not self.answer("greeting", b"220 mail.example ESMTP"):
            return
        while line := self.lines.readline():
            self.server.heard.append(line.decode().strip())
            verb = line[:4].upper()
            known = getattr(self, "do_" + verb.decode("ascii", "replace"), None)
            if known is None:
                self.say(b"500 what")
            elif not known(line):
                return

    def do_EHLO(self, _):
        words = b"".join(b"250-" + e + b"\r\n" for e in self.server.extensions)
        return self.answer("EHLO", b"250-mail.example\r\n" + words + b"250 AUTH PLAIN LOGIN")

    def do_AUTH(self, line):
        if len(line.split()) == 2:
            self.say(b"334 ")
            self.lines.readline()
        return self.answer("AUTH", b"235 2.7.0 welcome")

    def do_MAIL(self, _):
        self.to = []
        said = self.answer("MAIL", b"250 2.1.0 Ok")
        self.is_open = said == "yes"
        return said

    def do_RCPT(self, line):
        if not self.is_open:
            self.say(b"503 5.5.1 no sender")
            return True
        to = re.search(rb"<(.*?)>", line)[1].decode()
        said = self.answer("RCPT", b"250 2.1.5 Ok", to)
        if said == "yes":
            self.to.append(to)
        return said

    def do_RSET(self, _):
        self.to = []
        self.say(b"250 2.0.0 Ok")
        return True

    def do_QUIT(self, _):
        self.say(b"221 2.0.0 Bye")

    def do_DATA(self, _):
        if not self.to:
            self.say(b"503 5.5.1 no recipient")
            return True
        said = self.answer("DATA", b"354 go")
        if said != "yes":
            return said
        if self.server._strikes("text"):
            self.lines.readline()
            return False
        text = b""
        while (line := self.lines.readline()) != b".\r\n":
            if not line:
                return False
            text += line
        return self.take(text)

    def take(self, text):
        self.server.before_dot()
        fault, to = self.server.fault, self.to[0]
        found = re.search(rb"(?im)^message-id:\s*(\S+)", text)
        goes_well = not (fault and fault.at == "dot" and fault.left > 0
                         and fault.to in (None, to)) or fault.keeps
        if goes_well:
            self.server.texts[found[1].decode()] = text.replace(b"\r\n..", b"\r\n.")
            self.server.taken += [(one, found[1].decode()) for one in self.to]
        return self.answer("dot", b"250 2.0.0 Ok: queued", to)
