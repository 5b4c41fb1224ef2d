"""Very much forged mail (A22, A23, A24): nobody is answered, nothing is believed.

A twentieth of it in `make test`; `make flood` has all: 5,000 forged mails, 10,000 forged
reports, 1,000 answers of one member. UTSKICK_FLOOD=1 makes the same.
"""
import os
import re
import time
import types

import pytest

from conftest import Office
from rig.replies import calendar, event, mail, multipart, part, text_part
from scene import SECRETARY, Scene, at, clock, make_pdf, parse

SHARE = float(os.environ.get("UTSKICK_FLOOD", "0.05"))
MEMBERS = [f"medlem{n}@utskott.example" for n in range(1, 11)]
EAGER = MEMBERS[0]
PDF = make_pdf("Protokoll")


def share(whole):
    return int(whole * SHARE)


# -- forged mails: some thousand strangers, and some who say they are members


def question(n, uid, sender):
    return mail(sender, text_part(f"Hur går det med ärende {n}?"), None, subject=f"Fråga {n}")


def answer(n, uid, sender):
    return mail(sender, part(calendar(event(uid, [("PARTSTAT=DECLINED", sender)]))), False)


def other_answer(n, uid, sender):
    return mail(sender, part(calendar(event(uid, [("PARTSTAT=ACCEPTED", MEMBERS[n % 10])]))), None)


def refresh(n, uid, sender):
    return mail(sender, part(calendar(event(uid, [("RSVP=TRUE", sender)]), method="REFRESH")), None)


def counter(n, uid, sender):
    return mail(sender, part(calendar(event(uid, [("RSVP=TRUE", sender)], start="20260912T080000Z"),
                                      method="COUNTER")), None)


def minutes(n, uid, sender):
    body = multipart(text_part("Protokollet"), part(PDF + b"%d" % n, "application/pdf", name=f"p{n}.pdf"))
    return mail(sender, body, None, subject=f"Protokoll [RYD-2026-09-06] {n}")


def command(n, uid, sender):
    return mail(sender, text_part(f"{n} ja\n{n + 1} nej\n"), None, subject="Sv: Väntar på ditt beslut")


def away(n, uid, sender):
    return mail(sender, text_part("Jag är på semester till den 21 september 2026."), None,
                subject="Autosvar: Inbjudan", headers=["Auto-Submitted: auto-replied"])


def on_list(n, uid, sender):
    return mail(sender, text_part("Veckobrev"), None, subject=f"Brev {n}",
                headers=["List-Id: <brev.evil.example>", "Precedence: bulk"])


FORGED = [question, answer, other_answer, refresh, counter, minutes, command, away, on_list]
NAMES = [lambda n: f"okand{n}@kund{n % 700}.example", lambda n: f"okand{n}@kund{n % 700}.example",
         lambda n: MEMBERS[n % 10], lambda n: SECRETARY[1]]


def forged(n, uid):
    return FORGED[n % len(FORGED)](n, uid, NAMES[n // len(FORGED) % len(NAMES)](n))


# -- forged reports: of mail that was never sent, or not to that recipient, or of no failure


def report(n, message_id, failed, action="failed", kind="delivery-status"):
    fields = (f"Reporting-MTA: dns; mx{n}.example\r\n\r\nFinal-Recipient: rfc822; {failed}\r\n"
              f"Action: {action}\r\nStatus: {'5.1.1' if action == 'failed' else '2.0.0'}\r\n"
              if kind == "delivery-status" else "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n")
    return (f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx{n}.example\r\nTo: utskott@linkoping.example\r\n"
            f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <r{n}@mx{n}.example>\r\n"
            f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/plain\r\n\r\n<{failed}>: 550 5.1.1 no such user\r\n"
            f"--b\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nTo: {failed}\r\n\r\n"
            "--b--\r\n").encode()


def free_text(n, failed):
    return (f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx{n}.example\r\nTo: utskott@linkoping.example\r\n"
            f"Subject: failure notice\r\nMessage-ID: <q{n}@mx{n}.example>\r\n\r\nHi. This is the qmail-send "
            f"program.\r\nI'm afraid I wasn't able to deliver your message.\r\n\r\n<{failed}>:\r\n"
            "550 5.1.1 no such user\r\n").encode()


def forged_report(n, ids):
    ours, member, next_member = ids[n % 10], MEMBERS[n % 10], MEMBERS[(n + 1) % 10]
    token = re.sub(r"(?<=\.)\w+(?=@)", lambda m: m[0][::-1], ours, count=1)
    return [report(n, f"<never-{n}@linkoping.example>", member), report(n, token, member),
            report(n, ours, next_member), report(n, ours, member, "delayed"),
            report(n, ours, f"okand{n}@kund.example"), free_text(n, member),
            report(n, f"<never-{n}@linkoping.example>", member, "delivered"),
            report(n, "<x@x.example>", member, kind="feedback-report")][n % 8]


# -- one member who answers without end


def answers_without_end(uid, count):
    said = ["DECLINED", "ACCEPTED", "TENTATIVE"]
    return [mail(EAGER, part(calendar(event(
        uid, [(f"PARTSTAT={said[n % 3] if n < count - 1 else 'ACCEPTED'}", EAGER)],
        dtstamp=f"20260907T{10 + n // 3600:02}{n // 60 % 60:02}{n % 60:02}Z")))) for n in range(count)]


# -- the story


def state(s):
    """All that reports could change."""
    members = [{k: d[k] for k in ("delivery", "address", "state", "tries", "reply", "served") if k in d}
               for d in s.deliveries() if d["address"] in MEMBERS]
    return members, s.office.json("status", check=None)["resting"], s.rows("answers")


def decide_all(s, count, now):
    """Until so many mails are decided, and what came of it has gone. Putting them away, which
    takes Dovecot longer, is not waited for."""
    def is_done():
        [(decided,)] = s.query("SELECT count(*) FROM incoming WHERE decided_at IS NOT NULL")
        [(due,)] = s.query("SELECT count(*) FROM delivery WHERE state IN ('due', 'sending')")
        return decided == count and due == 0
    with s.office.run_daemon(now) as daemon:
        s.rig.wait_for(is_done, 900, f"{count} decisions")
        assert "worker-died" not in daemon.log()
    s.rig.wait_until_delivered()


@pytest.fixture(scope="module")
def story(servers, tmp_path_factory):
    servers.reset()
    s = Scene(Office(servers, tmp_path_factory.mktemp("flood")), MEMBERS)
    s.put("kallelse", at(5), description="Avgörande fråga: ja", secretary=SECRETARY)
    s.put("protokoll", at(-1, 12), secretary=SECRETARY)
    s.run()
    told = types.SimpleNamespace(scene=s, before=state(s), sent=len(s.rig.deliveries()))
    uid = next(row["uid"] for row in s.rows("meetings") if row["source_uid"] == "kallelse")
    ids = [s.letters(m, "invitation")[0]["Message-ID"] for m in MEMBERS]
    mails = [forged(n, uid) for n in range(share(5000))]
    mails += [forged_report(n, ids) for n in range(share(10_000))]
    told.count = len(mails)
    s.fill(mails)
    started = time.monotonic()
    decide_all(s, told.count, clock(0, 12))
    told.seconds = time.monotonic() - started
    told.after, told.went = state(s), s.rig.deliveries()[told.sent:]
    print(f"{told.count} forged mails in {told.seconds:.1f} s")
    s.eager = answers_without_end(uid, max(20, share(1000)))
    for raw in s.eager:
        s.rig.deliver_lmtp(s.mailbox, raw)
    told.sent = len(s.rig.deliveries())
    decide_all(s, told.count + len(s.eager), clock(0, 13))
    told.eager_went = s.rig.deliveries()[told.sent:]
    return told


# A22
def test_nobody_is_answered_but_the_coordinator_who_gets_few(story):
    s = story.scene
    assert {d.recipient for d in story.went} <= {s.coordinator}
    assert len(story.went) <= 25, [parse(r)["Subject"] for r in s.rig.mailbox(s.coordinator)]
    assert not re.search(r"NOQUEUE|okand\d+@kund", s.rig.postfix_log())
    assert {d["address"] for d in s.rows("deliveries")} <= {*MEMBERS, SECRETARY[1], s.coordinator}


# A22, A23
def test_every_one_is_registered_and_decided(story):
    rows = story.scene.rows("incoming")
    assert len(rows) == story.count + len(story.scene.eager)
    assert {row["state"] for row in rows} <= {"done", "held"}
    assert not any(row["outcome"] == "applied" and row["class"] != "itip" for row in rows)


# A23
def test_no_members_and_no_deliverys_state_is_changed(story):
    assert story.after == story.before
    reports = [row for row in story.scene.rows("incoming") if row["class"] == "bounce"]
    assert len(reports) == share(10_000)
    assert {row["outcome"] for row in reports} == {"recorded"}


# A24
def test_a_thousand_answers_of_one_member_are_his_last_and_few_notices(story):
    s = story.scene
    [mine] = [a for a in s.rows("answers") if a["attendee"] == EAGER and a["counts"]]
    assert mine["partstat"] == "ACCEPTED"
    by = {}
    for one in story.eager_went:
        by[one.recipient] = by.get(one.recipient, 0) + 1
    assert set(by) <= {s.coordinator, SECRETARY[1]} and max(by.values(), default=0) <= 5, by
    notices = [parse(raw) for raw in s.raw(s.coordinator, "decline-notice")]
    assert len(notices) <= 1
