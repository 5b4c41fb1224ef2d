"""A21: what answers by itself faces the daemon for days, and it stays quiet.

The other side is real: a second utskickd, Dovecot's Sieve vacation, Debian's vacation(1), and a
machine that answers each mail as if a person had written, which no header gives away.
"""
import collections
import datetime

import pytest

from conftest import Office
from scene import NOW, Scene, at, make_mail, parse

ANNA = "anna@utskott.example"
SIEVE, DEBIAN, NAIVE = "sieve@utskott.example", "debian@utskott.example", "naiv@utskott.example"
HERE, THERE = "utskott@linkoping.example", "utskott@norrkoping.example"
# The hours of the first day, mornings and evenings of two, then mornings.
MOMENTS = ([NOW + datetime.timedelta(hours=n) for n in (0, 3, 6, 9, 12, 24, 36, 48, 60)] +
           [NOW + datetime.timedelta(days=n) for n in range(3, 10)])
# Dovecot dates its answer by the real clock.
BACK = datetime.date.today() + datetime.timedelta(days=10)
AWAY = f"Jag är ledig, åter den {BACK}.\n"
CALL = "Avgörande fråga: ja"
ALWAYS = ('require ["vacation", "vacation-seconds"];\n'
          f'vacation :seconds 0 :subject "Frånvaro" "{AWAY.strip()}";\n')
AWAY_FROM_MY_MAIL = f"From: {DEBIAN}\nSubject: away from my mail\n\nI am away: $SUBJECT\n"


class Traffic:
    """How many mails went from one address to another, by day of the test's own clock."""

    def __init__(self, rig):
        self.rig, self.seen, self.days = rig, 0, collections.Counter()

    def note(self, now):
        sent = [d for d in self.rig.deliveries() if d.status == "sent"]
        for one in sent[self.seen:]:
            self.days[one.sender, one.recipient, now.date()] += 1
        self.seen = len(sent)

    def by_day(self, sender, recipient):
        days = sorted({moment.date() for moment in MOMENTS})
        return [self.days[sender, recipient, day] for day in days]


# -- a second daemon


def second_office(rig, folder):
    folder.mkdir()
    other = Office(rig, folder)
    other.mailbox = THERE
    return Scene(other, [HERE, ANNA], {
        "mailbox": {"address": THERE}, "imap": {"user": THERE}, "smtp": {"user": THERE},
        "office": {"coordinator": {"name": "Bo Ek", "address": "bo.ek@norrkoping.example"}}})


# A21
def test_two_daemons_that_are_each_others_member_and_secretary_fall_silent(office, tmp_path):
    here, there = Scene(office, [THERE, ANNA]), second_office(office.rig, tmp_path / "there")
    traffic = Traffic(office.rig)
    here.put("ryd-1", at(5), secretary=("Norrköping", THERE), description=CALL)
    there.put("ryd-2", at(5), secretary=("Linköping", HERE), description=CALL)
    for moment in MOMENTS:
        here.run(moment)
        there.run(moment)
        traffic.note(moment)
    for sender, recipient in ((HERE, THERE), (THERE, HERE)):
        days = traffic.by_day(sender, recipient)
        # The invitation, the question for an answer, that for the minutes; then nothing.
        assert days[0] == 1 and max(days) == 1 and sum(days) <= 3, days
        assert not any(days[-3:]), days
    for side, other in ((here, THERE), (there, HERE)):
        from_other = [row for row in side.rows("incoming") if other in row["from"]]
        assert {row["class"] for row in from_other} == {"auto-reply"}


# -- automatic answers


def pump(s, handled):
    """Gives new mail to those who have no Dovecot to answer for them."""
    for address in (DEBIAN, NAIVE):
        for raw in s.rig.mailbox(address)[handled[address]:]:
            handled[address] += 1
            asked = parse(raw)
            if address == DEBIAN:
                s.rig.answer_by_vacation(DEBIAN, raw, AWAY_FROM_MY_MAIL)
            else:
                s.send(NAIVE, make_mail(NAIVE, s.mailbox, f"Sv: {asked['Subject']}", AWAY,
                                        in_reply_to=asked["Message-ID"]))
    s.rig.wait_until_delivered()


@pytest.fixture(scope="module")
def answered(servers, tmp_path_factory):
    servers.reset()
    s = Scene(Office(servers, tmp_path_factory.mktemp("silence")), [SIEVE, DEBIAN, NAIVE])
    s.rig.answer_by_sieve(SIEVE, ALWAYS)
    s.traffic, handled = Traffic(servers), collections.Counter()
    # The coordinator writes by hand from the mailbox: that is what they do answer.
    for address in s.members:
        s.send(s.mailbox, make_mail(s.mailbox, address, "En fråga", "Kan du?\n"), address)
    pump(s, handled)
    s.put("ryd-1", at(5), secretary=("Sive", SIEVE), description=CALL)
    for moment in MOMENTS:
        s.run(moment)
        pump(s, handled)
        s.traffic.note(moment)
    s.run(MOMENTS[-1] + datetime.timedelta(days=1))
    return s


@pytest.mark.parametrize("address", [SIEVE, DEBIAN, NAIVE])
# A21
def test_an_automatic_answer_is_never_answered(answered, address):
    days = answered.traffic.by_day(HERE, address)
    # By hand, the invitation, the question for an answer; the secretary's for minutes.
    owed = 4 if address == SIEVE else 3
    assert days[0] == 2 and max(days[1:]) <= 1 and sum(days) <= owed, days
    assert not any(days[-3:]), days


@pytest.mark.parametrize("address", [SIEVE, DEBIAN])
def test_the_answer_of_a_vacation_program_is_known_and_put_away(answered, address):
    [row] = [row for row in answered.rows("incoming") if address in row["from"]]
    assert row["class"] == "auto-reply" and row["reason"].startswith("auto-reply")


def test_such_programs_stay_silent_at_what_says_that_it_is_automatic(answered):
    for address in (SIEVE, DEBIAN):
        assert sum(answered.traffic.by_day(address, HERE)) <= 1
        assert len(answered.rig.mailbox(address)) >= 2


def test_where_an_absence_says_until_when_it_is_kept(answered):
    [row] = [row for row in answered.rows("absences") if row["address"] == SIEVE]
    assert row["until"] == str(BACK) and row["is_return"]


def test_a_machine_that_looks_like_a_person_is_left_to_a_person(answered):
    rows = [row for row in answered.rows("incoming") if NAIVE in row["from"]]
    assert len(rows) >= 2 and not any(row["class"] == "auto-reply" for row in rows)


UNIT = "sakerhetsenheten@linkoping.example"


def test_two_machines_that_look_like_persons_do_not_use_us_as_their_wire(office):
    """A member's and the contact's programs answer everything, each time with another number."""
    s = Scene(office, [NAIVE, ANNA], {"questions": {"per_sender_per_day": 3}})
    traffic = Traffic(office.rig)
    s.rig.add_users([UNIT])
    s.put("ryd-1", at(20))
    handled = collections.Counter()
    for n in range(9):
        moment = at(6).replace(hour=9, minute=n * 3, tzinfo=NOW.tzinfo)
        s.run(moment)
        for address in (NAIVE, UNIT):
            for raw in s.rig.mailbox(address)[handled[address]:]:
                handled[address] += 1
                asked = parse(raw)
                s.send(address, make_mail(address, s.mailbox, f"Sv: {asked['Subject']}",
                                          f"Vi har tagit emot ditt mejl. Vad gäller ärende {n}{address}?\n",
                                          in_reply_to=asked["Message-ID"]))
        traffic.note(moment)
    day = at(6).date()
    to_naive, to_unit = (traffic.days[HERE, a, day] for a in (NAIVE, UNIT))
    assert (to_naive, to_unit) == (4, 3), "the invitation, and three questions and answers"
    assert s.rows("incoming")[-1]["reason"] == "question-cap"
