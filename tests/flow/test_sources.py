"""Meetings from several calendars at once, and calendars that lose what they had: whose word
counts, what is called off, what waits for the coordinator."""
import shutil

import pytest

from rig.mails import make_event, make_ics
from scene import Scene, at, clock, one_line, text_of

ANNA = "anna@utskott.example"
UNIT, OTHER = "calendars/sakerhetsenheten", "calendars/sekreteraren"
FOLDERS = {"calendars": [{"name": "Säkerhetsenheten", "folder": UNIT},
                         {"name": "Sekreteraren", "folder": OTHER}]}


class Sources(Scene):
    def __init__(self, office):
        (office.config / OTHER).mkdir(parents=True, exist_ok=True)
        (office.config / UNIT).mkdir(parents=True, exist_ok=True)
        super().__init__(office, [ANNA], FOLDERS)

    def say(self, folder, *events, name="moten.ics"):
        self.office.put_calendar(name, make_ics(*events), folder)

    def count(self, *kinds):
        return len(self.raw(ANNA, *kinds))

    def counts(self):
        return self.count("invitation"), self.count("update"), self.count("cancellation")


@pytest.fixture
def scene(office):
    return Sources(office)


def entry(uid="ryd-1", start=at(5), sequence=0, changed=None, **about):
    event = make_event(uid, start, **{"summary": "Trygghetsråd Ryd", "location": "Biblioteket", **about})
    event = event.replace("SEQUENCE:0", f"SEQUENCE:{sequence}")
    return event.replace("DTSTAMP:", f"LAST-MODIFIED:{changed}\nDTSTAMP:") if changed else event


def place(scene):
    return [row["location"] for row in scene.rows("meetings")]


def test_the_same_meeting_from_two_calendars_is_one_and_the_word_that_counts_is_the_newest(scene):
    s = scene
    s.say(UNIT, entry())
    s.say(OTHER, entry(location="Folkets hus"))
    s.run()
    assert s.counts() == (1, 0, 0) and place(s) == ["Biblioteket"]  # the first calendar's
    s.say(OTHER, entry(location="Folkets hus", changed="20260907T100000Z"))
    s.run(clock(0, 11))
    assert s.counts() == (1, 1, 0) and place(s) == ["Folkets hus"]
    s.say(UNIT, entry(sequence=1, location="Skolan"))
    s.run(clock(0, 12))
    assert s.counts() == (1, 2, 0) and place(s) == ["Skolan"]
    code = s.rows("meetings")[0]["code"]
    assert "Säkerhetsenheten" in s.office.utskick("meeting", code).stdout
    # One drops it, the other still has it; then it is called off in one of higher SEQUENCE.
    s.say(UNIT)
    s.run(clock(0, 13))
    assert s.counts() == (1, 3, 0) and place(s) == ["Folkets hus"]
    s.say(UNIT, entry(sequence=2, location="Skolan").replace(
        "SUMMARY", "STATUS:CANCELLED\nSUMMARY"))
    s.run(clock(0, 14))
    assert s.counts() == (1, 3, 1)
    s.say(OTHER, entry(sequence=3, location="Folkets hus"))
    s.run(clock(0, 15))
    assert s.counts() == (1, 4, 1)
    s.say(UNIT)
    s.say(OTHER)
    s.run(clock(0, 16))
    assert s.counts() == (1, 4, 2)


def test_a_calendar_that_loses_most_is_held_until_the_coordinator_has_spoken(scene):
    s = scene
    three = [entry(f"ryd-{n}", at(4 + n)) for n in range(3)]
    s.say(UNIT, *three)
    s.run()
    assert s.counts() == (3, 0, 0)
    # Back before anybody has answered: the question closes by itself.
    s.say(UNIT)
    s.run(clock(0, 9))
    held = s.held()
    assert [(h["act"], h["subject"]) for h in held] == [("source", "Säkerhetsenheten")]
    notice = one_line(text_of(s.letters(s.coordinator, "held-notice")[-1]))
    assert "Säkerhetsenheten" in notice and "Försvunna möten: 3" in notice
    s.run(clock(0, 10))
    assert len(s.letters(s.coordinator, "held-notice")) == 1
    s.say(UNIT, *three)
    s.run(clock(0, 11))
    assert not s.held() and s.counts() == (3, 0, 0)
    # No: they stand, and nobody is asked again.
    (s.office.config / UNIT / "moten.ics").unlink()
    s.run(clock(0, 12))
    s.office.utskick("refuse", s.held_number())
    s.run(clock(0, 13))
    s.run(clock(1))
    assert not s.held() and s.counts() == (3, 0, 0)
    assert len(s.letters(s.coordinator, "held-notice")) == 2
    # Yes: they are called off.
    s.say(UNIT, *three)
    s.run(clock(1, 9))
    s.say(UNIT, three[0])
    s.run(clock(1, 10))
    assert s.counts() == (3, 0, 0)
    s.office.utskick("release", s.held_number())
    s.run(clock(1, 11))
    assert s.counts() == (3, 0, 2) and not s.held()
    assert s.rows("journal") and s.query("SELECT count(*) FROM claim WHERE state <> 'there'") == [(0,)]


def test_files_of_one_entry_each_that_go_at_once_are_held_too_and_one_alone_is_not(scene):
    s = scene
    for n in range(4):
        s.say(UNIT, entry(f"ryd-{n}", at(4 + n)), name=f"{n}.ics")
    s.run()
    (s.office.config / UNIT / "0.ics").unlink()
    s.run(clock(0, 9))
    assert s.counts() == (4, 0, 1) and not s.held()
    shutil.rmtree(s.office.config / UNIT)
    (s.office.config / UNIT).mkdir()  # as where a share is not mounted
    s.run(clock(0, 10))
    assert s.counts() == (4, 0, 1) and len(s.held()) == 1


def test_a_folder_that_is_not_there_at_start_is_taken_up_when_it_appears(scene):
    s = scene
    s.say(UNIT, entry())
    s.run()
    away = s.office.config / "away"
    (s.office.config / UNIT).rename(away)
    assert "Säkerhetsenheten" in s.office.check(check=1).stdout
    s.run(clock(0, 9), check=75)
    assert s.counts() == (1, 0, 0)
    with s.office.run_daemon(clock(0, 10)) as daemon:
        s.rig.wait_for(lambda: "calendars-trouble" in daemon.log(), what="the folder to be missed")
        away.rename(s.office.config / UNIT)
        s.say(UNIT, entry(), entry("ryd-2", at(6)))
        s.rig.wait_for(lambda: s.count("invitation") == 2, 60, what="the folder to be found")
    assert s.counts() == (2, 0, 0)


def test_two_meetings_at_once_under_different_names_are_put_to_the_coordinator(scene):
    s = scene
    s.say(UNIT, entry("ryd-1"), entry("ryd-2", at(6)))
    s.run()
    s.say(OTHER, entry("annan-1", location="Folkets hus"), entry("annan-2", at(6)), entry("annan-3", at(7)))
    s.run(clock(0, 9))
    assert s.counts() == (3, 0, 0)  # annan-3 has no twin
    assert [(h["act"], h["subject"]) for h in s.held()] == [("twin", "Trygghetsråd Ryd")] * 2
    notices = " ".join(one_line(text_of(letter)) for letter in s.letters(s.coordinator, "held-notice"))
    assert "Det första i: Säkerhetsenheten" in notices and "Det andra i: Sekreteraren" in notices
    assert "Det andra hålls: Folkets hus" in notices
    same, two = [str(h["id"]) for h in s.held()]
    s.office.utskick("release", same)
    s.office.utskick("refuse", two)
    s.run(clock(0, 10))
    assert s.counts() == (4, 0, 0) and not s.held()  # annan-2 is a meeting of its own
    # The one goes on as long as either calendar has it, and where they differ the first counts.
    s.say(OTHER, entry("annan-1", at(5, 19), location="Folkets hus"), entry("annan-2", at(6)), entry("annan-3", at(7)))
    s.run(clock(0, 11))
    assert s.counts() == (4, 0, 0)
    s.say(UNIT, entry("ryd-2", at(6)))
    s.run(clock(0, 12))
    s.run(clock(1))
    assert s.counts() == (4, 0, 0) and not s.held()
    s.say(OTHER, entry("annan-2", at(6)), entry("annan-3", at(7)))
    s.run(clock(1, 9))
    assert s.counts() == (4, 0, 1)
    # What has moved away from its twin before anybody has answered asks nothing any more.
    s.say(OTHER, entry("annan-2", at(6)), entry("annan-3", at(7)), entry("annan-4", at(8)))
    s.say(UNIT, entry("ryd-2", at(6)), entry("ryd-4", at(8)))
    s.run(clock(1, 10))
    assert len(s.held()) == 1
    s.say(OTHER, entry("annan-2", at(6)), entry("annan-3", at(7)), entry("annan-4", at(9)))
    s.run(clock(1, 11))
    assert not s.held() and s.counts() == (6, 0, 1)
