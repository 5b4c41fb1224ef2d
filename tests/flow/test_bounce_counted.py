"""What a report about one of our mails does to its delivery, and what an automatic answer leaves behind."""
import datetime
import email.utils

import pytest

from scene import ZONE, Scene, at

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"


@pytest.fixture
def scene(office):
    return Scene(office, [ANNA, BERIT])


def report(action, failed, envelope_id="", message_id=""):
    return ("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.utskott.example\r\nTo: utskott@linkoping.example\r\n"
            f"Subject: Report\r\nMessage-ID: <r{action}@mx.utskott.example>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            + (f"Original-Envelope-Id: {envelope_id}\r\n" if envelope_id else "") +
            f"Reporting-MTA: dns; mx.utskott.example\r\n\r\nFinal-Recipient: rfc822; {failed}\r\n"
            f"Action: {action}\r\nStatus: 2.0.0\r\n\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n").encode()


@pytest.mark.parametrize("action,state,reason", [
    ("delivered", "delivered", "bounce-delivered"), ("failed", "bounced", "bounce-counted"),
    ("delayed", "sent", "bounce-delayed"), ("relayed", "sent", "bounce-relayed")])
def test_a_report_by_envelope_id_moves_only_what_it_is_sure_of(scene, action, state, reason):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    asked = s.only(ANNA, "invitation")["Message-ID"]
    s.rig.deliver_lmtp(s.mailbox, report(action, ANNA, envelope_id=asked.strip("<>")))
    s.run()
    [row] = s.rows("incoming")
    assert (row["class"], row["reason"]) == ("bounce", reason)
    states = {d["address"]: d["state"] for d in s.deliveries("invitation")}
    assert states == {ANNA: state, BERIT: "sent"}


def test_an_automatic_answer_leaves_an_absence_and_nothing_else(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    sent = len(s.deliveries())
    s.rig.deliver_lmtp(s.mailbox, (
        f"From: {ANNA}\r\nTo: utskott@linkoping.example\r\nSubject: Automatiskt svar: Kallelse\r\n"
        "Message-ID: <away@x.example>\r\nDate: Mon, 07 Sep 2026 08:00:00 +0200\r\n"
        "Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Jag är ledig, åter den 21 september.\r\n").encode())
    s.run()
    [row] = s.rows("absences")
    assert (row["address"], row["until"], row["is_return"]) == (ANNA, "2026-09-21", True)
    assert s.rows("incoming")[0]["reason"] == "auto-reply-absent"
    assert s.rows("answers") == [] and len(s.deliveries()) == sent


def test_who_is_away_on_the_day_of_a_meeting_is_shown_with_it(scene):
    """By the real clock, as a server dates what arrives."""
    s, now = scene, datetime.datetime.now(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    for days in (5, 12):
        s.put(f"ryd-{days}", (now + datetime.timedelta(days=days)).replace(tzinfo=None))
    back = (now + datetime.timedelta(days=10)).date()
    s.rig.deliver_lmtp(s.mailbox, (
        f"From: {ANNA}\r\nTo: utskott@linkoping.example\r\nSubject: Autosvar: Kallelse\r\n"
        f"Message-ID: <away@x.example>\r\nDate: {email.utils.format_datetime(now)}\r\n"
        "Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Jag är tillbaka {back}.\r\n").encode())
    s.run(now)
    absent = []
    for meeting in s.rows("meetings"):
        file = s.office.json("meeting", meeting["code"])
        absent.append({r["address"]: r["absent"]["until"] for r in file["recipients"] if "absent" in r})
    assert absent == [{ANNA: str(back)}, {}]
    said = s.office.utskick("meeting", s.rows("meetings")[0]["code"]).stdout
    assert f"away, back {back}, as he answered automatically" in said
