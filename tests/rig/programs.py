"""Running utskickd and utskick from $BUILD (build/ where not set)."""
import contextlib
import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile

from .office import ROOT

PR_SET_PDEATHSIG = 1
BUILD = ROOT / os.environ.get("BUILD", "build")


class Ran(subprocess.CompletedProcess):
    """What a program said. json: its whole output; rows: one object a line."""

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def rows(self):
        return [json.loads(line) for line in self.stdout.splitlines()]


def run(command, seconds=120, check=None, **settings):
    """check: the exit code that has to come, None for any. Text in and out."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=seconds, **settings)
    if check is not None and done.returncode != check:
        raise AssertionError(f"exit {done.returncode}, not {check}: {' '.join(done.args)}\n"
                             f"{done.stdout}{done.stderr}")
    return Ran(done.args, done.returncode, done.stdout, done.stderr)


def _command(program, config, state, now):
    command = [BUILD / program, "--config", config]
    command += ["--state", state] if state else []
    return command + (["--now", _rfc3339(now)] if now else [])


def _rfc3339(now):
    return now if isinstance(now, str) else now.isoformat(timespec="seconds")


def check_config(config, state=None, check=None):
    return run(_command("utskickd", config, state, None) + ["--check"], check=check)


def run_once(config, state, now=None, check=0, seconds=120, env=None):
    """utskickd --once. now: RFC 3339 text or an aware datetime."""
    return run(_command("utskickd", config, state, now) + ["--once"], seconds, check, env=env)


def utskick(config, state, *words, check=0, as_json=False, stdin=None):
    command = _command("utskick", config, state, None) + (["--json"] if as_json else [])
    return run(command + list(words), check=check, input=stdin)


class Daemon:
    """A running utskickd. log(): what it and its workers have written."""

    def __init__(self, process, log_path):
        self.process = process
        self.pid = process.pid
        self.log_path = pathlib.Path(log_path)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def workers(self):
        """Process id -> command line of every living descendant."""
        parents, lines = {}, {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                    parents[int(entry.name)] = int(stat[1])
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                    lines[int(entry.name)] = f"{(entry / 'comm').read_text().strip()} {line.decode()}"
        found, new = set(), {self.pid}
        while new:
            new = {p for p, parent in parents.items() if parent in new} - found
            found |= new
        return {p: lines[p] for p in found if p in lines}

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def end(self, seconds=30):
        """TERM, and the exit code. Kills what does not end in time, and says so."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"no end {seconds} s after TERM\n{self.log()}") from None


def _wait_ready(notify, daemon, seconds):
    notify.settimeout(0.1)
    for _ in range(seconds * 10):
        with contextlib.suppress(socket.timeout):
            if b"READY=1" in notify.recv(4096):
                return
        if daemon.process.poll() is not None:
            break
    raise AssertionError(f"not ready (exit {daemon.process.poll()})\n{daemon.log()}")


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def run_daemon(config, state, now=None, exit_code=0, ready_seconds=20, env=None):
    """A Daemon, ready (it told so by sd_notify); ended by TERM, its exit code checked."""
    with tempfile.TemporaryDirectory(prefix="notify-") as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, \
            open(f"{folder}/log", "wb") as log:
        notify.bind(f"{folder}/socket")
        process = subprocess.Popen(
            [str(word) for word in _command("utskickd", config, state, now)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent,
            env={**(env or os.environ), "NOTIFY_SOCKET": f"{folder}/socket"})
        daemon = Daemon(process, log.name)
        try:
            _wait_ready(notify, daemon, ready_seconds)
            yield daemon
        except BaseException:
            with contextlib.suppress(AssertionError):
                daemon.end()
            print(daemon.log())
            raise
        code = daemon.end()
        assert code == exit_code, f"exit {code}, not {exit_code}\n{daemon.log()}"
