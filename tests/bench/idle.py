#!/usr/bin/python3 -B
"""make idle: what the daemon costs while nothing happens.

The example office on a Dovecot and a Postfix of its own, a few meetings in the calendar,
mail read and invitations sent; then nothing, for SECONDS. Counted from /proc for the parent
and every worker: CPU time, memory, and how often it woke up (voluntary context switches).
"""
import argparse
import datetime
import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from rig import Rig, programs  # noqa: E402
from rig.mails import make_event, make_ics, make_mail  # noqa: E402
from rig.office import addresses, write_config  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
MAILBOX = "utskott@linkoping.example"


def fields(path):
    """`Name: value` lines; none where the process may not be looked into."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    return {name: value.split()[0] for name, _, value in (l.partition(":") for l in lines)
            if value.split()}


def look_at(pid):
    """CPU seconds, wake-ups, and KiB of one process."""
    process = pathlib.Path(f"/proc/{pid}")
    words = (process / "stat").read_text().rpartition(")")[2].split()
    wakes = sum(int(fields(task / "status")["voluntary_ctxt_switches"])
                for task in (process / "task").iterdir())
    memory, shares = fields(process / "status"), fields(process / "smaps_rollup")
    return {"cpu": (int(words[11]) + int(words[12])) / TICKS, "wakes": wakes,
            "rss": int(memory.get("VmRSS", 0)), "own": int(memory.get("RssAnon", 0)),
            "pss": int(shares.get("Pss", 0))}


def name_of(line):
    words = line.split()
    return words[words.index("--worker") + 1] if "--worker" in words else "parent"


def look(daemon):
    lines = {daemon.pid: "", **daemon.workers()}
    return {pid: {"name": name_of(line), **look_at(pid)} for pid, line in lines.items()}


def is_settled(before, daemon):
    """Nobody has used any CPU for a second."""
    time.sleep(1)
    now = look(daemon)
    return {p: v["cpu"] for p, v in now.items()} == {p: v["cpu"] for p, v in before.items()}


def make_work(rig, config):
    start = datetime.datetime.now().replace(hour=18, minute=0, second=0, microsecond=0)
    events = [make_event(f"m{n}@kalender.example", start + datetime.timedelta(days=days),
                         summary="Trygghetsråd Ekholmen", rrule="FREQ=WEEKLY;COUNT=20")
              for n, days in enumerate((5, 40))]
    (config / "calendars/sakerhetsenheten/moten.ics").write_bytes(make_ics(*events))
    for n in range(20):
        rig.send("asa.lindstrom@parti.example", make_mail(
            "asa.lindstrom@parti.example", MAILBOX, f"Fråga {n}", "Hej!\n"))
    rig.wait_until_delivered()


def show(before, after, seconds):
    print(f"idle for {seconds:.0f} s\n\n{'process':<10}{'CPU s':>8}{'wake-ups/min':>14}"
          f"{'RSS MiB':>9}{'PSS MiB':>9}{'own MiB':>9}")
    total = dict.fromkeys(("cpu", "wakes", "rss", "pss", "own"), 0)
    for pid, now in after.items():
        row = {key: now[key] for key in total}
        for key in ("cpu", "wakes"):
            row[key] -= before[pid][key]
        for key in total:
            total[key] += row[key]
        line(now["name"], row, seconds)
    line("together", total, seconds)


def line(name, row, seconds):
    print(f"{name:<10}{row['cpu']:>8.2f}{row['wakes'] * 60 / seconds:>14.2f}"
          + "".join(f"{row[key] / 1024:>9.1f}" for key in ("rss", "pss", "own")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", nargs="?", type=int, default=600)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="utskick-idle-") as folder, Rig().start() as rig:
        config, state = pathlib.Path(folder, "config"), pathlib.Path(folder, "state")
        state.mkdir(mode=0o700)
        write_config(rig, config)
        rig.add_users(addresses(config))
        make_work(rig, config)
        with programs.run_daemon(config, state) as daemon:
            rig.wait_for(lambda: len(rig.mailbox(MAILBOX, "Sent")) > 3, 30, "letters")
            while not is_settled(look(daemon), daemon):
                pass
            before, started = look(daemon), time.monotonic()
            time.sleep(seconds)
            after = look(daemon)
            if set(after) != set(before):
                raise SystemExit(f"processes came or went:\n{daemon.log()}")
            show(before, after, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
