"""What `make install` puts where, and what systemd thinks of the units."""
import datetime
import json
import os
import pathlib
import re
import sys

import pytest

from rig import documents
from rig.mails import make_event, make_ics, make_mail
from rig.office import ROOT
from rig.programs import BUILD, run

UNITS = ("utskickd.service", "utskickd@.service")
MANUALS = ("utskickd.8", "utskick.1", "utskick.json.5", "directory.json.5",
           "utskick-sign-in.7")
# 10 is a service without any limits; 2.0 and below is what systemd calls OK.
HIGHEST_EXPOSURE = 2.0


def install(dest, **variables):
    words = [f"{name}={value}" for name, value in variables.items()]
    run(["make", "-C", ROOT, f"BUILD={BUILD}", f"DESTDIR={dest}", *words, "install"], check=0)
    return dest / "usr/local"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """PREFIX of an installation in a folder."""
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def units(tree, tmp_path_factory):
    """The units with the paths that they have in the folder."""
    folder = tmp_path_factory.mktemp("units")
    for name in UNITS:
        text = (tree / "lib/systemd/system" / name).read_text()
        assert "/usr/local/sbin/utskickd " in text
        (folder / name).write_text(text.replace("/usr/local/sbin/", f"{tree}/sbin/"))
    return folder


def settings(unit):
    lines = unit.read_text().splitlines()
    return [line for line in lines if "=" in line and not line.startswith("#")]


def test_everything_is_put_in_its_place(tree):
    expected = ["sbin/utskickd", "bin/utskick", "lib/sysusers.d/utskick.conf",
                "lib/tmpfiles.d/utskick.conf", "share/utskick/templates/sv/words.json",
                "share/utskick/templates/en/invitation.txt.mustache",
                "share/utskick/utskick.schema.json", "share/doc/utskick/README.md"]
    expected += [f"lib/systemd/system/{name}" for name in UNITS]
    expected += [f"share/man/man{name[-1]}/{name}" for name in MANUALS]
    assert [name for name in expected if not (tree / name).is_file()] == []


def test_nothing_is_put_into_etc_and_no_path_is_left_to_fill_in(tree):
    assert not (tree.parents[1] / "etc").exists()
    written = [p for p in tree.rglob("*") if p.is_file() and p.parent.name != "sbin"
               and p.parent.name != "bin"]
    assert [p for p in written if re.search(rb"@(PREFIX|CONFDIR)@", p.read_bytes())] == []


def test_the_installed_program_finds_the_installed_templates(tree):
    assert b"/usr/local/share/utskick" in (tree / "sbin/utskickd").read_bytes()


def test_the_example_names_templates_and_schemas_where_they_are_installed(tree):
    example = json.loads((tree / "share/doc/utskick/example/utskick.json").read_text())
    for path in (example["templates"], example["$schema"]):
        assert path.startswith("/usr/local/share/utskick/")
        assert (tree.parents[1] / path[1:]).exists(), path


def test_every_manual_that_a_unit_names_is_installed(tree):
    for name in UNITS:
        text = (tree / "lib/systemd/system" / name).read_text()
        for page, section in re.findall(r"man:(\S+)\((\d)\)", text):
            assert (tree / f"share/man/man{section}/{page}.{section}").is_file(), page


def test_systemd_has_nothing_to_say_against_the_units(units):
    done = run(["systemd-analyze", "verify", "--man=no", *(units / name for name in UNITS)])
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "utskick" in line]
    assert (ours, done.returncode) == ([], 0)


@pytest.mark.parametrize("name", UNITS)
def test_a_service_is_exposed_as_little_as_it_can_be(units, name):
    done = run(["systemd-analyze", "security", "--offline=yes", "--no-pager", units / name],
               env={**os.environ, "SYSTEMD_COLORS": "0"})
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert level, done.stdout + done.stderr
    assert float(level[1]) <= HIGHEST_EXPOSURE


def test_the_service_for_many_differs_only_in_whose_it_is(tree):
    one, many = (settings(tree / "lib/systemd/system" / name) for name in UNITS)
    own = ("TemporaryFileSystem=", "BindPaths=", "BindReadOnlyPaths=")
    same = [line.replace("/%i", "").replace(" for %i", "") for line in many
            if not line.startswith(own)]
    assert same == one
    assert len(many) == len(same) + len(own)


def test_a_service_stops_slower_than_the_daemon_gives_its_workers(tree):
    patience = re.search(r"STOP_PATIENCE_MS (\d+)",
                         (ROOT / "daemon/supervisor/children.c").read_text())
    for name in UNITS:
        text = (tree / "lib/systemd/system" / name).read_text()
        stop = re.search(r"^TimeoutStopSec=(\d+)s$", text, re.M)
        assert int(stop[1]) * 1000 > int(patience[1])


def test_systemd_understands_the_line_that_makes_the_user(tree, tmp_path):
    done = run(["systemd-sysusers", "--dry-run", f"--root={tmp_path}",
                tree / "lib/sysusers.d/utskick.conf"], check=0)
    assert "Creating user 'utskick'" in done.stdout + done.stderr


@pytest.fixture
def served(office, tree):
    """The office's programs under the service's filters and without privileges."""
    words = [sys.executable, "-B", pathlib.Path(__file__).with_name("under_service.py"),
             tree / "lib/systemd/system/utskickd.service"]
    if os.getuid() == 0:
        words = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *words]
    return lambda *command, **settings: run([*words, *command], **settings)


def test_the_filters_of_the_service_take_effect(served):
    refused = served(sys.executable, "-c", "import os; os.chroot('/')")
    assert "Operation not permitted" in refused.stderr
    refused = served(sys.executable, "-c", "import socket; socket.socket(socket.AF_NETLINK)")
    assert "Operation not permitted" in refused.stderr


def test_the_daemon_does_its_work_with_what_the_service_leaves_it(office, served):
    event = make_event("a@b.example", datetime.datetime(2026, 9, 14, 18, 0),
                       summary="Trygghetsråd Ryd")
    office.put_calendar("ryd.ics", make_ics(event))
    now = "2026-09-07T08:30:00+02:00"
    done = served(BUILD / "utskickd", "--config", office.config, "--state", office.state,
                  "--once", "--now", now, check=0)
    assert "trouble" not in done.stderr
    office.rig.wait_until_delivered()
    sent = [d for d in office.rig.deliveries() if d.status == "sent"]
    assert len(sent) > 3
    assert len(office.rig.mailbox(office.mailbox, "Sent")) >= len(sent)
    # pdftotext too, which the office starts under a narrower filter still.
    minutes = make_mail(office.security_unit, office.mailbox, "Protokoll [RYD-2026-09-14]", "Se bilagan.\n",
                        [("Protokoll.pdf", "application/pdf", documents.pdf())])
    office.rig.send(office.security_unit, minutes, [office.mailbox])
    office.rig.wait_until_delivered()
    done = served(BUILD / "utskickd", "--config", office.config, "--state", office.state,
                  "--once", "--now", "2026-09-15T08:30:00+02:00", check=0)
    assert "minutes-text-unread" not in done.stderr
    assert [row["meeting"] for row in office.json("search", "lyktor")] == ["RYD-2026-09-14"]
