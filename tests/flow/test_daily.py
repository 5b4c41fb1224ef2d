"""The coordinator's daily mail: what is open, a number for each, and answers by number."""
import datetime
import email.utils
import re

import pytest

from scene import (ONE_CALENDAR, SECRETARY, ZONE, Scene, at, clock, make_event, make_mail, make_pdf,
                   one_line, text_of)
from test_calls import ANNA, BERIT, CESAR, DORA, KIND, PLACES, directory
from test_commands import STRANGER, answer_to

NEW = ("Åsa Lind", "asa.lind@linkoping.example")
HELD = "Väntar på ditt beslut"
DAILY = {"daily_mail": {"days": ["mon", "tue", "wed", "thu", "fri"]}}


class Desk(Scene):
    def set_up(self, **settings):
        self.office.configure({"utskick": {"calendars": ONE_CALENDAR, "kinds": [
            {**KIND, "reminder_days": 3, "minutes_days": 5}], **DAILY, **settings},
            "directory": directory(PLACES)})
        self.rig.add_users([SECRETARY[1], NEW[1], STRANGER])

    def meeting(self, uid, start, summary="Trygghetsråd Ryd", secretary=SECRETARY, decisive=False):
        lines = [f"Sekreterare: {secretary[0]} <{secretary[1]}>"] if secretary else []
        self.events[uid] = make_event(uid, start, summary=summary, description="\n".join(
            lines + (["Avgörande fråga: ja"] if decisive else [])))
        self.write()

    def daily(self):
        return self.letters(self.coordinator, "daily-mail")

    def numbers(self, mail=None):
        """{what the heading says up to the first colon or comma: number}"""
        return {what: int(n) for n, what in re.findall(
            r"^(\d+)\. ([^:\n]+)", text_of(mail or self.daily()[-1]), re.M)}

    def says(self, text, mail=None, sender=None):
        sender = sender or self.coordinator
        self.send(sender, answer_to(mail or self.daily()[-1], text, sender, self.mailbox))

    def told(self):
        return one_line(text_of(self.letters(self.coordinator, "command-answer")[-1]))


@pytest.fixture
def desk(office):
    return Desk(office)


def test_everything_open_is_in_one_mail_and_answered_by_number(desk):
    desk.set_up()
    desk.meeting("late", at(-8))
    desk.meeting("call", at(9), decisive=True)
    desk.meeting("bare", at(11), secretary=None)
    desk.meeting("odd", at(40), summary="Fika med grannarna")
    desk.run(clock(-15))  # told of in time: a Sunday, so no mail of the day
    assert desk.daily() == []
    desk.run(clock(0))
    desk.send(STRANGER, desk.minutes_mail(STRANGER, "Protokoll [RYD-2026-08-30]"))
    away = make_mail(BERIT, desk.mailbox, "Autosvar: Kallelse",
                     "Hej! Jag är på semester till och med 30 september 2026.\n",
                     headers={"Auto-Submitted": "auto-replied"})
    away.replace_header("Date", email.utils.format_datetime(clock(0)))
    desk.send(BERIT, away)
    desk.rig.deliver_lmtp(desk.mailbox, make_mail(
        STRANGER, desk.mailbox, "Kallelse", "x", [("k.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nBEGIN")]).as_bytes())
    desk.run(clock(7, 6, 59))
    mails = len(desk.daily())
    desk.run(clock(7, 7, 0))
    assert len(desk.daily()) == mails + 1
    mail = desk.daily()[-1]
    n = desk.numbers(mail)
    text = one_line(text_of(mail))
    assert f"{len(n)} öppna ärenden måndag 14 september 2026 [D" in mail["Subject"]
    assert set(n) >= {HELD, "Protokollet saknas", "Ingen sekreterare", "Obesvarad kallelse",
                      "Frånvarande vid kallelse", "Ett möte som inte går att placera"}
    assert "Har inte svarat: Anna Ek, Berit Dahl, Cesar Alm och Dora Sten." in text
    assert "Autosvaret säger att Berit Dahl är borta till och med onsdag 30 september 2026" in text
    assert "Sekreterare: Karin Mörk" in text

    # A stranger's answer does nothing, whatever he quotes.
    desk.says(f"{n[HELD]} ja", mail, sender=STRANGER)
    desk.run(clock(7, 8))
    assert len(desk.office.json("held")) == 1

    # All words, and what is no command, in one answer.
    asked = len(desk.letters(SECRETARY[1], "minutes-request"))
    reminded = len(desk.letters(ANNA, "reminder"))
    desk.says(f"""Hej!

{n[HELD]} nej
{n['Protokollet saknas']} påminn
{n['Obesvarad kallelse']} påminn
{n['Ingen sekreterare']} sekreterare {NEW[0]} <{NEW[1]}>
{n['Frånvarande vid kallelse']} vänta
{n['Ett möte som inte går att placera']}: klart, tack
{n['Frånvarande vid kallelse']} ja
99 ja
Hur går det med kaffet?

Tack!
Maria
""", mail)
    desk.run(clock(7, 9))
    told = desk.told()
    for word in ("Protokollet skickas inte vidare.", "Påminnelse skickad till Karin Mörk.",
                 "Påminnelse skickad till Anna Ek, Berit Dahl, Cesar Alm och Dora Sten.", f"{NEW[1]} är sekreterare för mötet.",
                 "Visas igen måndag 21 september 2026.", "Visas inte mer.",
                 "Det ordet går inte att använda här. Skriv vänta eller klar.", "Det finns inget nummer 99",
                 "» Hur går det med kaffet? Det går inte att se vilket nummer raden gäller."):
        assert word in told, word
    assert len(desk.letters(SECRETARY[1], "minutes-request")) == asked + 1
    assert len(desk.letters(ANNA, "reminder")) == reminded + 1
    roles = desk.query("SELECT r.address, r.appointed_by FROM meeting_role AS r "
                       "JOIN meeting AS m ON m.id = r.meeting_id WHERE m.source_uid = 'bare'")
    assert roles == [(NEW[1], desk.coordinator)]
    [code] = desk.query("SELECT code FROM meeting WHERE source_uid = 'bare'")
    assert f"(appointed by {desk.coordinator})" in desk.office.utskick("meeting", *code).stdout

    # On Wednesday Monday's numbers still say what they said; what is settled is said to be.
    desk.says(f"{n[HELD]} ja\n{n['Ingen sekreterare']} vänta", mail)
    desk.write()  # the calendar is read again, and the appointed one stays
    desk.run(clock(9, 9))
    assert "Det avgjordes redan" in desk.told() and "Det är redan klart" in desk.told()
    left = desk.numbers()
    assert "Frånvarande vid kallelse" not in left and "Ett möte som inte går att placera" not in left
    assert "Ingen sekreterare" not in left and HELD not in left
    assert "Protokollet saknas" in left
    assert desk.query("SELECT address FROM meeting_role AS r JOIN meeting AS m ON m.id = r.meeting_id "
                      "WHERE m.source_uid = 'bare'") == [(NEW[1],)]

    # Five lines that nobody understands, and it ends.
    desk.says("a\nb\nc\nd\ne\n" + f"{left['Protokollet saknas']} klar\n", desk.daily()[-1])
    desk.run(clock(9, 10))
    assert "Här slutade läsningen" in desk.told()
    desk.run(clock(10, 7))
    assert "Protokollet saknas" in desk.numbers()


def test_who_was_not_reached_is_written_to_again_by_her_word(desk):
    desk.set_up()
    desk.rig.answer_at_rcpt(DORA, "552 5.2.2 Mailbox full")
    desk.meeting("ryd", at(9))
    desk.run(clock(0))
    assert desk.raw(DORA, "invitation") == []
    desk.run(clock(7, 7))
    mail = desk.daily()[-1]
    number = desk.numbers(mail)["Inte framme"]
    assert f"{number} skicka igen, {number} vänta, {number} klar" in one_line(text_of(mail))
    # Still full: she is told anew; then there is room.
    desk.says(f"{number} skicka igen", mail)
    desk.run(clock(7, 8))
    assert "Det skickas igen." in desk.told() and desk.raw(DORA, "invitation") == []
    desk.rig.answer_at_rcpt(DORA, None)
    desk.run(clock(8, 7))
    again = desk.numbers()["Inte framme"]
    desk.says(f"{again} skicka igen")
    desk.run(clock(8, 8))
    invitation, = desk.letters(DORA, "invitation")
    [row] = [d for d in desk.deliveries("invitation") if d["address"] == DORA]
    assert row["state"] == "sent" and row["message_id"] == invitation["Message-ID"]
    assert "The coordinator had it sent again" in desk.office.utskick("explain", f"d{row['id']}").stdout
    # Once: her second word finds it settled, and there is nothing left to say.
    desk.says(f"{again} skicka igen")
    desk.run(clock(8, 9))
    assert "Det är redan klart" in desk.told() and len(desk.raw(DORA, "invitation")) == 1
    # A call to a meeting that has begun is not sent again.
    assert "cannot be sent again" in desk.office.utskick("resend", f"d{row['id']}", check=1).stderr


def test_it_goes_out_once_on_each_working_day(desk):
    desk.set_up()
    desk.meeting("odd", datetime.datetime(2026, 12, 1, 18, 0), summary="Fika med grannarna")

    def mails(*moment):
        desk.run(datetime.datetime(*moment, tzinfo=ZONE))
        return len(desk.daily())

    assert mails(2026, 6, 18, 6, 59) == 0
    assert mails(2026, 6, 18, 7, 0) == 1
    # Again, later, and after the clock went back: once a day.
    assert mails(2026, 6, 18, 7, 1) == 1
    assert mails(2026, 6, 18, 16, 0) == 1
    assert mails(2026, 6, 18, 5, 0) == 1
    # Midsummer's Eve, the weekend; then Monday tells all.
    assert mails(2026, 6, 19, 9, 0) == 1
    assert mails(2026, 6, 20, 9, 0) == 1
    assert mails(2026, 6, 21, 9, 0) == 1
    assert mails(2026, 6, 22, 6, 59) == 1
    assert mails(2026, 6, 22, 23, 59) == 2
    # The night when the clock goes back, and the Monday after it.
    assert mails(2026, 10, 25, 12, 0) == 2
    assert mails(2026, 10, 26, 6, 59) == 2
    assert mails(2026, 10, 26, 7, 0) == 3
    # What is closed is not open; nothing open is no mail.
    desk.says("1 klar")
    assert mails(2026, 10, 26, 8, 0) == 3
    assert mails(2026, 10, 27, 7, 0) == 3
    # Where the office wants it, there is one all the same.
    desk.set_up(daily_mail={"days": ["wed"], "when_nothing": True})
    assert mails(2026, 10, 28, 7, 0) == 4
    assert "Inget är öppet onsdag 28 oktober 2026." in text_of(desk.daily()[-1])
    assert mails(2026, 10, 29, 7, 0) == 4
