"""From a delivered mail to its committed row: utskickd's intake in IDLE, and beside it, in a
mailbox of its own on the same server, the least C client that can wait, to the word of
its mail. The goal: 10 ms more. Most of both is Dovecot's: it says so half a second late."""
import pathlib
import queue
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

from rig import Rig
from rig.programs import BUILD

from .mailbox import USER
from .row import Row

NAME = "new mail by IDLE, to its committed row"
PEER = "the least C client, to the word of it"
UNIT = "mails"
MAILS = 50
OTHER = "annan@linkoping.example"
MAIL = b"From: a@utskott.example\r\nTo: %s\r\nSubject: %d\r\nMessage-ID: <%d@utskott.example>\r\n\r\nJa\r\n"


class Heard:
    """What a program says, each line with its moment."""

    def __init__(self, command, word, **settings):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **settings)
        self.word, self.moments = word, queue.Queue()
        self.stream = self.process.stdout or self.process.stderr
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self):
        for line in self.stream:
            if self.word in line:
                self.moments.put(time.monotonic())

    def next(self):
        return self.moments.get(timeout=30)

    def end(self):
        self.process.terminate()
        self.process.wait()


def _both(rig, folder):
    config = rig.write_config(folder / "config", {"utskick": {
        "calendars": [{"name": "Ryd", "folder": "calendars"}], "imap": {"sent_copy": False}}})
    ours = Heard([BUILD / "utskickd", "--config", config, "--state", folder / "state"],
                 b"intake mail ", stderr=subprocess.PIPE)
    peer = Heard([BUILD / "bench/peer_idle", str(rig.ports["imaps"]), OTHER,
                  rig.password(OTHER)],
                 b"NEW", stdout=subprocess.PIPE)
    return ours, peer


def _deliver(rig, user, number):
    """The moment at which the server had taken it."""
    rig.deliver_lmtp(user, MAIL % (user.encode(), number, number), "a@utskott.example")
    return time.monotonic()


def measure():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="waiting-"))
    rows = []
    with Rig().start([USER, OTHER]) as rig:
        (folder / "state").mkdir(mode=0o700)
        ours, peer = _both(rig, folder)
        try:
            time.sleep(2)  # both wait by then
            for number in range(MAILS):
                starts = _deliver(rig, USER, number), _deliver(rig, OTHER, number)
                rows += [Row("ours", 1, ours.next() - starts[0], 0),
                         Row("peer", 1, peer.next() - starts[1], 0)]
                time.sleep(0.7)  # nothing of it is on its way any more
        finally:
            ours.end()
            peer.end()
            shutil.rmtree(folder)
    return rows


def lines(rows):
    """The table's: moments in milliseconds, and what ours takes above the peer's."""
    took = {who: [1000 * r.seconds for r in rows if r.who == who] for who in ("ours", "peer")}
    above = statistics.median(a - b for a, b in zip(took["ours"], took["peer"]))
    return [(NAME, f"{statistics.median(took['ours']):.1f} ms", "", "", f"+{above:.1f} ms"),
            (f"  {PEER}", f"{statistics.median(took['peer']):.1f} ms", "", "", "")]
