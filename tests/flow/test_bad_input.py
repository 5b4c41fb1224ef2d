"""What is wrong, hostile or missing: said once, in words, and the rest goes on."""
import json
import pathlib
import re
import time

import pytest

from gate import Gate
from rig import programs
from scene import (NOW, SECRETARY, Scene, at, clock, make_event, make_ics, make_mail, text_of)

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
SLOW_RULE = "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"
# Far above what it takes here, far below what a hanging parser does.
SECONDS = 20


@pytest.fixture
def scene(office):
    return Scene(office, [ANNA, BERIT])


def within_limit(scene, now=NOW):
    started = time.monotonic()
    scene.run(now)
    assert time.monotonic() - started < SECONDS


# -- configuration


def test_ten_mistakes_are_ten_lines_each_with_file_line_field_and_the_right_form():
    said = programs.check_config(DATA / "config-ten-mistakes", check=1)
    lines = said.stdout.splitlines()
    assert len(lines) == 10, said.stdout
    for line in lines:
        path, number, field, words = re.fullmatch(r"(.+?):(\d+): ([^:]+): (.+)", line).groups()
        text = pathlib.Path(path).read_text().splitlines()
        assert 1 <= int(number) <= len(text)
        assert field.split(".")[-1].split("[")[0] in text[int(number) - 1] or len(words) > 20


def test_the_example_office_has_no_mistakes(scene):
    assert scene.office.check(check=0).stdout == ""


@pytest.mark.parametrize("what, value", [
    ("address", "anna@utskott.example\r\nRCPT TO:<x@evil.test>"),
    ("address", "anna@utskott.example\n"),
    ("address", "<anna@utskott.example>"),
    ("address", "anna @utskott.example"),
    ("address", '"anna x"@utskott.example'),
    ("address", "anna@utskott.example\x00"),
    ("name", "Anna\r\nBcc: x@evil.test"),
])
# A11
def test_control_bytes_and_odd_addresses_in_the_directory_are_refused(scene, what, value):
    path = scene.office.config / "directory.json"
    directory = json.loads(path.read_text())
    person = directory["people"][0]
    person.update({"addresses": [value]} if what == "address" else {"name": value})
    path.write_text(json.dumps(directory))
    scene.put("ryd-1", at(5))
    lines = scene.office.check(check=1).stdout.splitlines()
    assert lines and all(str(path) in line for line in lines)
    scene.run(check=1)
    assert scene.rig.deliveries() == []


def test_a_password_that_others_can_read_is_refused(scene):
    (scene.office.config / "secret-imap").chmod(0o644)
    assert "chmod 600" in scene.office.check(check=1).stdout


def test_a_second_daemon_on_the_same_state_is_refused_and_told_who_has_it(scene):
    with scene.office.run_daemon(NOW) as daemon:
        second = scene.run(check=75)
        assert f"another utskickd (process {daemon.pid}) works on" in second.stderr
        assert scene.office.utskick("status", check=None).stdout
    scene.run()


# -- calendars


def broken_calendar(kind):
    good = make_event("x", at(6), summary="Trygghetsråd Ryd")
    return {"garbage": b"\x00\x01\x02 not a calendar",
            "cut": make_ics(good)[:-40],
            "slow rule": make_ics(good.replace("END:VEVENT", f"RRULE:{SLOW_RULE}\nEND:VEVENT"))
            }[kind]


@pytest.mark.parametrize("kind", ["garbage", "cut", "slow rule"])
def test_a_calendar_that_cannot_be_read_is_told_once_and_the_others_work(scene, kind):
    scene.put("ryd-1", at(5))
    scene.office.put_calendar("aa-trasig.ics", broken_calendar(kind))
    within_limit(scene)
    scene.run()
    scene.run(clock(1))
    for member in scene.members:
        assert len(scene.raw(member, "invitation")) == 1
    notice = scene.only(scene.coordinator, "calendar-notice")
    assert "aa-trasig.ics" in text_of(notice)


def test_what_a_broken_calendar_said_before_still_holds(scene):
    scene.put("ryd-1", at(5))
    scene.run()
    scene.office.put_calendar("moten.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n")
    scene.run(clock(1))
    assert scene.raw(ANNA, "cancellation") == []
    assert scene.only(scene.coordinator, "calendar-notice")


def test_check_names_the_calendar_that_cannot_be_read(scene):
    path = scene.office.put_calendar("trasig.ics", b"not a calendar")
    assert scene.office.check(check=1).stdout.startswith(f"{path}:")


# -- mail


def deep_mail(depth=20000):
    head = (b"From: anna@utskott.example\r\nTo: utskott@linkoping.example\r\n"
            b"Subject: djupt\r\nMIME-Version: 1.0\r\n")
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
                      for n in range(depth))
    return head + nested + b"Content-Type: text/plain\r\n\r\nhej\r\n"


def mail_with_slow_rule():
    event = make_event("x", at(6)).replace("END:VEVENT", f"RRULE:{SLOW_RULE}\nEND:VEVENT")
    mail = make_mail(ANNA, "utskott@linkoping.example", "regel", "Hej\n")
    mail.add_attachment(make_ics(event, method="REQUEST"), maintype="text", subtype="calendar",
                        params={"method": "REQUEST"}, filename="x.ics")
    return mail.as_bytes()


@pytest.mark.parametrize("kind", ["deep", "rule"])
# F4
def test_a_mail_that_cannot_be_read_is_broken_with_a_reason_and_the_next_is_handled(scene, kind):
    scene.put("ryd-1", at(5))
    scene.run()
    scene.rig.deliver_lmtp(scene.mailbox, deep_mail() if kind == "deep" else mail_with_slow_rule())
    scene.answer(ANNA)
    within_limit(scene)
    first, second = scene.rows("incoming")
    assert (first["class"], first["outcome"], first["reason"]) == (
        "broken", "broken", "broken-limit")
    assert second["reason"] == "answer-applied"
    [(subject, flags)] = scene.lying().items()
    assert subject in ("djupt", "regel") and "\\Seen" not in flags
    assert "limit" in scene.office.utskick("explain", first["register"]).stdout


# F3
def test_a_mail_over_which_the_reader_dies_is_set_aside_and_can_be_read_again(scene, meddle):
    scene.send(ANNA, make_mail(ANNA, scene.mailbox, "Hej", "En fråga\n"))
    scene.run(env=meddle(kill="reader:1"))
    [row] = scene.rows("incoming")
    assert (row["class"], row["reason"]) == ("broken", "broken-crash")
    scene.run()
    assert scene.rows("incoming") == [row]
    scene.office.utskick("rerun", row["register"])
    scene.run()
    assert [r["reason"] for r in scene.rows("incoming")] == ["not-understood"]


def test_a_reader_that_dies_now_and_then_costs_no_mail(scene, meddle):
    """Nor the one that it had been given ahead."""
    scene.fill(make_mail(ANNA, scene.mailbox, f"Borta {n}", "Hej!\n",
                         headers={"Auto-Submitted": "auto-replied"}).as_bytes() for n in range(60))
    scene.run(env=meddle(kill="reader:40"))
    assert [row["reason"] for row in scene.rows("incoming")] == ["auto-reply"] * 60
    [(most, again)] = scene.query("SELECT max(tries), sum(tries > 1) FROM incoming")
    assert most == 2 and 1 <= again < 30


def large_mail(mib, subject="Stort"):
    line = b"x" * 76 + b"\r\n"
    return (f"From: Anna Al <{ANNA}>\r\nTo: utskott@linkoping.example\r\nSubject: {subject}\r\n"
            "Message-ID: <stort@utskott.example>\r\n\r\n").encode() + line * (mib * 2**20 // 78 + 1)


@pytest.mark.parametrize("mib, limit", [(2, 1), (40, 35)])
def test_a_mail_over_the_limit_is_left_registered_and_told_once(scene, mib, limit):
    scene.configure(scene.members, {"imap": {"largest_mail_mib": limit},
                                    "minutes": {"largest_mib": 1}})
    scene.rig.deliver_lmtp(scene.mailbox, large_mail(mib))
    scene.send(ANNA, make_mail(ANNA, scene.mailbox, "Litet", "Hej\n"))
    scene.run()
    scene.run(clock(1))
    large, small = scene.rows("incoming")
    assert (large["state"], large["reason"], large["outcome"]) == (
        "too-large", "too-large", "recorded")
    assert large["size"] > mib * 2**20 and large["subject"] == "Stort" and ANNA in large["from"]
    assert small["reason"] == "not-understood"
    assert set(scene.lying()) == {"Stort", "Litet"}
    assert not any("\\Seen" in flags for flags in scene.lying().values())
    notice = scene.only(scene.coordinator, "too-large-notice")
    assert "Stort" in text_of(notice) and ANNA in text_of(notice)
    assert (scene.office.state / "utskick.db").stat().st_size < mib * 2**20


# A13
def test_odd_line_ends_make_one_registered_mail_each(scene):
    for n, body in enumerate((b"a\nb\n.\nMAIL FROM:<x@evil.test>\n", b"a\rb\r.\r", b"\n.\r\n", b"")):
        scene.rig.deliver_lmtp(scene.mailbox, b"From: %s\r\nSubject: %d\r\n\r\n" % (
            ANNA.encode(), n) + body)
    scene.run()
    uids = [uid for uid, _, _ in scene.rig.messages(scene.mailbox)]
    assert [row["uid"] for row in scene.rows("incoming")] == uids


@pytest.mark.parametrize("headers", [
    {"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk", "List-Id": "<x.utskott.example>"}])
# A21
def test_automatic_mail_is_answered_by_nobody(scene, headers):
    scene.put("ryd-1", at(-1), secretary=SECRETARY)
    mail = scene.minutes_mail(SECRETARY[1], "Frånvarande [RYD-2026-09-06]", headers=headers)
    scene.send(SECRETARY[1], mail)
    scene.run()
    assert scene.letters(SECRETARY[1], "receipt") == []


# -- what goes out


EVIL = ("Trygghetsråd Ryd\nBcc: spion@evil.test\n\n.\nMAIL FROM:<x@evil.test>\n"
        "\x07\x1b[31m\t;,\\\"<b>\u202e{{{x}}}%n'); DROP TABLE meeting;--")
LINES = "Rad ett\n.\n..\n.\tx\nFrom här\n" + "lång " * 300 + "\nSlut"


def header_names(mail):
    """Those of the sender; what servers put on top is left out."""
    transport = {"Return-Path", "Delivered-To", "Received", "Authentication-Results"}
    return [name for name in mail.keys() if name not in transport]


# A10
def test_titles_and_places_with_line_ends_and_control_bytes_become_one_clean_mail(scene):
    scene.put("bra", at(3))
    scene.put("elak", at(5), summary=EVIL, location=EVIL, description=LINES,
              secretary=("Karin\tMörk", SECRETARY[1]))
    scene.run()
    good, evil = scene.letters(ANNA, "invitation")
    assert header_names(evil) == header_names(good)
    assert len(scene.rig.deliveries()) == 4
    assert {d.recipient for d in scene.rig.deliveries()} == {ANNA, BERIT}
    for name, value in evil.items():
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f\u202e]", str(value)), name
    assert "spion@evil.test" in evil["Subject"]


# A12
def test_lines_with_a_dot_arrive_as_they_were(scene):
    scene.put("elak", at(5), description=LINES)
    scene.run()
    text = text_of(scene.only(ANNA, "invitation"))
    assert "Rad ett\n.\n..\n.\tx\nFrom här\n" in text or "Rad ett\n.\n..\n. x\nFrom här\n" in text
    assert text.count("lång") >= 300


# A12
def test_every_line_that_goes_out_ends_in_crlf_and_is_short_enough(scene):
    scene.put("elak", at(5), summary=EVIL, description=LINES.replace("\n", "\r\n"))
    scene.run()
    for raw in scene.rig.mailbox(scene.mailbox, "Sent"):
        assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
        assert b"\x00" not in raw
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998


# A11
def test_an_address_in_the_calendar_that_is_none_gets_no_right_and_no_mail(scene):
    scene.put("ryd-1", at(0), description="Sekreterare: Karin <karin@x.example>RCPT TO:<x@evil.test>")
    scene.put("ryd-2", at(0, 12), secretary=("Karin", "karin@x.example%0d%0aRCPT TO:<x@evil.test>"))
    scene.run()
    scene.run(clock(1))
    assert not any("evil" in d.recipient for d in scene.rig.deliveries())


# -- servers and disks


@pytest.mark.fault
def test_a_server_that_is_away_is_said_once_tried_again_and_nothing_is_lost(office):
    rig = office.rig
    with Gate(rig.ports["imaps"]) as imap, Gate(rig.ports["submissions"]) as smtp:
        s = Scene(office, [ANNA], {"imap": {"port": imap.port}, "smtp": {"port": smtp.port}})
        s.put("ryd-1", at(5))
        s.send(ANNA, make_mail(ANNA, s.mailbox, "Hej", "En fråga\n"))
        with office.run_daemon(NOW) as daemon:
            rig.wait_for(lambda: imap.calls > 2 and smtp.calls > 1, 30, "more tries")
            for server in ("imap", "smtp"):
                assert daemon.log().count(f"{server}-trouble") == 1
            imap.open()
            smtp.open()
            rig.wait_for(lambda: s.raw(ANNA, "invitation"), 30, "the invitation")
            rig.wait_for(lambda: s.incoming(reason="not-understood"), 30, "the mail")
            for server in ("imap", "smtp"):
                assert daemon.log().count(f"{server}-back") == 1
    assert len(s.raw(ANNA, "invitation")) == 1
    assert [d["tries"] for d in s.deliveries()] == [1]


def test_connections_that_are_cut_are_made_again(office):
    rig = office.rig
    with Gate(rig.ports["imaps"]) as imap:
        imap.open()
        s = Scene(office, [ANNA], {"imap": {"port": imap.port, "poll_minutes": 60}})
        s.run()
        with office.run_daemon(NOW):
            for n in range(3):
                s.send(ANNA, make_mail(ANNA, s.mailbox, f"Fråga {n}", "Hej\n"))
                rig.wait_for(lambda: len(s.rows("incoming")) == n + 1, 30, "the mail")
                imap.cut()


def test_a_run_without_servers_says_try_again_later(office):
    rig = office.rig
    with Gate(rig.ports["imaps"]) as imap, Gate(rig.ports["submissions"]) as smtp:
        s = Scene(office, [ANNA], {"imap": {"port": imap.port}, "smtp": {"port": smtp.port}})
        s.put("ryd-1", at(5))
        s.run(check=75)
        assert [d["state"] for d in s.deliveries()] == ["due"]
        imap.open()
        smtp.open()
        s.run(clock(0, 9))
    assert len(s.raw(ANNA, "invitation")) == 1


@pytest.mark.parametrize("answer, state", [
    ("450 4.2.1 Mailbox busy", "deferred"), ("552 5.2.2 Mailbox full", "failed")])
def test_a_recipient_that_is_put_off_is_tried_again_and_one_refused_is_not(scene, answer, state):
    scene.put("ryd-1", at(5))
    scene.rig.answer_at_rcpt(ANNA, answer)
    scene.run()
    found = {d["address"]: d for d in scene.deliveries("invitation")}
    assert (found[ANNA]["state"], found[BERIT]["state"]) == (state, "sent")
    assert found[ANNA]["reply"].startswith(answer[:9])
    scene.rig.answer_at_rcpt(ANNA, None)
    scene.run(clock(1))
    assert len(scene.raw(ANNA, "invitation")) == (1 if state == "deferred" else 0)
    assert len(scene.raw(BERIT, "invitation")) == 1


@pytest.mark.fault
# R3
def test_a_full_disk_touches_nothing_and_is_over_by_itself(scene, meddle, tmp_path):
    flag = tmp_path / "full"
    scene.run()
    with scene.office.run_daemon(NOW, env=meddle(full=flag)) as daemon:
        scene.send(ANNA, make_mail(ANNA, scene.mailbox, "Hej", "En fråga\n"))
        scene.rig.wait_for(lambda: scene.incoming(reason="not-understood"), 30, "the first mail")
        flag.touch()
        scene.put("ryd-1", at(5))
        scene.send(ANNA, make_mail(ANNA, scene.mailbox, "Igen", "En fråga\n"))
        before = scene.whole_mailbox()
        scene.rig.wait_for(lambda: "store-trouble" in daemon.log(), 30, "the alarm")
        assert scene.whole_mailbox() == before
        assert scene.raw(ANNA, "invitation") == []
        flag.unlink()
        scene.rig.wait_for(lambda: len(scene.incoming(reason="not-understood")) == 2, 30, "the mail")
        scene.rig.wait_for(lambda: scene.raw(ANNA, "invitation"), 30, "the invitation")
        # Each of the two that need the disk says it once.
        assert daemon.log().count("store-trouble") <= 2
    assert len(scene.raw(ANNA, "invitation")) == 1


def test_a_damaged_key_is_said_and_nothing_is_sent(scene):
    scene.run()
    (scene.office.state / "token.key").write_bytes(b"short")
    scene.put("ryd-1", at(5))
    said = scene.run(check=1)
    assert "token.key" in said.stderr
    assert scene.deliveries() == []


def test_a_calendar_folder_that_goes_away_cancels_nothing(scene):
    scene.put("ryd-1", at(5))
    scene.put("ryd-2", at(6))
    folder = scene.office.config / "calendars/sakerhetsenheten"
    with scene.office.run_daemon(NOW) as daemon:
        scene.rig.wait_for(lambda: len(scene.raw(BERIT, "invitation")) == 2, what="invitations")
        folder.rename(folder.with_name("borta"))
        scene.rig.wait_for(lambda: "calendars-trouble" in daemon.log(), what="the trouble")
        folder.with_name("borta").rename(folder)
        scene.rig.wait_for(lambda: "calendars-back" in daemon.log(), 30, "its end")
    assert {m["state"] for m in scene.rows("meetings")} == {"planned"}
    assert scene.raw(ANNA, "cancellation") == []
