"""What a report about one of our mails does to its delivery, and what an automatic answer leaves behind."""
import pytest

from scene import Scene, at

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
