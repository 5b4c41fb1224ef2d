"""What a test can do with its servers. Needs no root itself: the keeper has it."""
import collections
import imaplib
import json
import os
import pathlib
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import time

from .office import write_config

PASSWORD = "hemligt"
HOST = "localhost"
_RIG_PY = pathlib.Path(__file__).resolve().with_name("rig.py")

# mailbox: name of the folder under mail/, the address where none is given; several
# addresses may share one. quota in bytes.
User = collections.namedtuple("User", "address password mailbox quota",
                              defaults=(PASSWORD, None, None))

# One line of the log for one recipient. status: sent, deferred, bounced, expired.
Delivery = collections.namedtuple(
    "Delivery", "message_id sender recipient status dsn reply queue_id")


def people(count, domain="utskott.example", start=1):
    """Many users at once: medlem1@domain, medlem2@domain ..."""
    return [User(f"medlem{i}@{domain}") for i in range(start, start + count)]


def _has_terminal():
    """sudo asks there, whatever standard input is."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


def _as_root(command):
    """The command, with sudo before it where we are not root. May ask for the password."""
    if os.getuid() == 0:
        return command
    quiet = subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    if not quiet and not _has_terminal():
        raise RuntimeError("the test servers need root: run as root, or where sudo can ask")
    return ["sudo"] + (["-n"] if quiet else ["-p", "Test servers need root, %p's password: "]) + command


class Rig:
    def __init__(self, folder=None):
        """folder: gets mailboxes and logs when the servers end; None keeps nothing."""
        self.folder = folder and pathlib.Path(folder).resolve()
        self._keeper = None
        self._passwords = {}
        self._log_start = 0

    # -- life

    def start(self, users=(), owner="stdin"):
        """owner: "stdin" ends the servers with this process, "none" leaves them running,
        a process id ends them with that one. Returns self."""
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        command = _as_root([sys.executable, "-B", str(_RIG_PY), "keeper",
                            str(self.folder or "-"), "--owner", str(owner)])
        self._keeper = subprocess.Popen(command, stdout=subprocess.PIPE,
                                        stdin=subprocess.PIPE if owner == "stdin" else None)
        line = self._keeper.stdout.readline()
        if not line:
            raise RuntimeError(f"the test servers did not start (exit {self._keeper.wait()})")
        if owner != "stdin":
            self._keeper.wait()
        self._know(json.loads(line))
        self.add_users(users)
        return self

    @classmethod
    def attach(cls, folder):
        """A rig that another process started with `rig.py start folder`."""
        rig = cls(folder)
        if not (rig.folder / "rig.json").exists():
            raise RuntimeError(f"no test servers run for {folder}")
        rig._know(json.loads((rig.folder / "rig.json").read_text()))
        return rig

    def _know(self, description):
        self.root = pathlib.Path(description["root"])
        self.ports = description["ports"]
        self.pids = {"keeper": description["keeper"], **description["servers"]}
        self.ca = self.root / "tls" / "ca.pem"

    def stop(self):
        """Ends the servers and waits until they are gone. Twice is no error."""
        if (self.root / "control").exists():
            self._call("stop")
            # Many thousand mails may have to go from a disk that others use too.
            self.wait_for(lambda: not self.root.exists(), 300, "the servers to end")
        if self._keeper:
            self._keeper.stdout.close()
            if self._keeper.stdin:
                self._keeper.stdin.close()
            self._keeper.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _call(self, name, **arguments):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(self.root / "control"))
            with s.makefile("rw") as f:
                f.write(json.dumps({"call": name, "with": arguments}) + "\n")
                f.flush()
                reply = json.loads(f.readline())
        if "error" in reply:
            raise RuntimeError(f"rig: {name}: {reply['error']}")
        return reply["result"]

    # -- who is there

    def add_users(self, users, fresh=False):
        """users: addresses, tuples or User. They can log in and get mail when this returns."""
        users = [User(u) if isinstance(u, str) else User(*u) for u in users]
        if fresh:
            self._passwords.clear()
        self._passwords.update((u.address, u.password) for u in users)
        self._call("users", users=[u._asdict() for u in users], fresh=fresh)

    def reset(self, users=()):
        """As newly started: empty mailboxes for these users, nobody else, empty queue and
        log. (Who was there before can still log in, but gets no mail.)"""
        self.add_users(users, fresh=True)
        self._log_start = (self.root / "maillog").stat().st_size

    def answer_at_rcpt(self, address, answer):
        """Makes every port answer so at RCPT for an address or a whole domain, e.g.
        "450 4.2.1 Mailbox busy" or "552 5.2.2 Mailbox full"; None ends it."""
        self._call("answer_at_rcpt", address=address, answer=answer)

    def answer_by_sieve(self, user, script):
        """Gives the user a Sieve script; "" takes it away."""
        self._call("sieve", user=user, script=script)

    def answer_by_vacation(self, user, raw, message):
        """Debian's vacation(1) gets this mail of the user's, as his .forward would have it;
        what it sends has this header and text."""
        self._call("vacation", user=user, raw=raw.decode("utf-8", "replace"), message=message)

    # -- connections

    def tls(self):
        """A client's TLS settings that trust this rig's authority alone."""
        return ssl.create_default_context(cafile=str(self.ca))

    def imap(self, user):
        """A logged-in imaplib connection over implicit TLS."""
        imap = imaplib.IMAP4_SSL(HOST, self.ports["imaps"], ssl_context=self.tls(), timeout=20)
        imap.login(user, self.password(user))
        return imap

    def smtp(self, user):
        """A logged-in smtplib connection by STARTTLS."""
        smtp = smtplib.SMTP(HOST, self.ports["submission"], timeout=20)
        smtp.starttls(context=self.tls())
        smtp.login(user, self.password(user))
        return smtp

    def smtp_from_outside(self, port="outside"):
        """Somebody else's server handing in mail: "outside" (marked as failing) or "bare"."""
        return smtplib.SMTP(HOST, self.ports[port], timeout=20)

    def password(self, user):
        """The password a user was added with."""
        return self._passwords.get(user, PASSWORD)

    # -- mail in and out

    def send(self, user, message, recipients=None):
        """Sends an email.message as this user. recipients default to its To and Cc."""
        with self.smtp(user) as smtp:
            return smtp.send_message(message, from_addr=user, to_addrs=recipients)

    def deliver_lmtp(self, user, raw, sender=""):
        """Puts bytes straight into INBOX: no Postfix, no Authentication-Results."""
        with smtplib.LMTP(HOST, self.ports["lmtp"]) as lmtp:
            lmtp.sendmail(sender, [user], raw)

    def messages(self, user, folder="INBOX"):
        """[(uid, flags, raw bytes)], oldest first; none where there is no such folder."""
        imap = self.imap(user)
        try:
            if imap.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            _, answer = imap.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
            pairs = [part for part in answer if isinstance(part, tuple)]
            return [self._message(*pair) for pair in pairs]
        finally:
            imap.logout()

    @staticmethod
    def _message(head, raw):
        uid = int(re.search(rb"UID (\d+)", head)[1])
        flags = re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode().split()
        return uid, flags, raw

    def mailbox(self, user, folder="INBOX"):
        """The folder's mails as raw bytes, oldest first."""
        return [raw for _, _, raw in self.messages(user, folder)]

    # -- the office's programs

    def write_config(self, folder, overrides=None):
        """The example office on this rig; see office.py."""
        return write_config(self, folder, overrides)

    # -- waiting

    def wait_for(self, predicate, seconds=10, what="it"):
        """Polls until predicate() is true and returns that value; AssertionError else."""
        deadline = time.monotonic() + seconds
        while not (value := predicate()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s in vain for {what}\n{self._log_tail()}")
            time.sleep(0.02)
        return value

    def flush(self):
        """Postfix tries again at once what it has deferred."""
        self._call("flush")

    def queue_is_empty(self):
        return self._call("queued") == 0

    def wait_until_delivered(self, seconds=20):
        """Until Postfix has nothing left to deliver."""
        self.wait_for(self.queue_is_empty, seconds, "an empty queue")

    # -- the log

    def postfix_log(self):
        """Postfix's log since the start or the last reset."""
        with open(self.root / "maillog", "rb") as f:
            f.seek(self._log_start)
            return f.read().decode(errors="replace")

    def _log_tail(self):
        try:
            return "\n".join(self.postfix_log().splitlines()[-20:])
        except OSError:
            return ""

    def deliveries(self):
        """[Delivery] in the order of the log; a deferred one has a line for each attempt."""
        return list(parse_deliveries(self.postfix_log()))


_LINE = re.compile(r"postfix/(\w+)\[\d+\]: ([0-9A-Za-z]{6,}): (.*)")
_RESULT = re.compile(r"to=<([^>]*)>.*?, dsn=([\d.]+), status=(\w+) \((.*)\)$")


def parse_deliveries(log):
    """Of messages that came in within this log; others' last lines are left out."""
    message_ids, senders = {}, {}
    for line in log.splitlines():
        found = _LINE.search(line)
        if not found:
            continue
        daemon, queue_id, rest = found.groups()
        if daemon == "cleanup" and rest.startswith("message-id="):
            message_ids[queue_id] = rest[len("message-id="):]
        elif daemon == "qmgr" and rest.startswith("from=<"):
            senders[queue_id] = rest[6:].partition(">")[0]
        elif (result := _RESULT.match(rest)) and queue_id in message_ids:
            recipient, dsn, status, reply = result.groups()
            yield Delivery(message_ids[queue_id], senders.get(queue_id),
                           recipient, status, dsn, reply, queue_id)
