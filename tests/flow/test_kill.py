"""Killed with -9, anywhere: everything that was promised arrives, and nothing twice after its 250.

UTSKICK_KILLS=n kills n times (make kill-test: 1000), UTSKICK_SEED=n repeats a run.
"""
import collections
import contextlib
import datetime
import os
import random
import signal
import subprocess
import time

import pytest

from rig import programs
from rig.mails import make_reply
from scene import SECRETARY, Scene, at, clock, make_mail, parse

MEMBERS = [f"medlem{n}@utskott.example" for n in range(1, 7)]
KILLS = int(os.environ.get("UTSKICK_KILLS", "200"))
SEED = int(os.environ.get("UTSKICK_SEED", random.randrange(10**6)))
ROUNDS = 10
FUTURE = [at(2 + n) for n in range(ROUNDS)]
PAST = [at(-2 - n) for n in range(ROUNDS)]


class Clock:
    """Runs on by itself, so that nothing waits for the test's."""

    def __init__(self):
        self.started, self.now = time.monotonic(), clock(0, 9)

    def __call__(self):
        self.now += datetime.timedelta(seconds=2)
        return self.now + datetime.timedelta(seconds=time.monotonic() - self.started)


@pytest.fixture
def scene(office):
    s = Scene(office, MEMBERS, {"limits": {"automatic_mail_per_day": 50}})
    s.clock, s.sent_in = Clock(), []
    return s


def hand_in(s, mail):
    s.rig.send(str(mail["From"]), mail, [s.mailbox])
    s.sent_in.append(mail["Message-ID"])


def feed_meetings(s, n):
    """One to invite six people to, one whose minutes are owed to six."""
    s.put(f"kommer-{n}", FUTURE[n])
    s.put(f"var-{n}", PAST[n], secretary=SECRETARY)


def feed_minutes(s, n):
    hand_in(s, s.minutes_mail(SECRETARY[1], f"Protokoll [RYD-{PAST[n]:%Y-%m-%d}]"))


def feed_question(s, n):
    hand_in(s, make_mail(MEMBERS[n % 6], s.mailbox, f"Fråga {n}", "Hej!\n"))


def feed_answer(s, n):
    for raw in s.raw(MEMBERS[n % 6], "invitation")[-1:]:
        hand_in(s, make_reply(raw, MEMBERS[n % 6], "ACCEPTED", now=s.clock()))


FEEDS = (feed_meetings, feed_minutes, feed_question, feed_answer)


def finish(s):
    """Runs undisturbed until nothing is left to do."""
    for _ in range(20):
        s.run(s.clock(), check=None)
        if not {d["state"] for d in s.deliveries()} & {"due", "sending", "unknown", "deferred"}:
            break
    s.run(s.clock(), check=0)


# -- what must hold whatever happened


def handed_over(s):
    """(Message-ID, recipient) -> how often the server took it to the mailbox."""
    return collections.Counter((d.message_id, d.recipient) for d in s.rig.deliveries()
                               if d.status == "sent" and d.recipient != s.mailbox)


def journal_of_deliveries(s):
    """delivery -> the reasons of its moves, in order."""
    moves = collections.defaultdict(list)
    for row in s.rows("journal"):
        if row.get("delivery"):
            moves[row["delivery"]].append(row.get("why"))
    return moves


def check_deliveries(s, promised):
    """Everyone is served; more often than once only where the outcome was not known.
    Returns how many went out again."""
    deliveries, moves, handed = s.deliveries(), journal_of_deliveries(s), handed_over(s)
    assert collections.Counter(d["letter"] for d in deliveries) == promised
    again = 0
    for d in deliveries:
        assert d["served"], d
        reasons = moves[d["id"]]
        # A 250 on record once, or never where the answer to it came before we looked again.
        known = [why for why in reasons if why in ("server-accepted", "answered")]
        assert known and reasons.count("server-accepted") <= 1, (d, reasons)
        assert "sent-again" not in reasons[reasons.index(known[0]):], (d, reasons)
        times = handed.pop((d["message_id"], d["address"]), 0)
        assert 1 <= times <= 1 + reasons.count("sent-again"), (d, reasons, times)
        again += times - 1
    assert not handed, "mail that no delivery stands for"
    return again


def check_mailboxes(s):
    """Each member has each letter under one Message-ID, whatever was sent again."""
    for member in MEMBERS:
        ids = {(parse(raw)["Subject"], parse(raw)["X-Utskick"]): set() for raw in
               s.rig.mailbox(member)}
        for raw in s.rig.mailbox(member):
            ids[parse(raw)["Subject"], parse(raw)["X-Utskick"]].add(parse(raw)["Message-ID"])
        assert all(len(found) == 1 for found in ids.values()), (member, ids)


def check_register(s):
    """Every mail registered once, the register without gaps, every decision done."""
    rows = s.rows("incoming")
    assert sorted(row["message_id"] for row in rows) == sorted(s.sent_in)
    numbers = [int(row["register"][5:]) for row in rows]
    assert numbers == list(range(1, len(rows) + 1))
    assert {row["class"] for row in rows} <= {"minutes", "unknown", "itip"}
    lying = [parse(raw)["Message-ID"] for folder in ("INBOX", "Hanterat")
             for raw in s.rig.mailbox(s.mailbox, folder)]
    assert sorted(lying) == sorted(s.sent_in)


def check_sent_folder(s):
    """A copy of everything; one more where the end came between APPEND and its record."""
    copies = collections.Counter(parse(raw)["Message-ID"] for raw in
                                 s.rig.mailbox(s.mailbox, "Sent"))
    assert set(copies) == {d["message_id"] for d in s.deliveries()}
    assert set(copies.values()) == {1}


def check_all(s, promised):
    again = check_deliveries(s, promised)
    check_mailboxes(s)
    check_register(s)
    check_sent_folder(s)
    return again


# -- each worker, in the middle of each of its steps

# Calls through which bytes leave the worker, counted from its start; far apart at the end,
# where most of them are.
POINTS = {"intake": (2, 5, 9, 14, 20, 27, 35, 44, 60, 85), "dispatch": (3, 6, 10, 15, 21, 28, 36,
          45, 63, 90), "office": (2, 7, 15, 24, 37, 52, 70, 95, 130, 180)}


@pytest.mark.fault
@pytest.mark.parametrize("worker", POINTS)
# R1
def test_killed_at_any_of_its_steps_a_worker_goes_on_where_it_stood(scene, meddle, worker):
    s, died = scene, 0
    for n, point in enumerate(POINTS[worker]):
        for feed in FEEDS:
            feed(s, n)
        ran = s.run(s.clock(), check=None, env=meddle(kill=f"{worker}:{point}"))
        died += f"worker-died worker={worker} signal=9" in ran.stderr
        s.run(s.clock(), check=None)
    finish(s)
    check_all(s, {"invitation": 60, "minutes": 60, "receipt": 10})
    assert died >= 6, f"only {died} of {ROUNDS} points were reached"


# -- anywhere


class Killer:
    """Starts the daemon and ends it at a random moment: all of it, or one process of it."""

    def __init__(self, scene, seed):
        self.s, self.random, self.kills = scene, random.Random(seed), 0

    def start(self):
        command = programs._command("utskickd", self.s.office.config, self.s.office.state,
                                    self.s.clock())
        return subprocess.Popen([str(word) for word in command] + ["--once"],
                                stderr=subprocess.PIPE, start_new_session=True)

    def wait_for_a_moment(self, process):
        """Some time, or some line of the log and a little time: there is work just then."""
        if self.random.random() < 0.4:
            self.sleep(0.25)
            return
        for _ in range(self.random.randrange(1, 7)):
            if not process.stderr.readline():
                return
        self.sleep(self.random.choice((0, 0.001, 0.005, 0.02)))

    def sleep(self, longest):
        # The moment is what is tried here; nothing is waited for.
        time.sleep(self.random.uniform(0, longest))

    def strike_one(self, process):
        """One process of them: the others go on, for a while."""
        family = [process.pid, *programs.Daemon(process, os.devnull).workers()]
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.random.choice(family), signal.SIGKILL)
            self.kills += 1
        self.sleep(0.1)

    def strike_all(self, process):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
            self.kills += 1

    def once(self):
        process = self.start()
        with process.stderr:
            self.wait_for_a_moment(process)
            if process.poll() is None and self.random.random() < 0.3:
                self.strike_one(process)
            if process.poll() is None:
                self.strike_all(process)
            # The pipe ends with the last of them, who also holds the lock.
            process.stderr.read()
        process.wait()


@pytest.mark.fault
# R1
def test_killed_at_random_moments_everything_arrives_and_nothing_twice(scene, record_property):
    s, killer = scene, Killer(scene, SEED)
    print(f"seed {SEED}")
    for step in range(4 * ROUNDS):
        FEEDS[step % 4](s, step // 4)
        while killer.kills < KILLS * (step + 1) // (4 * ROUNDS):
            killer.once()
    finish(s)
    again = check_all(s, {"invitation": 60, "minutes": 60, "receipt": 10})
    figures = f"{killer.kills} kills; {again} mails went out again because nobody knew"
    record_property("figures", figures)
    print(figures)
