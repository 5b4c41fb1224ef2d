"""make week: a coordinator's week in August, by mail alone, as the manual tells it.

Runs the programs through the week on a Dovecot and Postfix of their own and writes
daemon/utskick-week.7 with the mails that came. Mail comes in with the arrival time of the
story and the word of the mail server on its sender, as a server that receives it would
write it. tests/flow/test_week.py tells the story anew and compares.
"""
import datetime
import email
import email.policy
import email.utils
import imaplib
import pathlib
import sys
import tempfile
import textwrap

from rig import Rig, mails, programs
from rig.office import ROOT, addresses, write_config

PAGE = ROOT / "daemon" / "utskick-week.7"
MAILBOX = "utskott@linkoping.example"
COORDINATOR = "maria.sjoberg@linkoping.example"
SECRETARY = ("Karin Mörk", "karin.mork@linkoping.example")
STRANGER = ("Kalle Berg", "kalle.berg@linkoping.example")
ANNA, BERIT = "anna.ek@utskott.example", "berit.dahl@utskott.example"
CESAR = "cesar.alm@utskott.example"
PEOPLE = [("anna", "Anna Ek", ANNA, "chair"), ("berit", "Berit Dahl", BERIT, "member"),
          ("cesar", "Cesar Alm", CESAR, "member")]
KEY = bytes(range(32))  # so that the codes in the subjects are those of the manual


def at(day, hour=8, minute=0, month=8):
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=mails.ZONE)


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def words(mail):
    return "\n".join(mail.get_body(("plain",)).get_content().splitlines())


class Week:
    """The office, its clock, and what the coordinator sees of it."""

    def __init__(self, rig, folder):
        self.rig, self.config, self.state = rig, folder / "config", folder / "state"
        self.state.mkdir(mode=0o700)
        (self.state / "token.key").write_bytes(KEY)
        (self.state / "token.key").chmod(0o600)
        self.seen = 0
        self.events = {}
        write_config(rig, self.config, {
            "utskick": {
                "calendars": [{"name": "Säkerhetsenheten", "folder": "calendars/sakerhetsenheten"}],
                "kinds": [{"id": "council-meeting", "name": {"sv": "trygghetsråd", "en": "safety council"},
                           "words": ["trygghetsråd"], "reminder_days": 7}],
                "daily_mail": {"days": ["mon", "tue", "wed", "thu", "fri"]}},
            "directory": {
                "councils": [{"id": "ryd", "code": "RYD", "name": "Ryd", "committees": ["nv"]}],
                "committees": [{"id": "nv", "name": "Utskottet Nordväst", "members": [
                    {"person": key, "role": role} for key, _, _, role in PEOPLE]}],
                "people": [{"id": key, "name": name, "addresses": [address]}
                           for key, name, address, _ in PEOPLE]}})
        rig.add_users(addresses(self.config) + [SECRETARY[1], STRANGER[1]])

    def meet(self, uid, start, call=False):
        lines = [f"Sekreterare: {SECRETARY[0]} <{SECRETARY[1]}>"] + ["Avgörande fråga: ja"] * call
        self.events[uid] = mails.make_event(uid, start.replace(tzinfo=None), summary="Trygghetsråd Ryd",
                                            description="\n".join(lines))
        path = self.config / "calendars/sakerhetsenheten/moten.ics"
        path.write_bytes(mails.make_ics(*self.events.values()))

    def run(self, moment):
        programs.run_once(self.config, self.state, moment)
        self.rig.wait_until_delivered()

    def come(self, moment, sender, subject, text, files=(), **how):
        """A mail arrives; the office does what it makes of it."""
        mail = mails.make_mail(f"{sender[0]} <{sender[1]}>", MAILBOX, subject, text, files, **how)
        mail.replace_header("Date", email.utils.format_datetime(moment))
        domain = sender[1].partition("@")[2]
        vouched = (f"Authentication-Results: mx.linkoping.example;\r\n"
                   f"\tdmarc=pass header.from={domain}\r\n").encode()
        imap = self.rig.imap(MAILBOX)
        imap.append("INBOX", None, imaplib.Time2Internaldate(moment), vouched + mail.as_bytes())
        imap.logout()
        self.run(moment)

    def answer(self, moment, to, text):
        """The coordinator answers, with the mail quoted below as Outlook does it."""
        quoted = (f"\n________________________________\nFrån: {to['From']}\nSkickat: {to['Date']}\n"
                  f"Till: {to['To']}\nÄmne: {to['Subject']}\n\n{words(to)}\n")
        self.come(moment, ("Maria Sjöberg", COORDINATOR), f"SV: {to['Subject']}", text + quoted,
                  in_reply_to=to["Message-ID"])

    def press(self, moment, member, partstat):
        """A member presses a button in the calendar."""
        raw = [r for r in self.rig.mailbox(member[1]) if parsed(r)["X-Utskick"] == "invitation"][-1]
        reply = mails.make_reply(raw, member[1], partstat, "outlook", moment)
        self.rig.send(member[1], reply, [MAILBOX])
        self.rig.wait_until_delivered()
        self.run(moment)

    def letters(self, address, *kinds):
        return [m for m in map(parsed, self.rig.mailbox(address)) if m["X-Utskick"] in kinds]

    def news(self):
        """What has come to the coordinator since the last time."""
        all_of_them = [m for m in map(parsed, self.rig.mailbox(COORDINATOR)) if m["X-Utskick"]]
        new, self.seen = all_of_them[self.seen:], len(all_of_them)
        return new


class Page:
    """An mdoc page, line by line."""

    def __init__(self):
        self.lines = []

    def say(self, *sentences):
        self.lines += [self._plain(s) for s in sentences]

    def day(self, name):
        self.lines += [f".Ss {self._plain(name)}"]

    def new(self):
        self.lines += [".Pp"]

    def show(self, mail, footer="Mejlet är skickat automatiskt"):
        """A mail, without the lines that all have at their end."""
        text = words(mail).partition(footer)[0].strip()
        self.literal(f"Ämne: {mail['Subject']}\n\n{text}")

    def literal(self, text):
        shown = "\n".join(line if len(line) <= 76 else textwrap.fill(
            line, 76, subsequent_indent=" " * (len(line) - len(line.lstrip()))) for line in text.split("\n"))
        self.lines += [".Bd -literal -offset 2n"]
        self.lines += [self._plain(line) or r"\&" for line in shown.split("\n")]
        self.lines += [".Ed"]

    @staticmethod
    def _plain(text):
        escaped = text.replace("\\", r"\e")
        escaped = "".join(c if ord(c) < 128 else rf"\[u{ord(c):04X}]" for c in escaped)
        return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped

    def text(self):
        return "\n".join(self.lines) + "\n"


HEAD = r""".\" Written by `make week`: the mails are those that the program sent.
.Dd November 22, 2026
.Dt UTSKICK-WEEK 7
.Os
.Sh NAME
.Nm utskick-week
.Nd a coordinator's week in August, by mail alone
.Sh DESCRIPTION
The coordinator needs no other program than the one she reads mail with.
What waits for her word comes as a notice,
and each working day at seven there is one mail of all that is open
.Pq Cm daily_mail No in Xr utskick.json 5 .
She answers above the quoted mail, and is told what was done.
.Pp
An answer counts where a trusted server vouches for it,
and where it quotes the mail or keeps the code in its subject
.Pq Cm trust ;
anybody else's does nothing.
.Pp
Each line of an answer to the daily mail has the number of a matter and a word:
.Bl -tag -width "sekreterare" -offset indent
.It Li ja , nej
decides on what waits; behind
.Li ja
may stand the number of a meeting where several fit.
.It Li p\[u00E5]minn
reminds whom the matter is about.
.It Li sekreterare Ar address
appoints the meeting's secretary, whatever the calendar says of it from then on.
.It Li v\[u00E4]nta
leaves the matter out for some days.
.It Li klar
leaves it out for good.
.It Li \[u00E5]terkalla Ar code
without a number: takes back the minutes that went out for the meeting of that code.
.El
.Pp
Several numbers may stand on a line
.Pq Dq 1 och 3 klar ,
several lines in a mail, and the same words in English.
The numbers are those of the mail that is answered, also days later.
After five lines that cannot be understood the rest is not read.
.Sh THE WEEK
This is what a small office sent in the second week of August 2026.
Trygghetsr\[u00E5]d Ryd has met twice,
and its members are called to the next meeting, on the 19th.
""".rstrip("\n")

TAIL = r""".Sh SEE ALSO
.Xr utskick 1 ,
.Xr utskick.json 5 ,
.Xr utskickd 8
""".rstrip("\n")


def before(week):
    """July and the first week of August."""
    week.meet("july", at(23, 18, month=7))
    week.meet("august", at(4, 18))
    week.meet("call", at(19, 18), call=True)
    week.run(at(6, 9, month=7))
    week.run(at(21, 9, month=7))
    week.run(at(24, 9, month=7))
    week.run(at(5, 9))
    for member, away in ((("Anna Ek", ANNA), "på semester till och med 14 augusti 2026"),
                         (("Berit Dahl", BERIT), "på semester till och med 23 augusti 2026"),
                         (("Cesar Alm", CESAR), "ledig och åter den 24 augusti 2026")):
        week.come(at(5, 9, 5), member, "Autosvar: Inbjudan", f"Hej! Jag är {away}.\n",
                  headers={"Auto-Submitted": "auto-replied"})
    week.come(at(7, 16), STRANGER, "Protokoll [RYD-2026-08-04]", "Hej!\n\nHär är protokollet.\n",
              [("Protokoll Ryd.pdf", "application/pdf", mails.make_pdf("Ryd 4 augusti"))])


def monday(week, page):
    page.day("Monday")
    week.news()
    held = week.letters(COORDINATOR, "held-notice")[-1]
    week.run(at(10, 7))
    [daily] = week.news()
    page.say("The daily mail is there at seven, with what came up while she was away:")
    page.show(daily)
    page.say("The minutes of the fourth came from Kalle Berg on Friday.",
             "He was there, she knows, and took the notes, so she answers the notice of them:")
    page.literal("Hej!\n\nJa tack\n\nMvh\nMaria")
    week.answer(at(10, 8, 10), held, "Hej!\n\nJa tack\n\nMvh\nMaria\n")
    [told] = week.news()
    page.say("A minute later:")
    page.show(told)
    page.say("Then the rest, in answer to the daily mail.",
             "Line one is settled by now, which she does not remember:")
    answer = "1 ja\n2 påminn\n3 och 4 klar\nFinns det kaffe?"
    page.literal(answer)
    week.answer(at(10, 8, 20), daily, answer + "\n")
    [told] = week.news()
    page.show(told)


def tuesday(week, page):
    page.day("Tuesday")
    week.run(at(11, 7))
    [daily] = week.news()
    page.say("One matter is left:")
    page.show(daily)
    page.say("It is Karin M\u00f6rk's turn.", "She was reminded, and hands in the minutes in answer to that mail;",
             "in the afternoon comes a corrected version.")
    request = week.letters(SECRETARY[1], "minutes-request")[-1]
    how = {"in_reply_to": request["Message-ID"]}
    week.come(at(11, 9, 30), SECRETARY, f"SV: {request['Subject']}", "Här kommer det, förlåt!\n",
              [("Protokoll 23 juli.pdf", "application/pdf", mails.make_pdf("Ryd 23 juli"))], **how)
    week.come(at(11, 14), SECRETARY, f"SV: {request['Subject']}", "Fel datum i rubriken, här är rätt.\n",
              [("Protokoll 23 juli.pdf", "application/pdf", mails.make_pdf("Ryd 23 juli, rättat"))], **how)
    assert [m["Subject"] for m in week.news()] == []
    page.say("Both go to the committee by themselves.", "The members get:")
    page.literal("\n".join(m["Subject"] for m in week.letters(ANNA, "minutes")[-2:]))


def midweek(week, page):
    page.day("Wednesday")
    week.run(at(12, 7))
    week.run(at(12, 9))
    assert [m["Subject"] for m in week.news()] == []
    page.say("Nothing is open, so there is no mail.",
             "A week before the meeting who has not answered is reminded anyway;",
             "Anna Ek and Cesar Alm accept.")
    week.press(at(12, 10), ("Anna Ek", ANNA), "ACCEPTED")
    week.press(at(12, 11), ("Cesar Alm", CESAR), "ACCEPTED")
    page.day("Thursday")
    week.run(at(13, 7))
    [daily] = week.news()
    page.say("One answer is missing:")
    page.show(daily)
    page.say("Berit Dahl is on holiday, but reads her mail on the telephone:")
    page.literal("1 påminn")
    week.answer(at(13, 8), daily, "1 påminn\n")
    [told] = week.news()
    page.show(told)
    week.press(at(13, 12), ("Berit Dahl", BERIT), "ACCEPTED")
    page.say("At noon she accepts.")


def friday(week, page):
    page.day("Friday")
    week.run(at(14, 7))
    assert [m["Subject"] for m in week.news()] == []
    page.say("Nothing is open, and no mail comes.")


def tell(rig, folder):
    """The page's text."""
    week, page = Week(rig, pathlib.Path(folder)), Page()
    page.lines += HEAD.split("\n")
    before(week)
    for part in (monday, tuesday, midweek, friday):
        part(week, page)
    page.lines += TAIL.split("\n")
    return page.text()


def main():
    with Rig().start() as rig, tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(tell(rig, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
