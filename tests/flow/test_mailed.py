"""Meetings that are mailed to the mailbox: whoever may plan invites it from his calendar
program, changes, moves and cancels, and the committees hear of it as of any other meeting."""
import base64
import datetime
import email.header
import re

import icalendar
import pytest

from rig import replies
from rig.invitations import PROGRAMS, UNIT, invite
from rig.mails import UTC, make_event, make_ics
from scene import NOW, Scene, at, clock, files_of, make_pdf, one_line, parse, text_of

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
CHAIR = "ordf@radet.example"
SENT = datetime.datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def later(minutes):
    return SENT + datetime.timedelta(minutes=minutes)


class Mailed(Scene):
    def __init__(self, office, **settings):
        super().__init__(office, [ANNA], {"trust": {"authserv_ids": [replies.AUTHSERV]}, **settings})
        self.rig.add_users([UNIT, CHAIR])

    def mail(self, *raws):
        for raw in raws:
            self.rig.deliver_lmtp(self.mailbox, raw, str(parse(raw)["From"].addresses[0].addr_spec))

    def counts(self):
        return tuple(len(self.raw(ANNA, kind)) for kind in ("invitation", "update", "cancellation"))

    def outcomes(self):
        return [(row["outcome"], row["reason"]) for row in sorted(self.rows("incoming"), key=lambda r: r["register"])]

    def answers(self, to=UNIT):
        return self.letters(to, "meeting-answer")

    def starts(self):
        return sorted(row["starts_at"][:16] for row in self.rows("meetings") if row["state"] == "planned")


@pytest.fixture
def scene(office):
    return Mailed(office)


def answer_of(mail):
    """The calendar in an answer, as another program reads it."""
    part, = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REPLY"
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert calendar["METHOD"] == "REPLY"
    return calendar.walk("VEVENT")


def test_invitations_of_four_programs_reach_the_committees_and_are_accepted(scene):
    s = scene
    mails = {program: invite(program, f"{program}-1@linkoping.example", at(3 + n, 18), SENT)
             for n, program in enumerate(PROGRAMS)}
    s.mail(*mails.values())
    s.run()
    assert s.outcomes() == [("applied", "meeting-mailed")] * 4
    assert s.counts() == (4, 0, 0)
    assert s.starts() == [f"2026-09-{10 + n}T18:00" for n in range(4)]
    told = text_of(s.letters(ANNA, "invitation")[0])
    assert "Träffpunkten Ånestad" in told and "belysning på Höstvägen" in told
    answers = {str(a["In-Reply-To"]): a for a in s.answers()}
    for program, raw in mails.items():
        mail = answers[str(parse(raw)["Message-ID"])]
        event, = answer_of(mail)
        assert event["UID"] == f"{program}-1@linkoping.example" and event["SEQUENCE"] == 0
        assert event["ORGANIZER"].lower() == f"mailto:{UNIT}"
        assert event["ATTENDEE"].lower() == f"mailto:{s.mailbox}"
        assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
        assert mail["Auto-Submitted"] == "auto-replied" and str(mail["To"]).endswith(f"<{UNIT}>")
        assert str(mail["Subject"]) == "Accepterat: Trygghetsråd Ryd"
    # Handled mail is out of the way; the same mails once more change nothing and get no answer.
    assert s.lying() == {}
    s.mail(*mails.values())
    s.run(clock(0, 9))
    assert s.outcomes()[4:] == [("ignored", "meeting-mail-same")] * 4
    assert s.counts() == (4, 0, 0) and len(s.answers()) == 4


def series(program="outlook", sent=SENT, sequence=0, start=at(2, 18), **about):
    return invite(program, "serie@linkoping.example", start, sent, sequence=sequence,
                  extra=["RRULE:FREQ=WEEKLY;COUNT=3"], **about)


def test_a_series_is_changed_date_by_date_as_outlook_does_it(scene):
    s = scene
    s.mail(series())
    s.run()
    assert s.counts() == (2, 0, 0)  # those within 14 days
    # One date is moved, by a mail that holds it alone and says no SEQUENCE but its own.
    date = at(9, 18)
    moved = invite("outlook", "serie@linkoping.example", at(10, 17), later(10), sequence=1, date=date)
    s.mail(moved)
    s.run(clock(0, 9))
    assert s.counts() == (2, 1, 0) and "2026-09-17T17:00" in s.starts()
    event, = answer_of(s.answers()[-1])
    assert event["RECURRENCE-ID"].dt == datetime.datetime(2026, 9, 16, 16, 0, tzinfo=icalendar.prop.pytz.utc)
    # An older change of the date is no news, and neither is an older series.
    s.mail(invite("outlook", "serie@linkoping.example", at(11, 17), later(5), sequence=1, date=date),
           series(sent=SENT - datetime.timedelta(days=1)))
    s.run(clock(0, 10))
    assert s.outcomes()[2:] == [("ignored", "meeting-mail-stale")] * 2 and s.counts() == (2, 1, 0)
    # That date is called off, as Outlook does it: without SEQUENCE.
    s.mail(invite("outlook", "serie@linkoping.example", at(10, 17), later(20), "CANCEL", sequence=None, date=date))
    s.run(clock(0, 11))
    assert s.outcomes()[4:] == [("applied", "meeting-mail-cancelled")]
    assert s.counts() == (2, 1, 1) and s.starts() == ["2026-09-09T18:00", "2026-09-23T18:00"]
    # The whole series is moved: the date that was called off is held after all.
    s.mail(series(sent=later(30), sequence=2, start=at(2, 19)))
    s.run(clock(0, 12))
    assert s.starts() == ["2026-09-09T19:00", "2026-09-16T19:00", "2026-09-23T19:00"]
    # And all of it is cancelled.
    s.mail(series(sent=later(40), sequence=None, method="CANCEL"))
    s.run(clock(0, 13))
    assert s.starts() == [] and s.counts()[2] == 3
    assert len(s.answers()) == 3  # series, date, series: no answer to a cancellation


def test_a_year_s_plan_is_mailed_in_as_one_calendar(scene):
    s = scene
    days = [datetime.datetime(2026, 9, 14, 18) + datetime.timedelta(days=28 * n) for n in range(13)]
    plan = make_ics(*[make_event(f"plan-{n}@linkoping.example", day, summary=f"Trygghetsråd Ryd nr {n}",
                                 location="Åhörarsalen") for n, day in enumerate(days)], method="PUBLISH")
    s.mail(replies.mail(UNIT, replies.multipart(
        replies.text_part("Hej! Här är årets plan. Häls. enheten"),
        replies.part(plan, "text/calendar; charset=utf-8; name=\"årsplan.ics\"", "plan.ics")), subject="Årsplan"))
    s.run()
    assert s.outcomes() == [("applied", "meeting-mailed")]
    assert len(s.starts()) == 13 and s.counts() == (1, 0, 0) and s.answers() == []
    # An update of the plan: one is moved, one is left out, which says nothing about it.
    s.mail(replies.mail(UNIT, replies.part(make_ics(make_event(
        "plan-0@linkoping.example", days[0], location="Stadshuset",
        summary="Trygghetsråd Ryd nr 0").replace("SEQUENCE:0", "SEQUENCE:1"), method="PUBLISH"), name="p.ics")))
    s.run(clock(0, 9))
    assert len(s.starts()) == 13 and s.counts() == (1, 1, 0)


def with_files(raw, *files):
    """The mail with files attached, as Outlook does it: [(name, type, disposition, bytes)]."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    at = head.index(b"\r\nContent-Type:") + 2
    end = re.compile(rb"\r\n(?![ \t])|\Z").search(head, at).end()
    inner = head[at:end].rstrip() + gap + body
    rest = head[:at] + head[end:]
    parts = [f"Content-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: {how}; filename=\"{name}\"\r\n"
             "Content-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(content)
             for name, kind, how, content in files]
    return rest.rstrip() + b"\r\n" + replies.multipart(inner, *parts, boundary="=_filer")


AGENDA = ("Dagordning.pdf", "application/pdf", "attachment", make_pdf("Dagordning"))
MAP = ("Karta.png", "image/png", "attachment", b"\x89PNG karta")
LOGO = ("image001.png", "image/png", "inline", b"\x89PNG logo")
CARD = ("tomas.vcf", "text/vcard", "attachment", b"BEGIN:VCARD")


def sent_along(s, kind):
    return [files_of(parse(raw)) for raw in s.raw(ANNA, kind)]


def test_files_beside_an_invitation_go_along_with_it(scene):
    s = scene
    s.mail(with_files(series(start=at(2, 18)), AGENDA, LOGO, MAP, CARD))
    s.run()
    agenda = {AGENDA[0]: AGENDA[3]}
    assert sent_along(s, "invitation") == [{**agenda, MAP[0]: MAP[3]}] * 2
    assert "Dagordning.pdf (" in text_of(s.letters(ANNA, "invitation")[0])
    # A date of its own has what came with it; one whose mail has none keeps the files of the series.
    new = ("Ny dagordning.pdf", "application/pdf", "attachment", make_pdf("Ny"))
    s.mail(with_files(invite("outlook", "serie@linkoping.example", at(10, 17), later(10), sequence=1,
                             date=at(9, 18)), new))
    s.run(clock(0, 9))
    s.mail(invite("outlook", "serie@linkoping.example", at(2, 17), later(20), sequence=1, date=at(2, 18)))
    s.run(clock(0, 10))
    assert sent_along(s, "update") == [{new[0]: new[3]}, {**agenda, MAP[0]: MAP[3]}]
    # The whole of it anew, without files: there are none any more.
    s.mail(series(sent=later(30), sequence=2, start=at(2, 19)))
    s.run(clock(0, 11))
    assert sent_along(s, "update")[2:] == [{}, {}]


def test_files_of_a_forwarded_invitation_go_along_and_those_of_a_held_one_after_the_yes(office):
    s = Mailed(office, limits={"attachments_mib": 1})
    large = ("Stor.pdf", "application/pdf", "attachment", b"%PDF" + b"x" * (1 << 20))
    inner = with_files(invite("outlook", "framfort@radet.example", at(4), SENT, sender=CHAIR), large, AGENDA)
    s.mail(replies.mail(s.coordinator, replies.multipart(
               replies.text_part("Lägg in den här"), replies.forwarded(inner),
               replies.part(b"%PDF eget", "application/pdf", "Eget.pdf")), subject="VB: Råd"),
           with_files(invite("google", "hallen@radet.example", at(5), SENT, sender=CHAIR), MAP))
    s.run()
    assert sent_along(s, "invitation") == [{AGENDA[0]: AGENDA[3]}]
    assert s.query("SELECT count(*) FROM blob") == [(1,)]
    s.office.utskick("release", str(s.held()[0]["id"]))
    s.run(clock(0, 9))
    assert sent_along(s, "invitation")[1:] == [{MAP[0]: MAP[3]}]


def held_of(s):
    return [(h["act"], h["reason"]) for h in s.held()]


def test_who_may_plan_and_what_waits_for_the_coordinator(scene):
    s = scene
    uid = "annan@linkoping.example"
    s.mail(invite("outlook", uid, at(4), SENT, vouched=False),                 # says it is the unit
           invite("google", "ordf@radet.example", at(5), SENT, sender=CHAIR),  # somebody else
           invite("apple", "lista@lista.example", at(6), SENT, sender="x@lista.example",
                  headers="List-Id: <nyheter.lista.example>\r\n"))
    s.run()
    assert s.outcomes() == [("held", "plan-not-vouched"), ("held", "plan-no-role"), ("recorded", "itip-not-ours")]
    assert s.counts() == (0, 0, 0) and s.answers() == [] and s.answers(CHAIR) == []
    notices = [one_line(text_of(m)) for m in s.letters(s.coordinator, "held-notice")]
    assert len(notices) == 2 and "Möte: Trygghetsråd Ryd" in notices[1] and "Var: Träffpunkten Ånestad" in notices[1]
    assert CHAIR in notices[1] and "Avsändaren får inte planera" in notices[1]
    # Yes takes it in, and now its organizer hears of it.
    yes, no = [h["id"] for h in s.held() if h["reason"] == "plan-no-role"], \
        [h["id"] for h in s.held() if h["reason"] == "plan-not-vouched"]
    s.office.utskick("release", str(*yes))
    s.office.utskick("refuse", str(*no))
    s.run(clock(0, 9))
    assert s.counts() == (1, 0, 0) and not s.held() and len(s.answers(CHAIR)) == 1
    # His change of it waits too; somebody's cancellation of what a calendar has is ignored (A9).
    s.put("fil-1", at(7))
    s.mail(invite("google", "ordf@radet.example", at(5), later(9), "CANCEL", sender=CHAIR, sequence=1))
    s.run(clock(0, 10))
    s.mail(invite("google", "fil-1", at(7), later(10), "CANCEL", sender=CHAIR, sequence=1))
    s.run(clock(0, 11))
    assert s.outcomes()[3:] == [("held", "plan-no-role"), ("ignored", "itip-not-reply")]
    assert s.counts() == (2, 0, 0)
    # Our own invitation, sent to us by the unit, is no meeting of theirs.
    ours = s.raw(ANNA, "invitation")[0]
    calendar = [p for p in parse(ours).walk() if p.get_content_type() == "text/calendar"][0].get_payload(decode=True)
    s.mail(replies.mail(UNIT, replies.part(calendar, "text/calendar; method=REQUEST")))
    s.run(clock(0, 12))
    assert s.outcomes()[5:] == [("ignored", "itip-not-reply")]


def test_an_invitation_that_is_forwarded_counts_for_who_forwards_it(scene):
    s = scene
    inner = invite("outlook", "framfort@radet.example", at(4), SENT, sender=CHAIR)
    s.mail(replies.mail(s.coordinator, replies.multipart(
               replies.text_part("Kan du lägga in den här?"), replies.forwarded(inner)), subject="VB: Råd"),
           replies.mail(ANNA, replies.multipart(replies.text_part("Se här"), replies.forwarded(
               invite("outlook", "fremmande@radet.example", at(5), SENT, sender=CHAIR))), subject="VB: Råd"))
    s.run()
    assert s.outcomes()[0] == ("applied", "meeting-mailed") and s.outcomes()[1][1] != "meeting-mailed"
    assert s.counts() == (1, 0, 0) and s.answers(CHAIR) == [] and s.answers(s.coordinator) == []


def test_the_same_meeting_in_the_calendar_and_by_mail_is_one_and_a_hostile_rule_hurts_nobody(office):
    s = Mailed(office, calendars=[{"name": "Säkerhetsenheten", "folder": "calendars/sakerhetsenheten"},
                                  {"name": "Inbjudningar", "mail": {"answer": False}, "council": "ryd"}])
    s.put("ryd-1", at(5), location="Träffpunkten Ånestad")
    s.mail(invite("outlook", "ryd-1", at(5), SENT, extra=["X-A:1"]),
           invite("outlook", "ond", at(6), SENT, extra=["RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"]),
           invite("apple", "ryd-2", at(6), SENT, summary="Trygghetsråd"))
    s.run()
    assert s.counts() == (2, 0, 0) and s.answers() == []
    assert s.outcomes() == [("applied", "meeting-mailed"), ("broken", "broken-limit"), ("applied", "meeting-mailed")]
    meeting = next(m for m in s.rows("meetings") if m["starts_at"].startswith("2026-09-12"))
    shown = s.office.utskick("meeting", meeting["code"]).stdout
    assert "Inbjudningar" in shown and "Säkerhetsenheten" in shown
    assert meeting["code"] in s.office.utskick("explain", s.rows("incoming")[0]["register"]).stdout
    assert {m["calendar"] for m in s.office.json("meeting")} == {"Inbjudningar"}  # the mail is newer
    # The file drops it, the mail still has it; then the mail cancels it.
    s.put("ryd-1", None)
    s.put("ryd-3", at(8))
    s.run(clock(0, 9))
    assert s.counts()[2] == 0
    s.mail(invite("outlook", "ryd-1", at(5), later(60), "CANCEL", sequence=None))
    s.run(clock(0, 10))
    assert s.counts()[2] == 1
    assert NOW


def test_a_machine_plans_nothing_and_nobody_is_answered_more_often_than_the_settings_say(office):
    s = Mailed(office, calendars=[{"name": "Säkerhetsenheten", "folder": "calendars/sakerhetsenheten"},
                                  {"name": "Inbjudningar", "mail": {"answers_per_day": 2, "messages": 2}}])
    s.mail(invite("apple", "m-1", at(4), SENT, headers="Auto-Submitted: auto-generated\r\n"),
           *[invite("google", f"m-{n}", at(3 + n), SENT) for n in (2, 3, 4)])
    s.run()
    assert s.counts() == (3, 0, 0) and len(s.answers()) == 2
    assert {str(e["UID"]) for a in s.answers() for e in answer_of(a)} == {"m-2", "m-3"}
    # A day later there is room again; more mails about one entry than are kept wait for the coordinator.
    date = [invite("google", "m-2", at(5, 17 + n), later(n), sequence=n, date=at(5 + n)) for n in (1, 2)]
    s.mail(*date)
    s.run(clock(1, 9))
    assert s.outcomes()[4:] == [("applied", "meeting-mailed"), ("held", "meeting-mail-many")]
    assert len(s.answers()) == 3
    s.office.utskick("release", str(s.held()[0]["id"]))
    s.run(clock(1, 10))
    assert not s.held() and s.outcomes()[5] == ("applied", "meeting-mailed")
