"""What reaches people: days, zones, long names, several roles, and failures told in time."""
import datetime
import email
import email.header
import re

import pytest

from rig.mails import UTC, invitation_event
from scene import (ONE_CALENDAR, SECRETARY, ZONE, Scene, at, clock, make_mail, make_pdf, one_line,
                   text_of)

ANNA, BERIT, EVA = (f"{name}@utskott.example" for name in ("anna", "berit", "eva"))


@pytest.fixture
def scene(office):
    return Scene(office, [ANNA, BERIT])


def invited_event(s, address=ANNA):
    [raw] = s.raw(address, "invitation")
    return invitation_event(raw)


# -- days and zones


@pytest.mark.parametrize("start, zone", [
    (at(5, 18).replace(tzinfo=ZONE), "-"),
    (datetime.datetime(2026, 9, 12, 16, 0, tzinfo=UTC), "-"),
    (datetime.datetime(2026, 9, 12, 18, 0), "W. Europe Standard Time"),
    (datetime.datetime(2026, 9, 12, 19, 0), "Europe/Helsinki"),
    (datetime.datetime(2026, 9, 12, 18, 0), "Europe/Stockholm"),
])
def test_a_time_in_any_zone_is_told_in_the_offices_own(scene, start, zone):
    scene.put("ryd-1", start, zone=zone)
    scene.run()
    event = invited_event(scene)
    assert event.decoded("DTSTART") == at(5, 18).replace(tzinfo=ZONE)
    assert event["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert "lördag 12 september 2026 kl. 18" in text_of(scene.only(ANNA, "invitation"))


def test_a_floating_time_is_the_offices_own(scene):
    scene.put("ryd-1", at(5))
    scene.events["ryd-1"] = scene.events["ryd-1"].replace(";TZID=Europe/Stockholm", "")
    scene.write()
    scene.run()
    assert invited_event(scene).decoded("DTSTART") == at(5).replace(tzinfo=ZONE)


def test_a_winter_meeting_that_is_planned_in_summer_has_its_own_offset(scene):
    scene.put("ryd-1", datetime.datetime(2026, 10, 26, 18, 0))
    scene.run(datetime.datetime(2026, 10, 20, 9, 0, tzinfo=ZONE))
    assert invited_event(scene).decoded("DTSTART").astimezone(UTC).hour == 17


def test_a_whole_day_stays_a_day(scene):
    scene.put("ryd-1", at(5).date())
    scene.run()
    event, text = invited_event(scene), text_of(scene.only(ANNA, "invitation"))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event.decoded("DTSTART") == at(5).date()
    assert "lördag 12 september 2026" in text and "kl." not in text


# -- names


LONG = "Trygghetsråd Ryd: " + "belysning, orsaksanalys och åtgärder på Åängsvägen, " * 6


def test_a_long_subject_with_umlauts_is_folded_and_comes_back_whole(scene):
    scene.put("ryd-1", at(5), summary=LONG.strip())
    scene.run()
    [raw] = scene.raw(ANNA, "invitation")
    head = raw[raw.index(b"Date:"):].split(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert head.isascii()
    assert one_line(str(decoded(raw, "Subject"))).startswith(f"Inbjudan: {one_line(LONG)}")


def decoded(raw, field):
    """By the older of Python's two parsers: the newer one sets spaces between encoded words
    of a name."""
    value = email.message_from_bytes(raw)[field]
    return email.header.make_header(email.header.decode_header(value))


@pytest.mark.parametrize("name", ["Åke Öst", "Al, Anna (S)", 'Anna "Ann" Al', "Å" * 90,
                                  "Anna <x@evil.test>"])
def test_a_name_of_any_kind_is_shown_as_it_is_and_the_address_is_hers(office, name):
    s = Scene(office, [("anna", name, ANNA)])
    s.put("ryd-1", at(5))
    s.run()
    [raw] = s.raw(ANNA, "invitation")
    [to] = s.only(ANNA, "invitation")["To"].addresses
    assert to.addr_spec == ANNA
    assert to.display_name == name or str(decoded(raw, "To")) == f"{name} <{ANNA}>"
    assert invited_event(s)["ATTENDEE"].lower() == f"mailto:{ANNA}"


def test_english_is_english_from_subject_to_calendar(office):
    s = Scene(office, [ANNA], language="en")
    s.put("ryd-1", at(5))
    s.run()
    mail = s.only(ANNA, "invitation")
    assert "Saturday 12 September 2026" in text_of(mail)
    for words in (text_of(mail), mail.get_body(("html",)).get_content(),
                  str(invited_event(s)["DESCRIPTION"])):
        assert not re.search(r"\b(Hej|Inbjudan|Plats|Vänliga|kl\.)", words)


# -- several roles


def several_roles(office, kind_words):
    """Berit sits in both committees and in the council; Eva in the council alone."""
    s = Scene(office, [ANNA, BERIT, EVA])
    member = {"role": "member"}
    office.configure({"utskick": {"calendars": ONE_CALENDAR}, "directory": {
        "councils": [{"id": "ryd", "code": "RYD", "name": "Ryd", "committees": ["nv", "so"],
                      "members": [{"person": "p2", "role": "chair"},
                                  {"person": "p3", "role": "school"}]}],
        "committees": [
            {"id": "nv", "name": "Nordväst", "members": [{"person": "p1", **member},
                                                         {"person": "p2", **member}]},
            {"id": "so", "name": "Sydost", "members": [{"person": "p2", **member}]}],
        "people": [{"id": f"p{n}", "name": f"Person {n}", "addresses": [address]}
                   for n, address in enumerate((ANNA, BERIT, EVA), 1)]}})
    s.put("ryd-1", at(5), summary=f"{kind_words} Ryd")
    s.run()
    return [len(s.raw(a, "invitation")) for a in (ANNA, BERIT, EVA)]


def test_who_is_owed_a_paper_twice_gets_it_once(office):
    assert several_roles(office, "Trygghetsråd") == [1, 1, 0]


def test_to_an_inspection_the_council_is_invited_as_well(office):
    assert several_roles(office, "Trygghetsbesiktning") == [1, 1, 1]


# -- failures told in time


def test_what_is_put_off_is_told_after_four_hours_and_given_up_after_two_days(scene):
    s = scene
    s.put("ryd-1", at(8))
    s.rig.answer_at_rcpt(ANNA, "450 4.2.1 Mailbox busy")
    s.run(clock(0, 9))
    s.run(clock(0, 12))
    assert s.letters(s.coordinator, "failure-notice") == []
    s.run(clock(0, 14))
    late = text_of(s.only(s.coordinator, "failure-notice"))
    assert ANNA in late and "450 4.2.1" in late and "Nya försök görs" in late
    s.run(clock(1, 9))
    assert len(s.letters(s.coordinator, "failure-notice")) == 1
    s.run(clock(2, 10))
    failed = text_of(s.letters(s.coordinator, "failure-notice")[1])
    assert ANNA in failed and "Nya försök" not in failed
    s.run(clock(3, 10))
    assert len(s.letters(s.coordinator, "failure-notice")) == 2
    assert {d["address"]: d["state"] for d in s.deliveries("invitation")} == {
        ANNA: "failed", BERIT: "sent"}


def test_one_address_gets_no_more_than_five_receipts_a_day(scene):
    s = scene
    s.put("ryd-1", at(-1), secretary=SECRETARY)
    for n in range(7):
        s.send(SECRETARY[1], s.minutes_mail(SECRETARY[1], "[RYD-2026-09-06]", make_pdf(f"v{n}")))
    s.run()
    assert len(s.letters(SECRETARY[1], "receipt")) == 5
    assert [m["version"] for m in s.rows("minutes")] == list(range(1, 8))
    newest = s.letters(ANNA, "minutes")[-1]
    assert make_pdf("v6") in [p.get_payload(decode=True) for p in newest.iter_attachments()]


def test_a_vacation_answer_to_an_invitation_changes_nothing_and_is_put_away(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    asked = s.only(ANNA, "invitation")
    away = make_mail(ANNA, s.mailbox, f"Autosvar: {asked['Subject']}", "Jag är på semester.\n",
                     in_reply_to=asked["Message-ID"], headers={"Auto-Submitted": "auto-replied"})
    s.send(ANNA, away)
    s.run()
    [row] = s.rows("incoming")
    assert (row["class"], row["reason"]) == ("auto-reply", "auto-reply")
    assert s.lying() == {} and len(s.lying("Hanterat")) == 1
    assert len(s.rig.mailbox(ANNA)) == 1


def test_our_own_mail_that_comes_back_is_answered_by_nobody(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    s.rig.deliver_lmtp(s.mailbox, s.raw(ANNA, "invitation")[0])
    s.run()
    assert [row["class"] for row in s.rows("incoming")] == ["own"]
    assert len(s.deliveries()) == 2


def test_a_persons_reply_stays_unread_with_the_meeting_it_is_about(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    asked = s.only(ANNA, "invitation")
    s.send(ANNA, make_mail(ANNA, s.mailbox, f"Sv: {asked['Subject']}", "Jag kommer, men lite sent.\n",
                           in_reply_to=asked["Message-ID"]))
    s.run()
    [row] = s.rows("incoming")
    assert (row["class"], row["outcome"], row["reason"]) == ("reply", "recorded", "person-reply")
    assert row["text"] == "Jag kommer, men lite sent."
    [(_, flags)] = s.lying().items()
    assert "\\Seen" not in flags


def test_a_bounce_of_a_mail_we_never_sent_counts_for_nothing(scene):
    s = scene
    s.put("ryd-1", at(5))
    s.run()
    asked = s.only(ANNA, "invitation")["Message-ID"]
    for message_id, failed in (("<never@linkoping.example>", ANNA), (asked, BERIT)):
        s.rig.deliver_lmtp(s.mailbox, bounce(message_id, failed))
    s.run()
    assert {row["reason"] for row in s.rows("incoming")} == {"bounce-not-ours",
                                                             "bounce-no-failure"}
    assert {d["state"] for d in s.deliveries()} == {"sent"}
    s.rig.deliver_lmtp(s.mailbox, bounce(asked, ANNA))
    s.run()
    assert {d["address"]: d["state"] for d in s.deliveries("invitation")}[ANNA] == "bounced"


def bounce(message_id, failed):
    return (f"From: MAILER-DAEMON@mx.utskott.example\r\nTo: utskott@linkoping.example\r\n"
            "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
            f"Message-ID: <b{abs(hash((message_id, failed)))}@mx.utskott.example>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report;"
            ' report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nIt came back.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx.utskott.example\r\n\r\n"
            f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n"
            f"From: utskott@linkoping.example\r\nTo: {failed}\r\n\r\n--b--\r\n").encode()
