"""Servers and the programs under test for the flow tests.

    servers  Dovecot and Postfix, started once for all tests
    rig      the same, as newly started: nobody there, nothing queued
    meddle   ends a worker at a chosen call, fills the disk, loses names (meddle.py)
    set_clock  the programs' clock, to be set
    office   the example office on the rig, with a mailbox for everybody in it
    small_disk  a disk of its own for the state of the module's `scene`

Helpers to import: rig.mails (make_event, make_ics, make_mail, make_reply, make_pdf),
rig.programs (run_once, run_daemon, utskick, check_config).
"""
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from fault_table import pytest_configure, pytest_terminal_summary  # noqa: E402,F401
from meddle import meddle, set_clock  # noqa: E402,F401
from rig import Rig, programs  # noqa: E402
from rig.office import addresses  # noqa: E402


@pytest.fixture(scope="session")
def servers():
    with Rig().start() as started:
        yield started


@pytest.fixture
def rig(servers):
    servers.reset()
    return servers


class Office:
    """An office of its own: config and state folders, and the programs run on them."""

    mailbox = "utskott@linkoping.example"
    coordinator = "maria.sjoberg@linkoping.example"
    security_unit = "sakerhetsenheten@linkoping.example"

    def __init__(self, rig, folder):
        self.rig = rig
        self.config = folder / "config"
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        self.configure()

    def configure(self, overrides=None):
        """Writes the config anew; see rig.office.write_config. New people get mailboxes."""
        self.rig.write_config(self.config, overrides)
        self.rig.add_users(addresses(self.config))

    def put_calendar(self, name, ics, folder="calendars/sakerhetsenheten"):
        """Puts a calendar file in place at once and whole, as a careful program does."""
        path = self.config / folder / name
        new = path.with_name(f".{name}.new")
        new.write_bytes(ics)
        new.rename(path)
        return path

    def run_once(self, now=None, **settings):
        return programs.run_once(self.config, self.state, now, **settings)

    def run_daemon(self, now=None, **settings):
        return programs.run_daemon(self.config, self.state, now, **settings)

    def utskick(self, *words, **settings):
        return programs.utskick(self.config, self.state, *words, **settings)

    def json(self, *words, **settings):
        """What `utskick --json WORDS` says, read."""
        return self.utskick(*words, as_json=True, **settings).json

    def check(self, check=None):
        return programs.check_config(self.config, self.state, check)


@pytest.fixture
def office(rig, tmp_path):
    return Office(rig, tmp_path)


# Where several processes share the tests, the longest files begin first.
LONGEST = ("test_kill", "test_faults_imap", "test_faults_smtp", "test_bad_input")


def pytest_collection_modifyitems(items):
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(LONGEST)))


@pytest.fixture
def small_disk(scene, tmp_path):
    """The office's state on a disk of its own, of 16 MiB."""
    if os.getuid() != 0:
        pytest.skip("mounting a small disk takes root")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]).returncode:
        pytest.skip("no disk can be mounted here")
    scene.office.state = disk / "state"
    scene.office.state.mkdir(mode=0o700)
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)
