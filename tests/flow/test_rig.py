"""The test servers themselves: what every other flow test rests on."""
import datetime
import email
import email.policy
import json
import pathlib
import smtplib
import socket
import ssl
import subprocess
import sys

import icalendar
import jsonschema
import pytest

from rig import Rig, User, people
from rig.mails import make_event, make_ics, make_mail, make_pdf, make_reply
from rig.milter import results
from rig.office import EXAMPLE, addresses

TESTS = pathlib.Path(__file__).resolve().parents[1]
ANNA, BO = "anna@linkoping.example", "bo@utskott.example"


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def only_mail(rig, user, folder="INBOX"):
    rig.wait_for(lambda: rig.mailbox(user, folder), what=f"mail for {user}")
    mails = rig.mailbox(user, folder)
    assert len(mails) == 1
    return parse(mails[0])


def verdicts(mail):
    return [" ".join(value.split()) for value in mail.get_all("Authentication-Results", [])]


def test_mail_from_one_user_reaches_another_and_is_vouched_for(rig):
    rig.add_users([ANNA, BO])
    sent = make_mail(f"Anna <{ANNA}>", BO, "Hej på dig", "Åäö\n")
    rig.send(ANNA, sent)
    got = only_mail(rig, BO)
    assert got["Subject"] == "Hej på dig"
    assert verdicts(got) == [
        f"mx.linkoping.example; auth=pass smtp.auth={ANNA}; spf=pass"
        " smtp.mailfrom=linkoping.example; dkim=pass header.d=linkoping.example;"
        " dmarc=pass header.from=linkoping.example"]
    rig.wait_until_delivered()
    [delivery] = rig.deliveries()
    assert (delivery.message_id, delivery.recipient, delivery.status) == (
        sent["Message-ID"], BO, "sent")


def test_a_user_who_writes_another_name_in_from_is_not_vouched_for(rig):
    rig.add_users([ANNA, BO])
    rig.send(ANNA, make_mail("Bo <bo@linkoping.example>", BO, "Hej", "Hej\n"))
    assert verdicts(only_mail(rig, BO)) == [
        f"mx.linkoping.example; auth=pass smtp.auth={ANNA}; spf=pass"
        " smtp.mailfrom=linkoping.example; dkim=none; dmarc=fail header.from=linkoping.example"]


def test_a_user_cannot_take_another_envelope_sender(rig):
    rig.add_users([ANNA, BO])
    with rig.smtp(ANNA) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(make_mail(BO, BO, "Hej", "Hej\n"), from_addr=BO)
    assert refused.value.recipients[BO][0] == 553


def test_nobody_submits_without_a_login(rig):
    rig.add_users([BO])
    with smtplib.SMTP("localhost", rig.ports["submission"]) as smtp:
        smtp.starttls(context=rig.tls())
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            smtp.sendmail(BO, [BO], b"Subject: x\r\n\r\nx\r\n")
    assert refused.value.recipients[BO][0] == 554
    with pytest.raises(smtplib.SMTPAuthenticationError):
        rig.smtp("nobody@linkoping.example")


def test_mail_from_outside_fails_and_a_forged_verdict_stays_below(rig):
    rig.add_users([ANNA, BO])
    forged = "mx.linkoping.example; dmarc=pass header.from=linkoping.example"
    mail = make_mail(ANNA, BO, "Hej", "Hej\n", headers={"Authentication-Results": forged})
    with rig.smtp_from_outside() as smtp:
        smtp.send_message(mail, from_addr="x@evil.test")
    assert verdicts(only_mail(rig, BO)) == [
        "mx.linkoping.example; spf=none smtp.mailfrom=evil.test; dkim=none;"
        " dmarc=fail header.from=linkoping.example", forged]


def test_the_bare_port_adds_no_verdict(rig):
    rig.add_users([ANNA, BO])
    with rig.smtp_from_outside("bare") as smtp:
        smtp.send_message(make_mail(ANNA, BO, "Hej", "Hej\n"))
    assert verdicts(only_mail(rig, BO)) == []


@pytest.mark.parametrize("login, sender, authors, verdict", [
    (ANNA, ANNA, [f"Anna <{ANNA.upper()}>"], "dmarc=pass header.from=linkoping.example"),
    (ANNA, ANNA, [f"{ANNA}, {BO}"], "dmarc=fail header.from=none"),
    (ANNA, ANNA, [ANNA, ANNA], "dmarc=fail header.from=none"),
    (ANNA, ANNA, [], "dmarc=fail header.from=none"),
    (ANNA, ANNA, [f'"{ANNA}" <x@evil.test>'], "dmarc=fail header.from=evil.test"),
    ("", ANNA, [ANNA], "dmarc=fail header.from=linkoping.example"),
    ("", "", ["x@b\nad"], "dmarc=fail header.from=none"),
])
def test_only_the_one_address_that_logged_in_is_vouched_for(login, sender, authors, verdict):
    assert results(login, sender, authors).rpartition("\t")[2] == verdict


def test_an_unknown_recipient_is_refused_at_once(rig):
    rig.add_users([ANNA])
    with rig.smtp(ANNA) as smtp:
        smtp.mail(ANNA)
        code, text = smtp.rcpt("nobody@utskott.example")
        assert (code, text[:5]) == (550, b"5.1.1")
        assert smtp.rcpt(ANNA)[0] == 250


def test_an_address_can_answer_what_the_test_wants(rig):
    rig.add_users([ANNA, BO])
    rig.answer_at_rcpt(BO, "450 4.2.1 Mailbox busy")
    with rig.smtp(ANNA) as smtp:
        smtp.mail(ANNA)
        code, text = smtp.rcpt(BO)
        assert (code, text[:5]) == (450, b"4.2.1")
        rig.answer_at_rcpt(BO, "552 5.2.2 Mailbox full")
        assert smtp.rcpt(BO)[0] == 552
        rig.answer_at_rcpt(BO, None)
        assert smtp.rcpt(BO)[0] == 250


def failed_recipient(report):
    [status] = [p for p in report.walk() if p.get_content_type() == "message/delivery-status"]
    fields = status.get_payload()[1]
    return fields["Final-Recipient"], fields["Action"], fields["Status"]


def test_bounce_example_takes_mail_and_reports_failure_later(rig):
    rig.add_users([ANNA])
    rig.send(ANNA, make_mail(ANNA, "kim@bounce.example", "Hej", "Hej\n"))
    report = only_mail(rig, ANNA)
    assert report.get_content_type() == "multipart/report"
    assert failed_recipient(report) == ("rfc822; kim@bounce.example", "failed", "5.1.1")


def test_a_full_mailbox_is_reported_back(rig):
    rig.add_users([ANNA, User(BO, quota=2000)])
    rig.send(ANNA, make_mail(ANNA, BO, "Stort", "x" * 70 + "\n" * 5000))
    assert failed_recipient(only_mail(rig, ANNA))[2] == "5.2.2"


@pytest.mark.parametrize("port", ["imaps", "submissions"])
def test_tls_is_verified_with_our_own_authority_only(rig, port):
    address = ("127.0.0.1", rig.ports[port])
    for name in ("localhost", "127.0.0.1"):
        with socket.create_connection(address) as s, \
                rig.tls().wrap_socket(s, server_hostname=name) as tls:
            assert tls.getpeercert()
    with socket.create_connection(address) as s, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(s, server_hostname="localhost")


@pytest.mark.parametrize("name, reason", [
    ("wrong", "Hostname mismatch"), ("expired", "expired"), ("otherca", "unable to get local issuer"),
])
@pytest.mark.parametrize("port", ["imaps", "submissions"])
def test_bad_certificates_are_to_be_had_by_server_name(rig, port, name, reason):
    with socket.create_connection(("127.0.0.1", rig.ports[port])) as s, \
            pytest.raises(ssl.SSLCertVerificationError, match=reason):
        rig.tls().wrap_socket(s, server_hostname=f"{name}.localhost")


def test_bytes_put_in_by_lmtp_come_out_unchanged(rig):
    rig.add_users([BO])
    raw = b"From: x@evil.test\r\nSubject: \xff\xfe\r\n\r\n.dot\r\n\xe5\xe4\xf6\r\n"
    rig.deliver_lmtp(BO, raw)
    [got] = rig.mailbox(BO)
    assert got.endswith(raw)


def test_reset_empties_mailboxes_queue_and_log(rig):
    rig.add_users([ANNA, BO])
    rig.deliver_lmtp(BO, b"Subject: x\r\n\r\nx\r\n")
    rig.reset([BO])
    assert rig.mailbox(BO) == []
    assert rig.queue_is_empty()
    assert rig.deliveries() == []
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        with rig.smtp(BO) as smtp:
            smtp.sendmail(BO, [ANNA], b"\r\n")


def test_mail_to_many_arrives_once_each(rig):
    crowd = people(60)
    rig.add_users([ANNA, *crowd])
    rig.send(ANNA, make_mail(ANNA, ", ".join(u.address for u in crowd), "Till alla", "Hej\n"))
    rig.wait_until_delivered()
    assert sorted(d.recipient for d in rig.deliveries()) == sorted(u.address for u in crowd)
    assert {d.status for d in rig.deliveries()} == {"sent"}
    assert len(rig.mailbox(crowd[-1].address)) == 1


def test_two_rigs_run_side_by_side_and_keep_what_they_are_told_to(rig, tmp_path):
    rig.add_users([ANNA])
    with Rig(tmp_path / "second").start([ANNA]) as second:
        assert not set(second.ports.values()) & set(rig.ports.values())
        second.deliver_lmtp(ANNA, b"Subject: second\r\n\r\nx\r\n")
        assert len(second.mailbox(ANNA)) == 1
        assert rig.mailbox(ANNA) == []
        root = second.root
    assert not root.exists()
    [kept] = (tmp_path / "second" / "mail" / ANNA / "Maildir" / "new").iterdir()
    assert b"Subject: second" in kept.read_bytes()


def test_the_written_config_is_the_example_on_this_rig(rig, tmp_path):
    folder = rig.write_config(tmp_path / "config", {"utskick": {"smtp": {"connections": 1}}})
    config = json.loads((folder / "utskick.json").read_text())
    assert config["imap"]["port"] == rig.ports["imaps"]
    assert config["smtp"]["connections"] == 1
    assert (folder / "secret-imap").stat().st_mode & 0o777 == 0o600
    for name in ("utskick", "directory"):
        schema = json.loads((EXAMPLE / f"{name}.schema.json").read_text())
        jsonschema.validate(json.loads((folder / f"{name}.json").read_text()), schema)
    assert len(addresses(folder)) > 70


START = datetime.datetime(2026, 9, 14, 18, 0)


def invitation():
    event = make_event("u1@linkoping.example", START, sequence=2,
                       attendees=[("Anna Åberg", ANNA)],
                       extra=["ORGANIZER:mailto:utskott@linkoping.example"])
    mail = make_mail("utskott@linkoping.example", ANNA, "Kallelse", "Hej\n")
    mail.add_alternative(make_ics(event, method="REQUEST"), maintype="text",
                         subtype="calendar", params={"method": "REQUEST"})
    return mail.as_bytes()


@pytest.mark.parametrize("style, organizer, starts", [
    ("outlook", False, b"DTSTART;TZID=W. Europe Standard Time:20260914T180000"),
    ("gmail", True, b"DTSTART:20260914T160000Z"),
])
def test_replies_are_as_these_programs_write_them(style, organizer, starts):
    reply = make_reply(invitation(), ANNA, "DECLINED", style)
    [part] = [p for p in reply.walk() if p.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REPLY"
    ics = part.get_payload(decode=True)
    [event] = icalendar.Calendar.from_ical(ics).walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"]) == ("u1@linkoping.example", 2)
    assert ("ORGANIZER" in event) == organizer
    assert event["ATTENDEE"].lower() == f"mailto:{ANNA}"
    assert event["ATTENDEE"].params["PARTSTAT"] == "DECLINED"
    assert starts in ics
    assert bool(reply["In-Reply-To"]) == (style == "outlook")
    assert reply["To"] == "utskott@linkoping.example"


def test_a_made_pdf_has_its_objects_where_the_table_says():
    pdf = make_pdf("Protokoll (utkast)\nNärvarande: åäö")
    start = int(pdf.rsplit(b"startxref\n")[1].split()[0])
    rows = pdf[start:].splitlines()[3:8]
    for number, row in enumerate(rows, 1):
        assert pdf[int(row[:10]):].startswith(b"%d 0 obj" % number)


STARTER = """
import sys
sys.path.insert(0, sys.argv[1])
from rig import Rig
rig = Rig().start()
print(rig.root, *rig.pids.values(), flush=True)
sys.stdin.read()
"""


def test_servers_end_when_their_starter_is_killed(rig):
    starter = subprocess.Popen([sys.executable, "-B", "-c", STARTER, str(TESTS)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with starter:
        root, *pids = starter.stdout.readline().split()
        assert all(pathlib.Path("/proc", pid).exists() for pid in pids)
        starter.kill()
    left = [pathlib.Path(root), *(pathlib.Path("/proc", pid) for pid in pids)]
    rig.wait_for(lambda: not any(path.exists() for path in left), what="the servers' end")
