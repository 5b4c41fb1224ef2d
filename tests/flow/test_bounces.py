"""Bounces of many servers, automatic answers, and what people write about both.

The reader's word on real bounces beside what others found in them, also with other line ends, charsets,
encodings and addresses; and mails of people, none of which may be taken for either.
"""
import base64
import concurrent.futures
import email
import email.policy
import json
import os
import pathlib
import quopri
import re
import subprocess
from email.header import Header

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
CORPORA = pathlib.Path(os.environ.get("CORPORA", ROOT.parent / "shared" / "corpora"))
BOUNCES = CORPORA / "bounces"
HUMAN = json.loads((ROOT / "tests" / "data" / "human" / "mails.json").read_text())

corpus = pytest.mark.skipif(not BOUNCES.is_dir(), reason=f"no test material in {BOUNCES}")


def read(content):
    done = subprocess.run(
        [BUILD / "utskick", "--config", ROOT / "config", "--json", "read", "-"],
        input=content, capture_output=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# What others found


def rows():
    found = {}
    for line in (BOUNCES / "expected.tsv").read_text().splitlines():
        if not line.startswith("#"):
            name, _, status, _, reason, hard = line.split("\t")
            found.setdefault(name, []).append((status, reason, hard == "true"))
    return found


def agreed(said, expected):
    """How many recipients are judged as expected, in whatever order they are told."""
    said, hits = [one["permanent"] for one in said], 0
    for _, _, hard in expected:
        if hard in said:
            said.remove(hard)
            hits += 1
    return hits


class Score:
    def __init__(self):
        self.classes = self.mails = self.recipients = self.permanent = self.named = 0

    def add(self, expected, said):
        is_bounce = expected[0][1] != "vacation"
        self.mails += 1
        self.classes += said["class"] == ("bounce" if is_bounce else "auto-reply")
        if is_bounce:
            failed = said.get("failed", [])
            self.recipients += len(expected)
            self.named += len(expected) if len(failed) == len(expected) else 0
            self.permanent += agreed(failed, expected)

    def hold(self, classes, permanent, named):
        print(f"class {self.classes}/{self.mails}, permanent {self.permanent}/{self.recipients}, "
              f"recipients {self.named}/{self.recipients}")
        assert self.classes >= classes * self.mails
        assert self.permanent >= permanent * self.recipients
        assert self.named >= named * self.recipients


def score(change=lambda content: content, step=1):
    total = Score()
    chosen = list(rows().items())[::step]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = pool.map(lambda one: read(change((BOUNCES / one[0]).read_bytes())), chosen)
        for (_, expected), one in zip(chosen, said):
            total.add(expected, one)
    return total


@corpus
def test_bounces_are_told_from_other_mail_and_what_is_permanent_from_what_passes():
    score().hold(classes=0.98, permanent=0.92, named=0.95)


@corpus
@pytest.mark.parametrize("name", ["rfc3834-01.eml", "rfc3834-02.eml"])
def test_automatic_answers_are_no_bounces(name):
    said = read((BOUNCES / name).read_bytes())
    assert said["class"] == "auto-reply"
    if name == "rfc3834-01.eml":
        assert said["absent_until"] == "2005-05-05" and said["absent_until_is_return"]


# The same, written in another way


def other_addresses(content):
    """Nothing may hang on whose addresses they are."""
    changed = re.sub(rb"\bexample\.(jp|com|org|net)\b", rb"utskott.example", content)
    return re.sub(rb"\b(kijitora|userunknown|filtered|mailboxfull)@", rb"lars.ek@", changed)


def other_line_ends(content):
    return re.sub(rb"\r?\n", b"\r\n", content)


def encoded(content):
    """A plain mail's body in base64."""
    head, gap, body = re.sub(rb"\r\n", b"\n", content).partition(b"\n\n")
    if re.search(rb"^content-(type: *multipart|transfer)", head, re.I | re.M) or not gap:
        return content
    return head + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(body)


def quoted(content):
    head, gap, body = re.sub(rb"\r\n", b"\n", content).partition(b"\n\n")
    if re.search(rb"^content-(type: *multipart|transfer)", head, re.I | re.M) or not gap:
        return content
    return head + b"\nContent-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(body)


@corpus
@pytest.mark.parametrize("change", [other_addresses, other_line_ends, encoded, quoted])
def test_how_it_is_written_changes_nothing(change):
    score(change, step=2).hold(classes=0.97, permanent=0.91, named=0.93)


@corpus
def test_the_recipient_of_a_bounce_is_the_one_that_its_report_names():
    """Where a report stands in the mail, its final recipients are the truth."""
    for name in rows():
        message = email.message_from_bytes((BOUNCES / name).read_bytes())
        parts = message.get_payload() if message.is_multipart() else []
        named = {field.split(";")[-1].strip(" <>").lower()
                 for part in parts if part.get_content_type() == "message/delivery-status"
                 for block in part.get_payload() for field in block.get_all("Final-Recipient", [])}
        if named and all(re.fullmatch(r"[a-z0-9._-]+@[a-z0-9.-]+", one) for one in named):
            said = read((BOUNCES / name).read_bytes())
            assert {one["address"] for one in said["failed"] + said.get("reached", [])} == named, name


# Words that servers use; each must be read where the report is of no standard

FREE_TEXT = [
    # Exim
    ("This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
     "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
     "  lars.ek@utskott.example\n    host mx.utskott.example [192.0.2.1]\n    SMTP error from remote mail server "
     "after RCPT TO:<lars.ek@utskott.example>:\n    550 5.1.1 No such user here\n\n------ This is a copy of the "
     "message, including all the headers. ------\n\nMessage-Id: <d7.aa@linkoping.example>\n", True),
    # Domino
    ("Your message\n\n  Subject: Kallelse\n\nwas not delivered to:\n\n  lars.ek@utskott.example\n\nbecause:\n\n"
     "  User lars.ek (lars.ek@utskott.example) not listed in Domino Directory\n", True),
    # Exchange, in Swedish
    ("Leverans till dessa mottagare eller grupper misslyckades:\n\nlars.ek@utskott.example\n"
     "E-postadressen du angav kunde inte hittas. Kontrollera mottagarens e-postadress.\n\n"
     "Diagnostikinformation för administratörer:\n\nGenererande server: mx.utskott.example\n\n"
     "lars.ek@utskott.example\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n\n"
     "Ursprungliga meddelanderubriker:\n\nMessage-ID: <d7.aa@linkoping.example>\n", True),
    # a full mailbox in a sentence
    ("Your message to lars.ek@utskott.example could not be delivered: the mailbox is full.\n", False),
    # a proxy's terse words
    ("The following message to <lars.ek@utskott.example> was undeliverable.\n"
     "The reason for the problem:\n5.1.2 - Bad destination host 'DNS Hard Error looking up utskott.example (MX): "
     "NXDOMAIN'\n", True),
    ("Sorry, your message to lars.ek@utskott.example cannot be delivered. This account has been disabled or "
     "discontinued [#102].\n", False),
    ("   ----- Transcript of session follows -----\n... while talking to mx.utskott.example.:\n"
     ">>> RCPT To:<lars.ek@utskott.example>\n<<< 550 Requested action not taken: mailbox unavailable\n"
     "550 <lars.ek@utskott.example>... User unknown\n", True),
    ("Message delivery to 'lars.ek@utskott.example' failed\nSMTP module(domain utskott.example) reports:\n"
     " no such user here\n", True),
    ("An error occurred while sending mail. The mail server responded:\n\n  lars.ek@utskott.example: 552 5.2.2 "
     "Over quota\n", False),
    ("Could not deliver message to the following recipient(s):\n\nFailed Recipient: lars.ek@utskott.example\n"
     "Reason: Remote host said: 550 5.7.1 Message rejected as spam by Content Filtering.\n", False),
]


@pytest.mark.parametrize("text,permanent", FREE_TEXT)
def test_a_bounce_in_plain_words_names_who_and_why(text, permanent):
    said = read(("Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\n"
                 "To: utskott@linkoping.example\nSubject: Mail delivery failed\n"
                 "Content-Type: text/plain; charset=utf-8\n\n" + text).encode())
    assert said["class"] == "bounce"
    assert [one["address"] for one in said["failed"]] == ["lars.ek@utskott.example"]
    assert said["failed"][0]["permanent"] is permanent
    if "d7.aa" in text:
        assert said["original_message_id"] == "<d7.aa@linkoping.example>"


def report(kind, fields):
    return (f"From: MAILER-DAEMON@mx.example\nTo: u@linkoping.example\nSubject: Report\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type={kind}; boundary=b\n\n--b\n\nA report.\n--b\n"
            f"Content-Type: message/{kind}\n\n{fields}\n--b\nContent-Type: message/rfc822\n\n"
            "Message-ID: <d7.aa@linkoping.example>\nTo: lars.ek@utskott.example\n\nHej\n--b--\n").encode()


@pytest.mark.parametrize("action,where", [
    ("delivered", "reached"), ("relayed", "reached"), ("expanded", "reached"), ("delayed", "failed")])
def test_success_and_delay_are_no_failures(action, where):
    said = read(report("delivery-status", "Original-Envelope-Id: d7.aa@linkoping.example\n\nFinal-Recipient: "
                       f"rfc822; lars.ek@utskott.example\nAction: {action}\nStatus: 2.0.0\n"))
    assert said["class"] == "bounce"
    assert [(one["address"], one["action"]) for one in said[where]] == [("lars.ek@utskott.example", action)]
    assert not any(one["permanent"] for one in said["failed"])
    assert said["original_envelope_id"] == "d7.aa@linkoping.example"


def test_a_complaint_is_told_as_one():
    said = read(report("feedback-report", "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n"))
    assert (said["class"], said["complaint"]) == ("bounce", "abuse")
    assert [(one["address"], one["action"], one["permanent"]) for one in said["failed"]] == [
        ("lars.ek@utskott.example", "complaint", False)]


# Automatic answers


@pytest.mark.parametrize("subject", [
    "Automatiskt svar: Kallelse", "Autosvar: Kallelse", "Frånvaromeddelande", "Automatic reply: Kallelse",
    "Out of Office: Kallelse", "Out of office", "AUTO: Bo Ek is out of the office (returning 2026-08-12)", "[Autoreply] Kallelse", "Automatisk svar: Kallelse",
    "Fraværsmelding: Kallelse", "Automatisk svar", "Automaattinen vastaus: Kallelse", "Poissaoloviesti",
    "Automatische Antwort: Kallelse", "Abwesenheitsnotiz: Kallelse", "Vacation reply", "OOO: Kallelse"])
def test_subjects_of_automatic_answers_are_known(subject):
    mail = f"From: anna@x.example\nSubject: {Header(subject, 'utf-8').encode()}\n\nJag är borta.\n"
    assert read(mail.encode())["class"] == "auto-reply"


@pytest.mark.parametrize("field", [
    "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated (vacation)", "X-Autoreply: yes",
    "X-Autorespond: Kallelse", "Precedence: auto_reply", "X-Vacation: 1", "X-Mailer: vacation 1.2"])
def test_fields_of_automatic_answers_are_known(field):
    assert read(f"From: anna@x.example\nSubject: Kallelse\n{field}\n\nx\n".encode())["class"] == "auto-reply"


@pytest.mark.parametrize("field", ["Return-Path: <>", "Precedence: bulk", "Precedence: junk"])
@pytest.mark.parametrize("subject", ["Frånvaro", "Semester till 12 augusti", "Urlaub", "Away", "Lomalla"])
def test_a_doubtful_subject_counts_where_no_answer_is_wanted(subject, field):
    mail = f"From: anna@x.example\nSubject: {Header(subject, 'utf-8').encode()}\n{field}\n\nx\n"
    assert read(mail.encode())["class"] == "auto-reply"


# People


def human_mail(case):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Anna Ek <anna@x.example>"
    message["To"] = "utskott@linkoping.example"
    message["Subject"] = case["subject"]
    message["Message-ID"] = "<x@x.example>"
    for name, value in case.get("headers", {}).items():
        del message[name]
        message[name] = value
    message.set_content(case["body"])
    return message.as_bytes()


def test_there_are_enough_of_them():
    assert len({json.dumps(case, sort_keys=True) for case in HUMAN}) >= 150


@pytest.mark.parametrize("case", HUMAN, ids=lambda case: case["subject"][:30])
# F6
def test_what_a_person_writes_is_neither_bounce_nor_automatic(case):
    assert read(human_mail(case))["class"] in ("reply", "unknown")


@pytest.mark.parametrize("kind", ["attached", "bare parts"])
@pytest.mark.parametrize("name", ["lhost-postfix-01.eml", "lhost-sendmail-01.eml", "lhost-qmail-01.eml"])
@corpus
def test_a_bounce_that_a_person_passes_on_is_no_bounce(name, kind):
    content = (BOUNCES / name).read_bytes()
    if kind == "attached":
        inside = b"Content-Type: message/rfc822\n\n" + content
    else:
        inside = b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\n"
    mail = (b"From: anna@x.example\nSubject: VB: Undelivered Mail Returned to Sender\n"
            b"Content-Type: multipart/mixed; boundary=zz\n\n--zz\n\nSe bilagan\n--zz\n" + inside + b"\n--zz--\n")
    assert read(mail)["class"] in ("reply", "unknown")
