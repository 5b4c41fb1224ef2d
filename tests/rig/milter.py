"""What a trusted server says of a mail, as a milter inside the test Postfix.

Every mail that comes in by one of these ports gets one header on top of all
others of that name. LOGIN is the account that sent the mail, MAILFROM the
domain of the envelope sender (`none` where it is empty), FROM the domain of the
From field (`none` where there is no single address):

  submission, submissions, From is LOGIN:
    Authentication-Results: mx.linkoping.example;
            auth=pass smtp.auth=LOGIN; spf=pass smtp.mailfrom=MAILFROM;
            dkim=pass header.d=FROM; dmarc=pass header.from=FROM
  submission, submissions, From is anything else, or there are several:
    Authentication-Results: mx.linkoping.example;
            auth=pass smtp.auth=LOGIN; spf=pass smtp.mailfrom=MAILFROM;
            dkim=none; dmarc=fail header.from=FROM
  outside:
    Authentication-Results: mx.linkoping.example;
            spf=none smtp.mailfrom=MAILFROM; dkim=none; dmarc=fail header.from=FROM
  bare: nothing is added.

Nothing is taken away: Authentication-Results a sender forged stay below. Mail
Postfix itself makes (delivery reports) bears no such header.
"""
import email.utils
import re
import socketserver
import struct

AUTHSERV_ID = "mx.linkoping.example"

_ADD_HEADERS = 0x01
# Do not send connect, helo, rcpt, body, eoh, unknown and data; expect no answer to the rest.
_SKIP = 0x01 | 0x02 | 0x08 | 0x10 | 0x40 | 0x100 | 0x200
_SILENT = 0x80 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000 | 0x40000 | 0x80000


def _domain(address):
    domain = address.rpartition("@")[2].lower()
    return domain if re.fullmatch(r"[a-z0-9.-]+", domain) else "none"


def results(login, sender, from_fields):
    """The header's value. login: "" where nobody logged in. from_fields: raw values."""
    addresses = [a for _, a in email.utils.getaddresses(from_fields) if a]
    single = addresses[0].lower() if len(addresses) == 1 == len(from_fields) else ""
    mailfrom = _domain(sender) if sender else "none"
    author = _domain(single) if single else "none"
    own = bool(login) and single == login.lower()
    parts = [f"auth=pass smtp.auth={login}"] if login else []
    parts += [f"spf={'pass' if login else 'none'} smtp.mailfrom={mailfrom}",
              f"dkim=pass header.d={author}" if own else "dkim=none",
              f"dmarc={'pass' if own else 'fail'} header.from={author}"]
    return f"{AUTHSERV_ID};\n\t" + ";\n\t".join(parts)


class _Conversation(socketserver.StreamRequestHandler):
    """One smtpd process talking; the protocol is sendmail's, version 6."""

    def handle(self):
        self._forget()
        while len(head := self.rfile.read(4)) == 4:
            packet = self.rfile.read(struct.unpack(">I", head)[0])
            command, data = packet[:1], packet[1:]
            if command in b"QK":
                return
            self._take(command, data)

    def _forget(self):
        self.login, self.sender, self.authors = "", "", []

    def _send(self, command, data=b""):
        self.wfile.write(struct.pack(">I", 1 + len(data)) + command + data)

    def _take(self, command, data):
        words = data.split(b"\0")
        if command == b"O":
            version, _, offered = struct.unpack(">III", data[:12])
            self._send(b"O", struct.pack(">III", min(version, 6), _ADD_HEADERS,
                                         offered & (_SKIP | _SILENT)))
        elif command == b"D" and data[:1] == b"M":
            macros = dict(zip([data[1:].split(b"\0")[0]] + words[2::2], words[1::2]))
            self.login = macros.get(b"{auth_authen}", b"").decode()
        elif command == b"M":
            self.sender = words[0].decode(errors="replace").strip("<>")
        elif command == b"L" and words[0].lower() == b"from":
            self.authors.append(words[1].decode(errors="replace").replace("\n", " "))
        elif command == b"E":
            value = results(self.login, self.sender, self.authors)
            self._send(b"i", struct.pack(">I", 0) + b"Authentication-Results\0"
                       + value.encode() + b"\0")
            self._send(b"c")
            self._forget()
        elif command == b"A":
            self._forget()


class Milter(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path):
        super().__init__(path, _Conversation)
