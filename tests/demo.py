"""make demo: the main job on servers of its own, told in plain words as it happens.

A calendar around today, the example office, a real Dovecot and Postfix on loopback.
Everything printed is read back from the mailboxes and from `utskick`, nothing is
claimed. Mailboxes and database stay in the folder named at the end.
"""
import datetime
import email
import email.policy
import hashlib
import pathlib
import shutil
import sys
import textwrap

from rig import Rig, mails, programs
from rig.office import ROOT, addresses, write_config

FOLDER = ROOT / "demo-run"
MAILBOX = "utskott@linkoping.example"
COORDINATOR = "maria.sjoberg@linkoping.example"
DEAD = "finns-inte@linkoping.example"
SECRETARY = ("Karin Mörk", "karin.mork@linkoping.example")
HOUR = datetime.time(8, 30)


def say(text):
    print(textwrap.fill(" ".join(text.split()), 88), flush=True)


def step(number, text):
    print(f"\n{number}. ", end="")
    say(text)


def show(text):
    print(textwrap.indent(text.rstrip("\n"), "   | "), flush=True)


def table(text):
    """The recipients and the sums out of what `utskick meeting` says."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("recipient"))
    last = max(i for i, line in enumerate(lines) if line.endswith("not served"))
    return "\n".join(lines[first:last + 1])


def at(days, time=HOUR):
    day = datetime.datetime.now(mails.ZONE).date() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, time)


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def words(message):
    """The plain text of a mail, with the line ends of a terminal."""
    return "\n".join(message.get_body(("plain",)).get_content().splitlines())


class Demo:
    def __init__(self, rig):
        self.rig = rig
        self.config = FOLDER / "config"
        self.state = FOLDER / "state"
        self.clock = None

    def run(self, days, time=HOUR):
        """utskickd --once as if it were that moment."""
        now = at(days, time).replace(tzinfo=mails.ZONE)
        programs.run_once(self.config, self.state, now)
        self.rig.wait_until_delivered()

    def utskick(self, *words):
        return programs.utskick(self.config, self.state, *words, check=None).stdout

    def put_calendar(self):
        evening = datetime.time(18, 0)
        events = [
            mails.make_event("ekholmen-1@kalender.example", at(-3, evening), 120,
                             "Trygghetsråd Ekholmen", "Ekholmens centrum, samlingssalen",
                             f"Dagordning:\n1. Belysning vid skolan\n2. Orsaksanalys\n"
                             f"Sekreterare: {SECRETARY[0]} <{SECRETARY[1]}>"),
            mails.make_event("skaggetorp-1@kalender.example", at(10, evening), 120,
                             "Trygghetsråd Skäggetorp", "Skäggetorps centrum, biblioteket",
                             "Dagordning:\n1. Medborgarlöftet\nAvgörande fråga: ja"),
            mails.make_event("ekholmen-2@kalender.example", at(40, evening), 120,
                             "Trygghetsråd Ekholmen", "Ekholmens centrum, samlingssalen"),
        ]
        folder = self.config / "calendars/sakerhetsenheten"
        (folder / "moten.ics").write_bytes(mails.make_ics(*events))

    def letters(self, address, kind):
        """Mails of one kind in an address's mailbox."""
        return [raw for raw in self.rig.mailbox(address) if parsed(raw)["X-Utskick"] == kind]

    def everybody_with(self, kind, subject_part):
        found = []
        for address in addresses(self.config):
            if address == DEAD:
                continue
            for raw in self.letters(address, kind):
                if subject_part in parsed(raw)["Subject"]:
                    found.append((address, raw))
        return found


def tell_invitation(raw):
    """Reads the invitation with Python's email and icalendar, independently of us."""
    event = mails.invitation_event(raw)
    start = event["DTSTART"].dt
    show(f"Subject:   {parsed(raw)['Subject']}\n"
         f"Organizer: {event['ORGANIZER']}\n"
         f"Attendee:  {event['ATTENDEE']} ({event['ATTENDEE'].params['ROLE']})\n"
         f"Starts:    {start:%A %d %B %Y %H:%M} {start.tzinfo}, SEQUENCE {event['SEQUENCE']}")


def story(demo):
    rig = demo.rig
    demo.put_calendar()

    step(1, """Two weeks ago. The security unit's calendar holds three meetings. utskickd works
         through it: one meeting is less than 14 days away, so its committee is invited.""")
    demo.run(-14)
    invited = demo.everybody_with("invitation", "Ekholmen")
    say(f"   {len(invited)} people found an invitation in their mailbox. "
        f"{invited[0][0]}'s, read by Python's email and icalendar:")
    tell_invitation(invited[0][1])

    step(2, """One member's address does not exist. The server refused it, and the
         coordinator was told, in one mail:""")
    notice = parsed(demo.letters(COORDINATOR, "failure-notice")[0])
    show(words(notice).split("\n\n")[2])

    step(3, """Today. The Skäggetorp meeting has a decisive matter: its invitation asks for
         attendance. The Ekholmen meeting is over: its secretary is asked for the minutes.""")
    demo.run(0)
    called = demo.everybody_with("invitation", "Skäggetorp")
    yes, no = called[0], called[1]
    for (address, raw), answer in ((yes, "ACCEPTED"), (no, "DECLINED")):
        rig.send(address, mails.make_reply(raw, address, answer), [MAILBOX])
    say(f"   {len(called)} people were called. {yes[0]} accepts and {no[0]} declines, with the "
        "buttons of their mail programs.")

    step(4, f"""{SECRETARY[0]} was the secretary. She answers the request with the minutes, a
         PDF. Somebody who was not the secretary also sends minutes in.""")
    request = parsed(demo.letters(SECRETARY[1], "minutes-request")[0])
    pdf = mails.make_pdf("Minnesanteckningar\nTrygghetsråd Ekholmen\nBelysning vid skolan")
    reply = mails.make_mail(SECRETARY[1], MAILBOX, f"Sv: {request['Subject']}",
                            "Hej! Här kommer anteckningarna.\n/Karin\n",
                            in_reply_to=request["Message-ID"])
    reply.add_attachment(pdf, maintype="application", subtype="pdf",
                         filename="Minnesanteckningar Ekholmen åäö.pdf")
    rig.send(SECRETARY[1], reply)
    other = invited[1][0]
    code = request["Subject"].rpartition("[")[2].rstrip("]")
    stray = mails.make_mail(other, MAILBOX, f"Protokoll [{code}]", "Mitt förslag.\n")
    stray.add_attachment(mails.make_pdf("Ett annat protokoll"), maintype="application",
                         subtype="pdf", filename="protokoll.pdf")
    rig.send(other, stray)
    rig.wait_until_delivered()

    step(5, """utskickd reads the mailbox: the answers are recorded, the secretary's minutes go to
         the committee, the other ones wait for the coordinator's yes.""")
    demo.run(0, datetime.time(9, 0))
    served = demo.everybody_with("minutes", "Ekholmen")
    same = [raw for _, raw in served
            if any(part.get_content() == pdf for part in parsed(raw).iter_attachments())]
    say(f"   {len(served)} people have the minutes, in {len(same)} mails the PDF is byte for "
        f"byte the secretary's (SHA-256 {hashlib.sha256(pdf).hexdigest()[:16]}...). "
        f"The secretary got a receipt: {len(demo.letters(SECRETARY[1], 'receipt'))}.")
    show(demo.utskick("held"))

    called_code = parsed(yes[1])["Subject"].rpartition("[")[2].rstrip("]")
    step(6, f"Who accepted the call (utskick meeting {called_code}):")
    show(table(demo.utskick("meeting", called_code)))
    step(7, f"Who got what, and who did not (utskick meeting {code}):")
    show(table(demo.utskick("meeting", code)))


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    (FOLDER / "state").mkdir(mode=0o700)
    print("Starting a Dovecot and a Postfix of our own on 127.0.0.1 ...", flush=True)
    rig = Rig(FOLDER / "servers")
    rig.start()
    try:
        write_config(rig, FOLDER / "config")
        rig.add_users([a for a in addresses(FOLDER / "config") if a != DEAD])
        story(Demo(rig))
    finally:
        rig.stop()
    where = pathlib.Path("demo-run")
    print(f"\nThe servers are stopped. To look at: {where}/servers (mailboxes, server log),\n"
          f"{where}/state/utskick.db (database), {where}/config (the office).\n"
          f"Try: build/utskick --config {where}/config --state {where}/state status")


if __name__ == "__main__":
    sys.exit(main())
