"""What we send, judged by others: an attendee that is no work of ours takes every message
and answers it; each kind of letter is the same as its golden file.

    UPDATE_GOLDEN=1 pytest tests/flow/test_itip_oracle.py     writes the golden files anew
"""
import datetime
import os
import pathlib
import re
import types

import icalendar
import pytest

from conftest import Office
from rig import attendee
from rig.replies import calendar, event, mail, part
from scene import NOW, ONE_CALENDAR, SECRETARY, UTC, Scene, at, clock, make_event, parse

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "data" / "golden"
PEOPLE = {"anna@utskott.example": ("Anna Ek", "Accept", "ACCEPTED"),
          "berit@utskott.example": ("Berit Dahl", "Decline", "DECLINED"),
          "cesar@utskott.example": ("Cesar Alm", "Tentative", "TENTATIVE")}
ANNA, BERIT, CESAR = PEOPLE
KIND = {"id": "council-meeting", "name": {"sv": "trygghetsråd", "en": "council meeting"},
        "words": ["trygghetsråd"], "invitation_days": 40}
PLACES = [(ANNA, "chair"), (BERIT, "member"), (CESAR, "deputy")]


def ics_of(raw):
    return next(p.get_payload(decode=True).decode() for p in parse(raw).walk()
                if p.get_content_type() == "text/calendar")


def start_of(local):
    return local.replace(tzinfo=NOW.tzinfo).astimezone(UTC).isoformat()


class Story:
    """Mailboxes are read step by step; every message goes to the attendee."""

    def __init__(self, office):
        self.scene = Scene(office)
        self.office, self.seen = office, {a: 0 for a in PEOPLE}
        self.calendars = {a: attendee.Calendar() for a in PEOPLE}
        self.said, self.kinds = [], {}

    def configure(self, places=PLACES):
        self.office.configure({
            "utskick": {"calendars": ONE_CALENDAR, "kinds": [KIND]},
            "directory": {
                "councils": [{"id": "ryd", "code": "RYD", "name": "Ryd", "committees": ["nv"]}],
                "committees": [{"id": "nv", "name": "Utskottet Nordväst", "members": [
                    {"person": a.partition("@")[0], "role": role} for a, role in places]}],
                "people": [{"id": a.partition("@")[0], "name": name, "addresses": [a]}
                           for a, (name, *_) in PEOPLE.items()]}})
        self.office.rig.add_users([SECRETARY[1]])

    def put(self, name, start, agenda="Belysning", decisive=True, **about):
        self.scene.events[name] = make_event(
            f"{name}@kalender.example", start, 90, "Trygghetsråd Ryd", "Biblioteket, sal 2", description=
            f"{agenda}\nSekreterare: {SECRETARY[0]} <{SECRETARY[1]}>\n"
            f"Avgörande fråga: {'ja' if decisive else 'nej'}", **about)

    def run(self, now):
        self.scene.write()
        self.scene.run(now)

    def take(self, shift=0):
        """Everybody reads what is new and answers every REQUEST, with shift as the one so many
        after him. {address: [what was said]}"""
        found = {}
        words = [word for _, word, _ in PEOPLE.values()]
        for number, (address, (name, *_)) in enumerate(PEOPLE.items()):
            word = words[(number + shift) % len(words)]
            raws = self.scene.rig.mailbox(address)[self.seen[address]:]
            self.seen[address] += len(raws)
            found[address] = self.ask(address, name, word, raws)
        return found

    def ask(self, address, name, word, raws):
        asked = []
        for raw in raws:
            kind, ics = parse(raw)["X-Utskick"], ics_of(raw)
            self.kinds.setdefault(kind, raw)
            wants = "METHOD:REQUEST" in ics
            asked.append({"ics": ics, "address": address, "name": name, "answer": word if wants else None})
        said = attendee.ask(asked) if asked else []
        for one in said:
            self.calendars[address].take(one)
            if one.get("reply"):
                self.send_reply(address, one["reply"])
        self.said += said
        return said

    def send_reply(self, address, reply):
        raw = mail(address, part(reply.encode(), "text/calendar; method=REPLY; charset=UTF-8"))
        self.scene.rig.deliver_lmtp(self.scene.mailbox, raw)

    def counting(self):
        """{(attendee, uid): partstat} of the answers that count."""
        return {(a["attendee"], a["meeting"]): a["partstat"] for a in self.scene.rows("answers")
                if a["counts"]}


def expected(uids, shift=0):
    said = [partstat for _, _, partstat in PEOPLE.values()]
    return {(a, uid): said[(n + shift) % len(said)] for n, a in enumerate(PEOPLE) for uid in uids}


def play(office):
    s = Story(office)
    seen = types.SimpleNamespace(story=s)
    s.configure()
    # one meeting, and a series of three
    s.put("en", at(20))
    s.put("serie", at(22, 17), rrule="FREQ=WEEKLY;COUNT=3", decisive=False)
    s.run(NOW)
    seen.request = s.take()
    s.run(clock(1))
    seen.answers_1 = s.counting()
    seen.calendars_1 = {a: dict(c) for a, c in s.calendars.items()}
    # a new time
    s.put("en", at(21))
    s.run(clock(1, 10))
    seen.answers_reset = s.counting()
    seen.moved = s.take()
    s.kinds["update-time"] = s.kinds.pop("update")
    s.run(clock(2))
    seen.answers_2 = s.counting()
    # a new text
    s.put("en", at(21), agenda="Belysning och cykelvägar")
    s.run(clock(2, 10))
    seen.answers_kept = s.counting()
    seen.reworded = s.take(shift=1)
    s.kinds["update-text"] = s.kinds.pop("update")
    s.run(clock(2, 11))
    seen.answers_other = s.counting()
    # one date of the series
    s.scene.events["en date"] = make_event(
        "serie@kalender.example", at(30, 19), 90, "Trygghetsråd Ryd", "Biblioteket, sal 2",
        recurrence_id=at(29, 17), description="Belysning\nAvgörande fråga: nej")
    s.run(clock(3))
    seen.one_date = s.take()
    s.run(clock(3, 10))
    seen.answers_3 = s.counting()
    # cancelled
    s.put("en", at(21), agenda="Belysning och cykelvägar", status="CANCELLED")
    s.run(clock(4))
    seen.cancelled = s.take()
    # and whoever answers what has been called off
    before = s.counting(), len(s.scene.deliveries())
    for address, said in seen.reworded.items():
        s.send_reply(address, said[0]["reply"])
    s.run(clock(4, 10))
    seen.too_late = [row["reason"] for row in s.scene.incoming()[-len(PEOPLE):]]
    seen.is_as_before = before == (s.counting(), len(s.scene.deliveries()))
    golden_rest(s)
    return seen


def golden_rest(s):
    """The letters that the story has had no use for."""
    uid = str(icalendar.Calendar.from_ical(ics_of(s.kinds["invitation"])).walk("VEVENT")[0]["UID"])
    s.put("kallelse", at(30, 18))
    s.run(clock(5))
    s.kinds["call"] = s.scene.raw(ANNA, "invitation")[-1]
    called = icalendar.Calendar.from_ical(ics_of(s.kinds["call"])).walk("VEVENT")[0]["UID"]
    assert called != uid
    line = f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{ANNA}"
    other = {"start": "20261009T160000Z", "end": "20261009T173000Z"}
    for raw in (mail(ANNA, part(calendar(event(called, [line]), method="REFRESH"))),
                mail(ANNA, part(calendar(event(called, [line], **other), method="COUNTER")))):
        s.scene.rig.deliver_lmtp(s.scene.mailbox, raw)
    s.run(clock(5, 10))
    s.kinds["held-counter"] = s.scene.raw(s.scene.coordinator, "held-notice")[-1]
    s.office.utskick("refuse", s.scene.held_number())
    s.run(clock(5, 11))
    s.send_reply(BERIT, calendar(event(called, [f"ATTENDEE;PARTSTAT=DECLINED:mailto:{BERIT}"])).decode())
    s.run(clock(5, 12))
    s.run(clock(27, 12))
    s.configure(PLACES[:1] + PLACES[2:])
    s.run(clock(28))
    for address, kinds in ((ANNA, ("invitation-again", "counter-declined", "reminder")),
                           (BERIT, ("withdrawal",)), (s.scene.coordinator, ("decline-notice",))):
        for kind in kinds:
            s.kinds[kind] = s.scene.raw(address, kind)[-1]


@pytest.fixture(scope="module")
def seen(servers, tmp_path_factory):
    servers.reset()
    return play(Office(servers, tmp_path_factory.mktemp("oracle")))


def uids(seen, address=ANNA):
    return set(seen.calendars_1[address])


# -- the attendee


def test_every_message_is_sound_in_the_eyes_of_another_parser(seen):
    assert len(seen.story.said) > 15
    assert [one["problems"] for one in seen.story.said if one["problems"]] == []


def test_a_request_stands_in_every_calendar_and_its_answers_are_applied(seen):
    for address in PEOPLE:
        assert [one["method"] for one in seen.request[address]] == ["REQUEST"] * 4
        starts = {start for _, start in seen.calendars_1[address].values()}
        assert starts == {start_of(t) for t in (at(20), at(22, 17), at(29, 17), at(36, 17))}
    assert len(uids(seen)) == 4
    assert seen.answers_1 == expected(uids(seen))


def test_a_new_time_takes_the_old_answers_away_and_takes_new_ones(seen):
    moved = {address: said for address, said in seen.moved.items()}
    for address, said in moved.items():
        one, = said
        assert (one["method"], one["sequence"], one["start"]) == ("REQUEST", 1, start_of(at(21)))
    uid = moved[ANNA][0]["uid"]
    assert seen.answers_reset == {k: v for k, v in seen.answers_1.items() if k[1] != uid}
    assert seen.answers_2 == expected(uids(seen))


def test_a_new_text_keeps_the_answers_and_takes_other_ones(seen):
    for said in seen.reworded.values():
        one, = said
        assert (one["method"], one["sequence"]) == ("REQUEST", 1)
    assert seen.answers_kept == seen.answers_2
    assert seen.answers_other == {**seen.answers_2, **expected([seen.moved[ANNA][0]["uid"]], shift=1)}


def test_one_date_of_a_series_moves_alone(seen):
    for address, said in seen.one_date.items():
        one, = said
        assert (one["method"], one["sequence"], one["start"]) == ("REQUEST", 1, start_of(at(30, 19)))
        before = seen.calendars_1[address]
        assert before[one["uid"]] == (0, start_of(at(29, 17)))
    assert seen.answers_3 == {**expected(uids(seen)), **expected([seen.moved[ANNA][0]["uid"]], shift=1)}


def test_a_cancellation_empties_the_calendars_of_that_meeting_alone(seen):
    for address, said in seen.cancelled.items():
        one, = said
        assert (one["method"], one["status"], one["sequence"]) == ("CANCEL", "CANCELLED", 2)
        starts = {start for _, start in seen.story.calendars[address].values()}
        assert starts == {start_of(t) for t in (at(22, 17), at(30, 19), at(36, 17))}


def test_an_answer_to_what_has_been_called_off_changes_nothing(seen):
    assert seen.too_late == ["answer-stale"] * len(PEOPLE) and seen.is_as_before


# -- the golden files

KINDS = ("invitation", "call", "update-time", "update-text", "cancellation", "withdrawal", "reminder",
         "invitation-again", "counter-declined", "decline-notice", "held-counter")
WITH_CALENDAR = KINDS[:-2]
HEADERS = ("From", "To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Utskick",
           "MIME-Version")
STAMP = "DTSTAMP:20260907T063000Z"


def steady(text):
    """Without what differs from run to run."""
    text = re.sub(r"//utskick \d+\.\d+\.\d+//", "//utskick VERSION//", text)
    text = re.sub(r"\[H\d+-[a-z0-9]+\]", "[TECKEN]", text)
    text = re.sub(r"DTSTAMP:\d{8}T\d{6}Z", STAMP, text)
    text = re.sub(r"(Nummer: +|release |refuse |<td[^>]*>|<code>utskick \w+ )\d+(?=\n|<)", r"\g<1>N", text)
    return re.sub(r"(måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag) \d+ \w+ \d{4} kl\. \d\d\.\d\d(?=\n|<)",
                  "NÄR", text)


def normal(raw):
    """Headers and every part decoded, one after the other."""
    message = parse(raw)
    lines = [steady(f"{name}: {message[name]}") for name in HEADERS if message[name]]
    depth = {id(message): 0}
    for piece in message.walk():
        level = depth[id(piece)]
        for child in piece.iter_parts() if piece.is_multipart() else ():
            depth[id(child)] = level + 1
        kind = piece.get_content_type()
        about = "".join(f"; {k}={v}" for k, v in piece.get_params()[1:] if k != "boundary")
        lines.append(f"{'  ' * level}=== {kind}{about}")
        if kind == "application/ics":
            lines.append("(the calendar above)" if piece.get_payload(decode=True).decode() == ics_of(raw)
                         else "(ANOTHER CALENDAR)")
        elif not piece.is_multipart():
            text = piece.get_payload(decode=True).decode().replace("\r\n", "\n")
            lines.append(steady(text).rstrip("\n"))
    return "\n".join(lines) + "\n"


def check(path, text):
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="")
    assert path.read_bytes().decode() == text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_letter_is_as_its_golden_file(seen, kind):
    check(GOLDEN / f"{kind}.txt", normal(seen.story.kinds[kind]))


@pytest.mark.parametrize("kind", WITH_CALENDAR)
def test_each_calendar_is_as_its_golden_file_and_read_back_by_others(seen, kind):
    text = steady(ics_of(seen.story.kinds[kind]))
    check(GOLDEN / f"{kind}.ics", text)
    read = icalendar.Calendar.from_ical(text)
    one, = read.walk("VEVENT")
    assert one["DTSTAMP"].dt == datetime.datetime(2026, 9, 7, 6, 30, tzinfo=UTC)
    assert one["ORGANIZER"] == "mailto:utskott@linkoping.example"
    assert ("ATTENDEE" in one) == (kind != "counter-declined")
    said, = attendee.ask([{"ics": text, "address": ANNA, "name": "", "answer": None}])
    assert said["problems"] == []
    assert (said["uid"], said["method"], said["sequence"]) == (one["UID"], read["METHOD"], one.get("SEQUENCE", 0))


def test_the_mime_tree_is_the_one_that_clients_expect(seen):
    for kind in WITH_CALENDAR:
        tree = [p.get_content_type() for p in parse(seen.story.kinds[kind]).walk()]
        assert tree == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html",
                        "text/calendar", "application/ics"]
