"""The tables of the test Postfix that change while it runs, by its socketmap protocol.

    users    who has a mailbox; anybody at bounce.example is let through here, is
             unknown to Dovecot and so bounces later, with a delivery report
    access   address, or domain -> what smtpd answers at RCPT, e.g. "450 4.2.1 Busy"
"""
import socketserver

BOUNCES_LATER = "bounce.example"


class Tables:
    def __init__(self):
        self.users = {}
        self.access = {}

    def find(self, table, key):
        key = key.lower()
        if table == "access":
            return self.access.get(key)
        known = key in self.users or key.endswith("@" + BOUNCES_LATER)
        return key if known else None


class _Lookups(socketserver.StreamRequestHandler):
    def handle(self):
        while request := self._netstring():
            table, _, key = request.decode(errors="replace").partition(" ")
            found = self.server.tables.find(table, key)
            answer = (f"OK {found}" if found else "NOTFOUND ").encode()
            self.wfile.write(b"%d:%s," % (len(answer), answer))

    def _netstring(self):
        digits = b""
        while (byte := self.rfile.read(1)) not in (b":", b""):
            digits += byte
        return self.rfile.read(int(digits) + 1)[:-1] if digits else b""


class TableServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path, tables):
        super().__init__(path, _Lookups)
        self.tables = tables
