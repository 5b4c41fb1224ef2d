"""Mails as an office gets them; the same ones at every run."""
import datetime
import random

from rig.mails import UTC, make_event, make_ics, make_mail, make_pdf, make_reply

OFFICE = "utskott@linkoping.example"
QUOTED = "\n".join("> Trygghetsrådet bjuder in till möte, se bifogad kallelse." for _ in range(20))


def _invitation():
    event = make_event("a1b2c3@linkoping.example", datetime.datetime(2026, 9, 14, 18, 0),
                       extra=[f"ORGANIZER:mailto:{OFFICE}"])
    mail = make_mail(OFFICE, "medlem@utskott.example", "Inbjudan: trygghetsråd", "Välkommen!\n")
    mail.add_alternative(make_ics(event, method="REQUEST"), maintype="text", subtype="calendar",
                         params={"method": "REQUEST"})
    return mail.as_bytes()


def _answers(count):
    now = datetime.datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
    invitation = _invitation()
    for i in range(count):
        yield make_reply(invitation, f"medlem{i}@utskott.example", now=now,
                         partstat="ACCEPTED" if i % 3 else "DECLINED",
                         style="outlook" if i % 2 else "gmail").as_bytes()


def _letters(count):
    for i in range(count):
        yield make_mail(f"Åsa Öberg {i} <medlem{i}@utskott.example>", OFFICE,
                        f"Sv: Trygghetsråd i Skäggetorp, fråga {i}",
                        f"Hej!\n\nVar är mötet någonstans? /Åsa {i}\n\n{QUOTED}\n").as_bytes()


def _minutes(count, size):
    pick = random.Random(1)
    for i in range(count):
        pdf = make_pdf(f"Minnesanteckningar {i}") + pick.randbytes(size)
        yield make_mail(f"Sekreterare <sekreterare{i}@forening.example>", OFFICE,
                        f"Minnesanteckningar {i}", "Här kommer anteckningarna.\n",
                        files=[(f"Minnesanteckningar möte {i}.pdf", "application/pdf", pdf)]).as_bytes()


def mails(answers=300, letters=500, minutes=60, size=200_000):
    """Raw bytes, mixed."""
    everything = [*_answers(answers), *_letters(letters), *_minutes(minutes, size)]
    random.Random(2).shuffle(everything)
    return everything
