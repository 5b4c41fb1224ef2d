"""Ends workers at a chosen call, fills the disk, sets the clock, loses names: see meddle.c."""
import os
import pathlib
import subprocess
import time

import pytest

from scene import NOW

SOURCE = pathlib.Path(__file__).with_suffix(".c")


@pytest.fixture(scope="session")
def meddle(tmp_path_factory):
    """meddle(kill="office:12") or meddle(full=path): an environment for the programs."""
    library = tmp_path_factory.mktemp("meddle") / "meddle.so"
    subprocess.run([*os.environ.get("CC", "gcc").split(), "-shared", "-fPIC", "-O2", "-o", library, SOURCE,
                    "-ldl"], check=True)

    def environment(**settings):
        # A build with AddressSanitizer wants to be the first library.
        asan = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return {**os.environ, "LD_PRELOAD": str(library), "ASAN_OPTIONS": asan,
                **{f"MEDDLE_{name.upper()}": str(value) for name, value in settings.items()}}
    return environment


class Clock:
    """The programs' clock: NOW at its making, and as much ahead of it as it is set."""

    def __init__(self, path):
        self.path, self.start = path, time.time()
        self.set(0)

    def set(self, seconds):
        new = self.path.with_suffix(".new")
        new.write_text(str(int(NOW.timestamp() - self.start + seconds)))
        new.rename(self.path)


@pytest.fixture
def set_clock(tmp_path):
    """For meddle(clock=set_clock.path); set_clock.set(86400) is tomorrow."""
    (tmp_path / "clock").mkdir()
    return Clock(tmp_path / "clock" / "ahead")
