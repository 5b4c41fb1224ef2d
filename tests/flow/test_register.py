"""What is given out and what is removed: the public register, retention, clean output."""
import base64
import csv
import io
import os
import pathlib
import re
import sqlite3
import subprocess

import pytest

from rig import programs
from scene import NOW, SECRETARY, Scene, at, make_mail, minutes_later, one_line

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
DIRECTORY = [("anna", "Anna Ek", ANNA), ("berit", "Berit Dahl", BERIT)]
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


def raw_mail(subject, sender="Okänd <nn@fjarran.example>", text="Hej!", **headers):
    head = {"From": sender, "To": "utskott@linkoping.example", "Subject": subject,
            "Message-ID": f"<{abs(hash((subject, sender, text)))}@fjarran.example>", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in head.items()]
    return "\r\n".join([*lines, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                        "Content-Transfer-Encoding: 8bit", "", text, ""]).encode()


def deliver(s, *mails):
    for mail in mails:
        s.rig.deliver_lmtp(s.mailbox, mail)


def protect(s, person):
    path = s.office.config / "directory.json"
    path.write_text(path.read_text().replace(f'"id": "{person}",', f'"id": "{person}", "protected": true,'))


# -- the register


# A27
def test_the_public_register_names_no_protected_person_and_no_personal_number(office):
    s = Scene(office, DIRECTORY)
    protect(s, "berit")
    deliver(s, raw_mail("Fråga om Ryd", f"Anna Ek <{ANNA}>", "Hemlig text 1"),
            raw_mail("Mitt ärende", f"Berit Dahl <{BERIT}>", "Hemlig text 2"),
            raw_mail("Om Berit Dahl i Ryd"), raw_mail("Vem är 811228-9874?"),
            raw_mail("=HYPERLINK(\"http://x.example\")", "\"=1+1\" <a@fjarran.example>"))
    s.run()
    rows = office.utskick("export", "--public").rows
    assert [row["register"][-1] for row in rows] == list("12345")
    first = rows[0]
    assert (first["from"], first["from_name"], first["to"], first["class"], first["protected"]) == (
        ANNA, "Anna Ek", s.mailbox, "unknown", False)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+]0[12]:00", first["arrived_at"])
    whole = office.utskick("export", "--public").stdout + office.utskick("export", "--public", "--csv").stdout
    assert not any(word in whole for word in ("Hemlig", BERIT, "Berit Dahl", "811228"))
    assert "Vem är XXXXXX-XXXX?" in whole
    assert [row["protected"] for row in rows] == [False, True, True, False, False]
    assert rows[1]["subject"] == "Mitt ärende" and "subject" not in rows[2]

    # A spreadsheet reads it, and takes nothing for a formula.
    read = list(csv.DictReader(io.StringIO(office.utskick("export", "--public", "--csv").stdout, newline="")))
    assert [row["register"] for row in read] == [row["register"] for row in rows]
    assert read[4]["subject"].startswith("'=HYPERLINK(") and read[4]["from_name"] == "'=1+1"

    # A day is a local day of the server's arrival time, whatever Date says.
    day = first["arrived_at"][:10]
    assert len(office.utskick("export", "--public", "--from", day, "--to", day).rows) == 5
    assert office.utskick("export", "--public", "--to", "2020-01-01").rows == []
    for words in (["--public", "incoming"], ["incoming", "--csv"], ["--public", "--ics"]):
        assert office.utskick("export", *words, check=2).stdout == ""


# -- clean output


POISON = "=cmd|' /C calc'!A0 \x1b[2J\x1b]0;x\x07 \u202eevil\u2066 \x9b31m %n%s {{{x}}} '); DROP TABLE incoming;--"


def assert_clean(said, what):
    for text in (said.stdout, said.stderr):
        bad = [c for c in text if (ord(c) < 32 and c not in "\n\r") or 0x7f <= ord(c) < 0xa0 or c in BIDI]
        assert not bad, (what, bad, text[:300])


# A26
def test_no_verb_prints_control_or_direction_characters(office):
    s = Scene(office, DIRECTORY)
    s.put("ryd-1", at(5), summary=f"Trygghetsråd Ryd {POISON}".replace("\x1b", "").replace("\x07", ""),
          location=f"Salen {POISON}"[:60].replace("\x1b", "").replace("\x07", ""), secretary=SECRETARY)
    s.put("ryd-2", at(-3), secretary=SECRETARY)
    s.run()
    encoded = "=?utf-8?B?" + base64.b64encode(POISON.encode()).decode() + "?="
    sent = s.only(ANNA, "invitation")
    deliver(s, raw_mail(encoded, f"{encoded} <nn@fjarran.example>", POISON),
            raw_mail(encoded, f"{encoded} <{ANNA}>", f"Varför? {POISON}", In_Reply_To=sent["Message-ID"]))
    mail = make_mail(ANNA, s.mailbox, "SV: Inbjudan", f"Varför är det {POISON}\n", in_reply_to=sent["Message-ID"])
    s.send(ANNA, mail)
    s.send(BERIT, s.minutes_mail(BERIT, "Protokoll RYD-2026-09-04", name="=1+1\u202efdp.pdf"))
    s.run(minutes_later(1))
    s.office.utskick("release", s.held_number())
    s.run(minutes_later(2))
    code = s.rows("meetings")[0]["code"]
    verbs = [["search", "Protokoll"], ["status"], ["plan"], ["plan", "--year", "2026"], ["meeting"], ["meeting", code], ["held"],
             ["questions"], ["retention"], ["export", "--public"], ["export", "--public", "--csv"]]
    verbs += [["explain", row["register"]] for row in s.rows("incoming")]
    verbs += [["explain", f"d{row['id']}"] for row in s.rows("deliveries")]
    verbs += [["preview", code, "invitation"], ["read", "-"], ["resend", "d1"]]
    verbs += [["export", what] for what in
              ("incoming", "deliveries", "meetings", "answers", "minutes", "absences", "journal")]
    for words in verbs:
        for as_json in (False, True):
            stdin = raw_mail(encoded, text=POISON).decode() if words[0] == "read" else None
            assert_clean(office.utskick(*words, check=None, as_json=as_json, stdin=stdin), words)
    assert len(s.rows("incoming")) == 4  # nothing was dropped
    help_text = programs.run([programs.BUILD / "utskick", "--help"], check=0).stdout
    known = set(re.findall(r"^  ([a-z-]+) ", help_text, re.M))
    assert known - {words[0] for words in verbs} == {  # they say little, or what they are given
        "release", "refuse", "close", "rerun", "withdraw", "render", "sign-in"}
    assert "RYD" in office.utskick("search", "Protokoll").stdout


# -- secrets


# A28
def test_no_password_is_in_a_log_an_export_the_process_list_a_core_or_the_database(office):
    s = Scene(office, DIRECTORY)
    secrets = [path.read_text().strip() for path in (office.config / "secret-imap", office.config / "secret-smtp")]
    s.put("ryd-1", at(5))
    with office.run_daemon(NOW) as daemon:
        s.rig.wait_for(lambda: len(s.raw(ANNA, "invitation")) == 1, what="the invitation")
        seen, bare = [], []
        for pid in (daemon.pid, *daemon.workers()):
            proc = pathlib.Path(f"/proc/{pid}")
            seen += [(proc / name).read_bytes() for name in ("cmdline", "environ")]
            limits = re.search(r"Max core file size +(\S+) +(\S+)", (proc / "limits").read_text())
            bare.append(limits.groups())
        assert set(bare) == {("0", "0")} and len(bare) >= 4
        seen.append(daemon.log().encode())
    for what in ("incoming", "deliveries", "meetings", "journal"):
        seen.append(office.utskick("export", what).stdout.encode())
    seen += [office.utskick("status", check=None).stdout.encode(), office.check().stdout.encode()]
    seen += [path.read_bytes() for path in office.state.iterdir() if path.is_file()]
    for secret in secrets:
        assert len(secret) > 5 and not any(secret.encode() in text for text in seen)
    assert (office.state / "utskick.db").stat().st_mode & 0o777 == 0o600


# A28
@pytest.mark.parametrize("program", [("utskick", "read", "-"), ("utskickd", "--worker", "reader")])
def test_a_process_gives_up_being_looked_into(rig, program):
    """Its files in /proc belong to root then, whoever runs it."""
    if b"libasan" in (programs.BUILD / program[0]).read_bytes():
        pytest.skip("LeakSanitizer looks into its own process")
    someone = {"user": 65534} if os.geteuid() == 0 else {}
    try:
        process = subprocess.Popen([programs.BUILD / program[0], *program[1:]], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **someone)
    except PermissionError:
        pytest.skip("another user cannot reach the build folder")
    with process:
        rig.wait_for(lambda: os.stat(f"/proc/{process.pid}/environ").st_uid == 0, 20, "the process to be closed")
        process.stdin.close()


# -- retention


RULES = {"retention": [{"class": "unknown", "keep_days": 30, "decision": "KS 2026-12 § 7"},
                       {"class": "minutes", "keep_years": 1, "decision": "KS 2026-13 § 8"},
                       {"class": "question", "keep_days": 10, "decision": "KS 2026-14 § 9"}]}


def test_mail_is_removed_by_decision_only_and_leaves_its_row(office):
    s = Scene(office, DIRECTORY)
    s.put("ryd-2", at(-3), secretary=SECRETARY)
    s.run()
    text = "Texten som ska bort " + "x" * 2_000_000
    deliver(s, raw_mail("Gammalt", text=text), raw_mail("Litet", text="Kort men hemlig"))
    s.send(BERIT, s.minutes_mail(BERIT, "Protokoll RYD-2026-09-04"))
    s.run(minutes_later(1))
    assert [row["state"] for row in s.rows("incoming")] == ["done", "done", "held"]
    # Without a rule nothing is ever removed. (Mail arrives by the server's own clock.)
    far = "2099-01-01T09:00:00+01:00"
    s.run(far)
    assert "all mail stays" in office.utskick("retention").stdout
    assert s.query("SELECT count(*) FROM incoming_raw") == [(2,)]

    office.configure({"utskick": {"calendars": [{"name": "Säkerhetsenheten",
                                                 "folder": "calendars/sakerhetsenheten"}], **RULES}})
    now = office.utskick("retention", "--now", far, as_json=True).json
    assert {rule["class"]: [row["register"] for row in rule["due"]] for rule in now} == {
        "unknown": [row["register"] for row in s.rows("incoming")][:2], "minutes": [], "question": []}
    assert s.query("SELECT count(*) FROM incoming_raw") == [(2,)]  # a look changes nothing
    s.run(far)
    s.run(far)
    rows = s.rows("incoming")
    assert [row["subject"] for row in rows] == ["Gammalt", "Litet", "Protokoll RYD-2026-09-04"]
    assert "text" not in rows[0] and s.query("SELECT count(*) FROM removal") == [(2,)]
    assert s.query("SELECT incoming_id FROM incoming_raw") == [(3,)]  # held: stays
    assert s.query("SELECT count(*) FROM incoming_piece") == [(0,)]
    said = one_line(office.utskick("explain", rows[0]["register"]).stdout)
    assert "removed by decision KS 2026-12 § 7 on 2099-01-01" in said
    assert office.json("status", check=None)["retention"] == {"rules": 3, "removed": 2}
    public = office.utskick("export", "--public").rows
    assert [row.get("removed_by") for row in public] == ["KS 2026-12 § 7", "KS 2026-12 § 7", None]
    assert [row["why"] for row in s.rows("journal") if row["what"] == "removed"] == ["retention"] * 2
    assert office.utskick("rerun", rows[0]["register"], check=1).returncode == 1
    # Removed is gone: no byte of it is left in the file.
    with sqlite3.connect(office.state / "utskick.db") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Kort men hemlig" not in (office.state / "utskick.db").read_bytes()


@pytest.mark.parametrize("rules, said", [
    ([{"class": "unknown", "keep_days": 30}], "decision"),
    ([{"class": "unknown", "keep_days": 30, "decision": ""}], "decision"),
    ([{"class": "unknown", "decision": "1"}], "keep_days or keep_years"),
    ([{"class": "unknown", "decision": "1", "keep_days": 1, "keep_years": 1}], "keep_days or keep_years"),
    ([{"class": "all", "decision": "1", "keep_days": 1}], "class"),
    ([{"class": "own", "decision": "1", "keep_days": 1}] * 2, "own"),
])
def test_a_rule_without_decision_or_time_is_refused(office, rules, said):
    office.configure({"utskick": {"retention": rules}})
    done = office.check(check=1)
    assert said in done.stdout + done.stderr
