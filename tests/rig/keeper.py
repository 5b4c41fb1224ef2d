"""The part of the rig that needs root: makes the configuration, starts the servers, ends them.

One keeper process per rig. It works in a folder of its own under /tmp, whose every
parent the servers' users can enter and whose sockets have short names. The servers
are its children. It ends them, and itself, when told to (`stop`), when the process
that started it ends (its standard input closes, or the owner named by id is gone),
or when a server fails. Should it be killed, a guard ends the servers.
"""
import json
import os
import pathlib
import pwd
import random
import select
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

from . import dovecot, postfix
from .milter import Milter
from .tables import TableServer, Tables
from .tls import make_certificates

PORTS = ("imap", "imaps", "lmtp", "submission", "submissions", "outside", "bare")
KEPT = ("mail", "tls", "maillog", "dovecot.log")


def _bindable(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_ports():
    """Free ports below those the kernel hands out by itself."""
    while True:
        first = random.randrange(10000, 32000, 10)
        block = range(first, first + len(PORTS))
        if all(_bindable(port) for port in block):
            return dict(zip(PORTS, block))


class Keeper:
    def __init__(self, keep_in):
        """keep_in: folder that gets mailboxes and logs at the end, or None."""
        self.keep_in = keep_in and pathlib.Path(keep_in)
        self.starter = int(os.environ.get("SUDO_UID", os.getuid()))
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="utskick-rig-", dir="/tmp"))
        self.root.chmod(0o755)
        self.tables = Tables()
        self.written = {}  # address -> line of Dovecot's passwd-file
        self.resets = 0
        self.version = 0
        self.lock = threading.Lock()
        self.ended_r, self.ended_w = os.pipe()
        self.servers = {}

    # -- beginning

    def start(self):
        for _ in range(5):
            self.ports = choose_ports()
            self._write_configs()
            self._listen()
            if self._start_servers():
                return
            self._end_servers()
            self._clear()
        raise SystemExit(f"rig: servers do not start:\n{self._logs()}")

    def _write_configs(self):
        self.mail_user = pwd.getpwuid(self.starter) if self.starter else pwd.getpwnam("mail")
        make_certificates(self.root / "tls")
        postfix.write_config(self.root, self.ports)
        dovecot.write_config(self.root, self.ports)
        (self.root / "users").touch()
        self._write_users()

    def _listen(self):
        self.listeners = [TableServer(str(self.root / "tables"), self.tables),
                          Milter(str(self.root / "milter")),
                          Control(str(self.root / "control"), self)]
        for name in ("tables", "milter"):
            (self.root / name).chmod(0o666)
        os.chown(self.root / "control", self.starter, -1)
        (self.root / "control").chmod(0o600)
        for listener in self.listeners:
            threading.Thread(target=listener.serve_forever, daemon=True).start()

    def _start_servers(self):
        for module in (dovecot, postfix):
            with open(self.root / "servers.out", "ab") as out:
                self.servers[module.__name__] = subprocess.Popen(
                    module.command(self.root), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                    start_new_session=True, cwd="/")
        self._guard()
        deadline = time.monotonic() + 10
        return all(self._answers(port, deadline) for port in self.ports.values())

    def _guard(self):
        """A process that ends the servers when this one dies without a chance to do so."""
        groups = [f"-{server.pid}" for server in self.servers.values()]
        self.guard = subprocess.Popen(["sh", "-c", 'cat; kill -TERM "$@"', "guard", *groups],
                                      stdin=subprocess.PIPE, start_new_session=True, cwd="/")

    def _answers(self, port, deadline):
        while time.monotonic() < deadline and not self._dead_server():
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return True
            time.sleep(0.01)
        return False

    def _dead_server(self):
        return next((n for n, s in self.servers.items() if s.poll() is not None), None)

    def description(self):
        return {"root": str(self.root), "ports": self.ports, "keeper": os.getpid(),
                "servers": {n.rpartition(".")[2]: s.pid for n, s in self.servers.items()}}

    # -- what the tests ask for

    def users(self, users, fresh):
        """Adds users; fresh forgets all others, their mail, and the queue first."""
        with self.lock:
            if fresh:
                self._forget()
            for user in users:
                self._add(user)
            if self._write_users():
                self._wait_known()

    def _forget(self):
        self._drain()
        self.resets += 1
        (self.root / "mail").rename(self.root / f"mail-before-{self.resets}")
        self.tables.users.clear()
        self.tables.access.clear()

    def _drain(self):
        """Drops what waits and lets end what is being delivered, so that nothing comes after."""
        conf, deadline = self.root / "postfix" / "conf", time.monotonic() + 10
        while self.queued():
            if time.monotonic() > deadline:
                raise RuntimeError("the queue does not get empty")
            for queue in ("hold", "deferred"):
                subprocess.run(["postsuper", "-c", conf, "-d", "ALL", queue],
                               check=True, capture_output=True)
            time.sleep(0.02)

    def _add(self, user):
        if any(c in user["address"] + user["password"] for c in ":\n\t/"):
            raise ValueError(f"not for a passwd-file: {user}")
        address = user["address"].lower()
        self.tables.users[address] = {**user, "home": f"mail/{user.get('mailbox') or address}"}

    def _write_users(self):
        """Dovecot looks at its file once a second at most, so it is told only what is new,
        and never that somebody is gone: Postfix refuses their mail by then."""
        owner = self.mail_user
        (self.root / "mail").mkdir(exist_ok=True)
        os.chown(self.root / "mail", owner.pw_uid, owner.pw_gid)
        lines = dovecot.users_lines(self.tables.users, self.root, owner.pw_uid, owner.pw_gid)
        if lines.items() <= self.written.items():
            return False
        self.written |= lines
        self.version += 1
        new = self.root / "users.new"
        new.write_text("".join(self.written.values()) + f"version{self.version}:::::::\n")
        # Dovecot tells a changed file by size and whole seconds.
        os.utime(new, (int(time.time()) + self.version,) * 2)
        new.rename(self.root / "users")
        return True

    def _wait_known(self):
        deadline = time.monotonic() + 5
        while not dovecot.knows(self.root, f"version{self.version}"):
            if time.monotonic() > deadline:
                raise RuntimeError("Dovecot does not read its users again")
            time.sleep(0.02)

    def answer_at_rcpt(self, address, answer):
        if answer:
            self.tables.access[address.lower()] = answer
        else:
            self.tables.access.pop(address.lower(), None)

    def sieve(self, user, script):
        """The user's Sieve script from now on; "" for none."""
        folder = self.root / "mail" / user.lower()
        folder.mkdir(exist_ok=True)
        path = folder / ".dovecot.sieve"
        path.write_text(script)
        # Dovecot compares whole seconds with those of what it compiled.
        self.version += 1
        os.utime(path, (int(time.time()) + self.version,) * 2)
        for one in (folder, path):
            os.chown(one, self.mail_user.pw_uid, self.mail_user.pw_gid)

    def vacation(self, user, raw, message):
        """Debian's vacation(1), as the user's .forward would call it: it gets the mail on its
        standard input and sends by sendmail(1). message: header and text of what it sends."""
        folder = self.root / "vacation" / user.lower()
        login = self.mail_user.pw_name
        if not folder.exists():
            folder.mkdir(parents=True)
            # An interval of 0 answers each mail, not one a week.
            self._run_vacation("-i", "-r", "0", "-f", folder / "db", login, stdin="")
        (folder / "msg").write_text(message)
        self._run_vacation("-z", "-a", user, "-f", folder / "db", "-m", folder / "msg", login,
                           stdin=raw)

    def _run_vacation(self, *words, stdin):
        subprocess.run(["vacation", "-d", *words], input=stdin, text=True, check=True,
                       env={**os.environ, "MAIL_CONFIG": str(self.root / "postfix" / "conf")})

    def flush(self):
        subprocess.run(["postqueue", "-c", self.root / "postfix" / "conf", "-f"], check=True)

    def queued(self):
        # Twice, as a file can move against the order in which the folders are read.
        return postfix.queued(self.root) or postfix.queued(self.root)

    # -- end

    def stop(self):
        os.write(self.ended_w, b".")

    def wait(self, owner):
        """Until told to stop, the owner is gone, or a server has failed. owner: fd or None."""
        watched = [self.ended_r] + ([] if owner is None else [owner])
        while not select.select(watched, [], [], 1)[0]:
            if name := self._dead_server():
                print(f"rig: {name} ended by itself\n{self._logs()}", file=sys.stderr, flush=True)
                return

    def end(self):
        self._end_servers()
        if self.keep_in:
            self._keep()
        shutil.rmtree(self.root)

    def _end_servers(self):
        self.guard.kill()
        self.guard.wait()
        for server in self.servers.values():
            if server.poll() is None:
                server.terminate()
        for server in self.servers.values():
            try:
                server.wait(2)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
        for listener in self.listeners:
            listener.server_close()

    def _clear(self):
        shutil.rmtree(self.root)
        self.root.mkdir(mode=0o755)
        self.servers.clear()

    def _keep(self):
        for name in KEPT:
            target = self.keep_in / name
            if (self.root / name).exists():
                shutil.rmtree(target, ignore_errors=True)
                shutil.move(self.root / name, target)
                self._give(target)
        (self.keep_in / "rig.json").unlink(missing_ok=True)

    def _give(self, top):
        if self.starter:
            owner = f"{self.starter}:{self.mail_user.pw_gid}"
            subprocess.run(["chown", "-R", owner, top], check=True)

    def _logs(self):
        texts = []
        for name in ("servers.out", "dovecot.log", "maillog"):
            path = self.root / name
            if path.exists():
                texts.append(f"--- {name}\n" + "\n".join(path.read_text().splitlines()[-15:]))
        return "\n".join(texts)


class _Request(socketserver.StreamRequestHandler):
    """One JSON line each way: {"call": method, "with": {arguments}} -> {"result"} or {"error"}."""

    ALLOWED = {"users", "answer_at_rcpt", "sieve", "vacation", "flush", "queued", "stop"}

    def handle(self):
        request = json.loads(self.rfile.readline())
        try:
            if request["call"] not in self.ALLOWED:
                raise ValueError(f"unknown call {request['call']}")
            reply = {"result": getattr(self.server.keeper, request["call"])(**request["with"])}
        except Exception as e:
            reply = {"error": f"{type(e).__name__}: {e}"}
        self.wfile.write(json.dumps(reply).encode() + b"\n")


class Control(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path, keeper):
        super().__init__(path, _Request)
        self.keeper = keeper


def _go_to_background():
    """The parent stays until the child has said that it is ready, then ends."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        line = os.fdopen(reader).readline()
        sys.stdout.write(line)
        sys.stdout.flush()
        os._exit(0 if line else 1)
    os.setsid()
    os.close(reader)
    return os.fdopen(writer, "w")


def _write_description(keeper, say):
    line = json.dumps(keeper.description())
    if keeper.keep_in:
        (keeper.keep_in / "rig.json").write_text(line + "\n")
        keeper._give(keeper.keep_in)
    say.write(line + "\n")
    say.flush()


def run(keep_in, owner):
    """owner: "stdin", a process id as text, or "none" (until told to stop)."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    owner_fd = {"stdin": lambda: 0, "none": lambda: None}.get(
        owner, lambda: os.pidfd_open(int(owner)))()
    say = sys.stdout if owner == "stdin" else _go_to_background()
    keeper = Keeper(keep_in)
    signal.signal(signal.SIGTERM, lambda *_: keeper.stop())
    try:
        keeper.start()
        _write_description(keeper, say)
        if say is not sys.stdout:
            say.close()
        keeper.wait(owner_fd)
    finally:
        keeper.end()
