"""What `utskick` says: without any office, and of an office at work."""
import datetime
import email
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import termios

import pytest

from conftest import Office
from rig import programs
from rig.mails import make_event, make_ics, make_mail
from rig.office import ROOT, addresses
from scene import SECRETARY, Scene, at, clock, make_pdf, parse

UTSKICK = programs.BUILD / "utskick"
SHARED = pathlib.Path(os.environ.get("UTSKICK_SHARED", ROOT.parent / "shared"))
MUSTACHE = SHARED / "corpora" / "mustache"
VERBS = ["status", "plan", "meeting", "explain", "preview", "held", "release", "refuse", "rerun", "resend",
         "questions", "close", "retention", "read", "render", "export", "sign-in"]


def run(*words, stdin=None, check=None, **settings):
    """Bytes in, bytes out."""
    done = subprocess.run([str(w) for w in (UTSKICK, *words)], input=stdin, capture_output=True,
                          timeout=60, **settings)
    assert check is None or done.returncode == check, done.stdout + done.stderr
    return done


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# -- usage


def test_help_names_every_verb_on_lines_of_a_terminals_width():
    text = run("--help", check=0).stdout.decode()
    for verb in VERBS:
        assert re.search(rf"^  {verb} ", text, re.M)
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("words", [
    [], ["nonsense"], ["status", "x"], ["explain"], ["explain", "a", "b"], ["render", "a"],
    ["status", "--days", "3"], ["plan", "--days", "zero"], ["--what"], ["read", "-", "--from", "x"],
    ["preview", "m"], ["refuse", "1", "--meeting", "2"], ["plan", "--now", "today"]])
def test_wrong_usage_is_said_on_stderr_and_ends_with_2(words):
    done = run(*words, stdin=b"", check=2)
    assert (done.stdout, bool(done.stderr)) == (b"", True)


@pytest.mark.parametrize("words", [["status"], ["held"], ["meeting"], ["release", "1"],
                                   ["export", "journal"]])
def test_a_state_folder_where_nothing_has_run_is_named(words, tmp_path):
    done = run("--state", tmp_path, *words, check=1)
    assert str(tmp_path).encode() in done.stderr and b"--state" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_manual_has_every_verb_and_option_and_no_fault():
    page = ROOT / "daemon" / "utskick.1"
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True)
    assert (lint.returncode, lint.stdout) == (0, b"")
    text = page.read_text()
    said = run("--help", check=0).stdout.decode()
    for verb in VERBS:
        assert f".It Cm {verb}" in text
    for option in {*re.findall(r"--(\w+)", said), "now"}:
        assert f"Fl -{option}" in text
    code = (ROOT / "daemon/command/arguments.c").read_text()
    assert set(re.findall(r'\{"(\w+)", ', code)) == set(re.findall(r"Fl -(\w+)", text)) | {"help"}


# -- render


def mustache_cases():
    names = ("comments", "delimiters", "interpolation", "inverted", "partials", "sections")
    for name in names:
        path = MUSTACHE / f"{name}.json"
        if path.exists():
            yield from json.loads(path.read_text())["tests"]


@pytest.mark.skipif(not MUSTACHE.exists(), reason=f"no {MUSTACHE}: set UTSKICK_SHARED")
def test_all_required_cases_of_the_mustache_specification_render_byte_for_byte(tmp_path):
    cases = list(mustache_cases())
    assert len(cases) == 136
    for i, case in enumerate(cases):
        folder = tmp_path / str(i)
        template = write(folder / "template", case["template"])
        data = write(folder / "data.json", json.dumps(case["data"]))
        for name, text in case.get("partials", {}).items():
            write(folder / f"partials/{name}.mustache", text)
        done = run("render", template, data, "--partials", folder / "partials", check=0)
        assert done.stdout == case["expected"].encode(), (case["name"], done.stdout)


@pytest.mark.parametrize("template, data, said", [
    ("{{#a}}", "{}", b"line 1"), ("ok", "{", b"data.json:1"), ("ok", None, b"data.json"),
    ("a\0b", "{}", b"NUL")])
def test_a_template_or_data_that_cannot_be_read_is_named_and_nothing_is_printed(
        template, data, said, tmp_path):
    path = write(tmp_path / "template", template)
    if data is not None:
        write(tmp_path / "data.json", data)
    done = run("render", path, tmp_path / "data.json", check=1)
    assert done.stdout == b"" and said in done.stderr


def test_a_partial_does_not_reach_outside_its_folder(tmp_path):
    write(tmp_path / "secret.mustache", "secret")
    write(tmp_path / "inside/deep/x.mustache", "deep")
    template = write(tmp_path / "t", "[{{> ../secret}}|{{> /etc/passwd}}|{{> deep/x}}]")
    data = write(tmp_path / "d.json", "{}")
    assert run("render", template, data, "--partials", tmp_path / "inside",
               check=0).stdout == b"[||deep]"
    assert run("render", template, data, check=0).stdout == b"[||]"


# -- read


def read(*words, stdin=None, check=0):
    return json.loads(run("read", *words, stdin=stdin, check=check).stdout)


def mail(**about):
    return make_mail("anna@parti.example", "utskott@linkoping.example", about.pop("subject", "Hej"),
                     about.pop("text", "Hej!\n"), **about).as_bytes()


def test_a_mail_is_read_from_a_file_and_from_stdin_alike(tmp_path):
    raw = mail(subject="Kallelse till Ryd åäö", files=[("P.pdf", "application/pdf", b"%PDF-1.4\n")])
    from_file = read(write(tmp_path / "m.eml", raw))
    assert from_file == read("-", stdin=raw)
    assert (from_file["from"], from_file["subject"]) == (
        "anna@parti.example", "Kallelse till Ryd åäö")
    assert from_file["attachments"][0]["size"] == 9


def test_verified_is_said_only_where_a_configuration_says_whom_to_trust(rig, tmp_path):
    rig.write_config(tmp_path / "config")
    vouched = b"Authentication-Results: mx.linkoping.example; dmarc=pass " \
              b"header.from=parti.example\r\n" + mail()
    assert "verified" not in read("-", stdin=vouched)
    assert read("--config", tmp_path / "config", "-", stdin=vouched)["verified"] is True
    assert read("--config", tmp_path / "config", "-", stdin=mail())["verified"] is False


def test_a_calendar_is_known_by_its_content_and_gives_occurrences_in_a_range(tmp_path):
    start = datetime.datetime(2026, 9, 1, 18, 0)
    ics = make_ics(make_event("a@x.example", start, rrule="FREQ=WEEKLY"))
    path = write(tmp_path / "no-name", ics)
    assert "occurrences" not in read(path)
    said = read(path, "--from", "2026-09-01", "--to", "2026-09-22")
    assert [o["starts_at"][:10] for o in said["occurrences"]] == [
        "2026-09-01", "2026-09-08", "2026-09-15"]
    assert read("-", "--from", "2026-09-01", "--to", "2026-09-22", stdin=ics) == said


def test_what_cannot_be_read_says_why_and_ends_with_1(tmp_path):
    bomb = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (i, i)
                    for i in range(2000))
    assert read("-", stdin=bomb, check=1)["broken"].startswith("broken-")
    assert read("-", stdin=b"x" * (36 << 20), check=1)["broken"] == "too-large"
    assert read(write(tmp_path / "x.ics", b"no calendar"), check=1)["broken"] == "broken-parse"
    missing = run("read", tmp_path / "missing", check=1)
    assert b"missing: No such file" in missing.stderr


def test_what_is_printed_does_not_drive_the_terminal():
    raw = mail().replace(b"Subject: Hej", b"Subject: =?utf-8?q?a=1B[31mb=C2=9B=E2=80=AEc?=")
    printed = run("read", "-", stdin=raw, check=0).stdout.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", printed)
    assert "31mb" in json.loads(printed)["subject"]


# -- an office at work

DEAD = "finns-inte@linkoping.example"
MEMBERS = [("anna", "Anna Ek", "anna@parti.example"), ("bo", "Bo Åkerström", "bo@parti.example"),
           ("dead", "Dag Ödman", DEAD)]
CODE, LATER = "RYD-2026-09-14", "RYD-2026-10-20"
FORGED = b"Subject: =?utf-8?q?Till_Ryd=1B[2J=0Autskick:_allt_=C3=A4r_bra?="


def play(office):
    """A meeting that is told of, held, and gets its minutes from a stranger; one far ahead; one
    that no council fits."""
    s = Scene(office, MEMBERS)
    office.rig.reset([a for a in addresses(office.config) if a != DEAD] + [SECRETARY[1]])
    s.put("one", at(7), description=f"Sekreterare: {SECRETARY[0]} <{SECRETARY[1]}>",
          location="Ryds centrum")
    s.put("two", at(43), description=f"Sekreterare: {SECRETARY[0]} <{SECRETARY[1]}>")
    s.put("three", at(9), summary="Trygghetsråd Okända")
    s.run()
    s.run()
    s.answer("anna@parti.example")
    s.send("bo@parti.example", s.minutes_mail("bo@parti.example", f"Protokoll [{CODE}]"))
    forged = email.message_from_bytes(mail().replace(b"Subject: Hej", FORGED))
    s.send("anna@parti.example", forged)
    s.run(clock(8))
    s.run(clock(8))
    return s


@pytest.fixture(scope="module")
def scene(servers, tmp_path_factory):
    servers.reset()
    return play(Office(servers, tmp_path_factory.mktemp("office")))


def say(scene, *words, now=None, check=0, **settings):
    """What it says at a time of the story."""
    moment = (now or clock(8, 9)).isoformat()
    return scene.office.utskick(*words, "--now", moment, check=check, **settings)


def said(scene, *words, **settings):
    return say(scene, *words, as_json=True, **settings).json


def test_status_says_what_waits_and_who_did_not_get_what(scene):
    status = said(scene, "status", check=1)
    assert status["daemon"] == {"running": False, "trouble": []}
    assert {row["address"] for row in status["unserved"]} == {DEAD}
    assert [row["reason"] for row in status["held"]] == ["minutes-no-role"]
    assert len(status["unplaced"]) == 1 and status["needs_person"]
    text = say(scene, "status", check=1).stdout
    for words in ("Dag Ödman", DEAD, "550", "minutes-no-role", "needs a person"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100


def test_status_counts_how_late_the_minutes_are(scene):
    late = [row for row in said(scene, "status", now=clock(20), check=1)["late"]
            if row["what"] == "minutes"]
    assert [(row["id"], row["who"]) for row in late] == [(CODE, SECRETARY[0])]
    # Due by the end of the tenth day after the meeting.
    assert late[0]["minutes_late"] == 2 * 1440 + 8 * 60 + 30


def test_the_plan_says_what_goes_out_when_to_whom_and_why_and_sends_nothing(scene):
    before = scene.database()
    plan = said(scene, "plan", "--days", "60")
    meetings = {m["code"]: m for m in plan["meetings"]}
    steps = {s["what"]: s for s in meetings[LATER]["steps"]}
    assert steps["invitation"]["at"] == "2026-10-06T08:00:00+02:00"
    assert [p["address"] for p in steps["invitation"]["to"]] == [m[2] for m in MEMBERS]
    assert "14 days before" in steps["invitation"]["why"]
    assert [p["address"] for p in steps["minutes-request"]["to"]] == [SECRETARY[1]]
    [unplaced] = [m for m in meetings.values() if m["state"] == "unplaced"]
    assert "no council" in unplaced["warnings"][0]
    text = say(scene, "plan", "--days", "60").stdout
    for words in ("Anna Ek", "Utskottet Nordväst", "2026-10-06 08:00", "Nothing was sent"):
        assert words in text
    assert LATER not in say(scene, "plan", "--days", "10").stdout
    assert scene.database() == before


def test_a_meetings_file_shows_per_recipient_what_reached_whom(scene):
    file = said(scene, "meeting", CODE)
    people = {p["address"]: p for p in file["recipients"]}
    anna, bo, dead = (people[m[2]] for m in MEMBERS)
    assert (anna["answer"]["partstat"], anna["invitation"]["reached"]) == ("ACCEPTED", "yes")
    assert (bo["invitation"]["state"], bo["unserved"]) == ("sent", False)
    assert (dead["invitation"]["state"], dead["unserved"]) == ("failed", True)
    assert file["invitations"] == {"owed": 3, "reached": 2, "waiting": 0, "unserved": 1}
    text = say(scene, "meeting", CODE).stdout
    row = next(line for line in text.splitlines() if "bo@parti" in line)
    assert row.startswith("Bo Åkerström") and "sent 7 Sep" in row
    assert text == say(scene, "meeting", CODE.lower()).stdout
    assert [m["code"] for m in said(scene, "meeting")][::2] == [CODE, LATER]


def test_a_meeting_far_ahead_shows_whom_it_will_be_told_to(scene):
    file = said(scene, "meeting", LATER)
    assert {p["invitation"]["due_at"] for p in file["recipients"]} == {
        "2026-10-06T08:00:00+02:00"}
    assert file["invitations"]["waiting"] == 3


def test_explain_gives_the_reason_of_a_mail_by_number_and_by_message_id(scene):
    [row] = scene.incoming(reason="minutes-no-role")
    by_number = say(scene, "explain", row["register"]).stdout
    assert by_number == say(scene, "explain", row["message_id"]).stdout
    assert "neither secretary nor chair" in " ".join(by_number.split())
    file = said(scene, "explain", row["register"])
    assert [e["why"] for e in file["journal"]] == ["minutes-no-role"]
    assert file["attachments"][0]["name"] == "Protokoll.pdf"


def test_explain_gives_every_step_of_a_delivery_and_the_servers_words(scene):
    [row] = [d for d in scene.deliveries("invitation") if d["address"] == DEAD]
    file = said(scene, "explain", f"d{row['id']}")
    assert (file["state"], file["meeting"]) == ("failed", CODE)
    assert [e["why"] for e in file["journal"]] == ["owed", "server-refused"]
    assert file["reply"].startswith("550")
    assert said(scene, "explain", row["message_id"]) == file


@pytest.mark.parametrize("words", [
    ["explain", "2026-999999"], ["explain", "d999"], ["explain", "<no@such.example>"],
    ["meeting", "XXX"], ["release", "999"], ["refuse", "2026-000001"], ["rerun", "2026-999999"],
    ["resend", "999"], ["resend", "d999"],
    ["preview", "XXX", "invitation"], ["preview", CODE, "invitation", "--to", "x@y.example"]])
def test_what_is_not_there_is_said_and_ends_with_1(scene, words):
    done = say(scene, *words, check=1)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1


def test_a_forged_subject_stays_on_its_line_without_its_escapes(scene):
    [row] = [r for r in scene.rows("incoming") if "Till Ryd" in r.get("subject", "")]
    for words in (["explain", row["register"]], ["export", "incoming"]):
        text = say(scene, *words).stdout
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]|^utskick:", text, re.M)


def whole(raw):
    """A mail without what differs from one writing to the next."""
    parts = [parse(raw)["Subject"], parse(raw)["To"]]
    for part in parse(raw).walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            parts.append((part.get_content_type(),
                          re.sub(rb"DTSTAMP:\d+T\d+Z", b"", content)))
    return parts


def preview(scene, *words):
    return run("--config", scene.office.config, "--state", scene.office.state, "--now",
               clock(0).isoformat(), "preview", *words, check=0).stdout


def test_the_preview_is_the_mail_that_goes_out(scene):
    [sent] = scene.raw("bo@parti.example", "invitation")
    shown = preview(scene, CODE, "invitation", "--to", "Bo@Parti.example")
    assert b"\n" not in shown.replace(b"\r\n", b"")
    assert whole(shown) == whole(sent)
    assert b"Message-ID: <preview@" in shown
    assert parse(preview(scene, LATER, "invitation"))["To"] == "Anna Ek <anna@parti.example>"
    [asked] = scene.raw(SECRETARY[1], "minutes-request")
    assert whole(preview(scene, CODE, "minutes-request")) == whole(asked)


def test_a_kind_that_is_none_is_wrong_usage(scene):
    assert "minutes-request" in say(scene, "preview", CODE, "letter", check=2).stderr


@pytest.mark.parametrize("what", ["incoming", "deliveries", "meetings", "answers", "minutes",
                                  "journal"])
def test_export_prints_an_object_a_line_and_keeps_to_its_days(scene, what):
    rows = say(scene, "export", what).rows
    assert all(isinstance(row, dict) for row in rows) and (rows or what == "minutes")
    assert say(scene, "export", what, "--from", "2030-01-01").stdout == ""
    assert say(scene, "export", what, "--from", "2020-01-01", "--to", "2029-12-31").rows == rows


def test_the_last_day_of_an_export_is_in_it(scene):
    rows = say(scene, "export", "meetings", "--from", "2026-09-14", "--to", "2026-09-14").rows
    assert [row["code"] for row in rows] == [CODE]


def test_an_export_of_something_else_is_wrong_usage(scene):
    assert "journal" in say(scene, "export", "people", check=2).stderr


def test_colour_only_on_a_terminal_and_never_with_no_color(scene):
    def on_terminal(**extra):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        child = subprocess.Popen(
            [UTSKICK, "--config", scene.office.config, "--state", scene.office.state, "meeting"],
            stdout=theirs, env={**environment, "TERM": "xterm", **extra})
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 4096):
                text += piece
        except OSError:  # the other side is closed
            pass
        os.close(ours)
        assert child.wait(30) == 0
        return text.decode()

    assert "\x1b[31m" in on_terminal()
    assert "\x1b" not in on_terminal(NO_COLOR="1")
    assert "\x1b" not in on_terminal(TERM="dumb")
    assert "\x1b" not in say(scene, "meeting").stdout
    plain = on_terminal(NO_COLOR="1")
    assert max(len(line) for line in plain.splitlines()) <= 80


def test_a_configuration_with_mistakes_stops_only_what_needs_it(scene, tmp_path):
    config = write(tmp_path / "utskick.json", '{"office": {"time_zone": "Europe/Stockholm"}}').parent
    words = ["--config", config, "--state", scene.office.state]
    assert "utskickd --check" in run(*words, "held", check=0).stderr.decode()
    assert b"2026-09-14 18:00" in run(*words, "meeting", check=0).stdout
    assert b"utskick.json:1:" in run(*words, "plan", check=1).stderr


# -- deciding; each with an office of its own


@pytest.fixture
def own(office):
    return play(office)


def test_a_release_is_done_at_the_next_run_where_no_daemon_runs(own):
    [row] = said(own, "held")
    assert row["meeting"] == CODE
    text = say(own, "release", row["register"]).stdout
    assert "next run" in text
    assert say(own, "held").stdout == "Nothing waits.\n"
    assert say(own, "release", str(row["id"]), check=1).stdout == ""
    own.run(clock(8, 10))
    own.run(clock(8, 10))
    assert [d["state"] for d in own.deliveries("minutes") if d["address"] != DEAD] == ["sent"] * 2
    assert len(own.letters("anna@parti.example", "minutes")) == 1


def test_minutes_that_failed_are_sent_again_when_somebody_says_so(own):
    say(own, "release", said(own, "held")[0]["register"])
    own.run(clock(8, 9))
    [row] = [d for d in own.deliveries("minutes") if d["address"] == DEAD]
    own.rig.add_users([DEAD])
    assert f"d{row['id']} to {DEAD} is sent again" in say(own, "resend", f"d{row['id']}").stdout
    own.run(clock(8, 10))
    [sent] = own.letters(DEAD, "minutes")
    assert sent["Message-ID"] == row["message_id"]
    assert [e["why"] for e in said(own, "explain", f"d{row['id']}")["journal"]][-2:] == [
        "again-by-word", "server-accepted"]
    for state, kind in (("sent", "minutes"), ("failed", "invitation")):
        [other] = [d for d in own.deliveries(kind) if d["address"] == DEAD]
        refused = say(own, "resend", f"d{other['id']}", check=1).stderr
        assert f"it is {state}" in refused and "the meeting has begun" in refused


def test_the_preview_of_minutes_is_what_went_out(own):
    own.send(SECRETARY[1], own.minutes_mail(SECRETARY[1], f"Protokoll [{CODE}]", make_pdf("Ryd")))
    own.run(clock(8, 11))
    own.run(clock(8, 11))
    [sent] = own.raw("bo@parti.example", "minutes")
    assert whole(preview(own, CODE, "minutes", "--to", "bo@parti.example")) == whole(sent)


def test_minutes_of_no_known_meeting_are_released_for_the_one_that_is_named(own):
    own.send(SECRETARY[1], own.minutes_mail(SECRETARY[1], "Protokoll", make_pdf("Var?")))
    own.run(clock(1, 12))
    held = [row for row in said(own, "held") if "meeting" not in row]
    if not held:
        pytest.skip("the meeting was found without a code")
    assert "--meeting" in say(own, "release", str(held[0]["id"]), check=1).stderr
    assert "XXX" in say(own, "release", str(held[0]["id"]), "--meeting", "XXX", check=1).stderr
    assert said(own, "release", str(held[0]["id"]), "--meeting", CODE)["meeting"] == CODE


def test_an_unknown_mail_is_read_again_and_a_handled_one_is_not(own):
    [unknown] = own.incoming(reason="not-understood")
    assert "is read again" in say(own, "rerun", unknown["register"]).stdout
    own.run(clock(8, 10))
    again = said(own, "explain", unknown["register"])
    assert [e["what"] for e in again["journal"]] == ["recorded", "rerun", "recorded"]
    [answer] = own.incoming(reason="answer-applied")
    assert "neither broken" in say(own, "rerun", answer["register"], check=1).stderr


def test_a_running_daemon_is_seen_and_woken(own):
    number = str(said(own, "held")[0]["id"])
    with own.office.run_daemon(clock(8, 9)):
        workers = said(own, "status", check=1)["daemon"]["workers"]
        assert {w["name"] for w in workers} == {"intake", "office", "dispatch"}
        assert all(w["pid"] > 0 for w in workers)
        assert "the office does it now" in say(own, "refuse", number).stdout
        own.rig.wait_for(lambda: own.incoming(reason="held-refused"), what="the refusal")
