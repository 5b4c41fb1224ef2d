"""The clock is set by a day, the machine was off for weeks, the night has an hour too many:
nothing is sent twice, nothing stale at all, nothing waits longer than it must."""
import datetime

import pytest

from scene import NOW, SECRETARY, ZONE, Scene, at, clock
from smtp_server import Fault, SmtpServer
from spent import limited_cpu

MEMBERS = [f"medlem{i}@utskott.example" for i in range(1, 4)]
DAY = 86400


def begin(office, server, **smtp):
    scene = Scene(office, MEMBERS, {"smtp": {"port": server.port, **smtp}})
    scene.put("soon", at(7), summary="Trygghetsråd Ryd")
    return scene


def taken(server):
    """By members: the coordinator may hear that something was late."""
    return sorted(to for to, _ in server.taken if to in MEMBERS)


def state_of(scene, address):
    return [d["state"] for d in scene.deliveries("invitation") if d["address"] == address]


@pytest.mark.parametrize("days", [1, -1], ids=["set a day ahead", "set a day back"])
# R6
def test_a_clock_that_is_set_makes_no_burst_no_second_mail_and_no_wait(
        office, meddle, set_clock, days):
    """One is sent, one put off for an hour, and a third promised just before."""
    putting_off = Fault("RCPT", b"450 4.2.1 busy", to=MEMBERS[1])
    with SmtpServer(office.rig, putting_off) as server:
        scene = begin(office, server, retry_first_seconds=600)
        with office.run_daemon(env=meddle(clock=set_clock.path)) as daemon:
            scene.rig.wait_for(lambda: len(taken(server)) == 2, 60, "two invitations")
            scene.rig.wait_for(lambda: state_of(scene, MEMBERS[1]) == ["deferred"], 60, "the third")
            server.fault = None
            set_clock.set(days * DAY)
            # A day ahead the pause is over; a day back it counts for nothing.
            scene.rig.wait_for(lambda: len(taken(server)) == 3, 60, "what was put off")
            with limited_cpu(scene, daemon):
                pass
            scene.put("new", at(8, hour=10), summary="Trygghetsråd Ryd, extra")
            scene.rig.wait_for(lambda: len(taken(server)) == 6, 60, "what is new")
            set_clock.set(0)
            scene.put("newer", at(8, hour=15), summary="Trygghetsråd Ryd, extra")
            scene.rig.wait_for(lambda: len(taken(server)) == 9, 60, "what is newer")
            assert daemon.log().count("clock-set") == 2
            assert "trouble" not in daemon.log() and "worker-died" not in daemon.log()
    assert taken(server) == sorted(3 * MEMBERS)
    assert len(set(server.taken)) == len(server.taken), "no mail twice"
    assert [d["state"] for d in scene.deliveries("invitation")] == 9 * ["sent"]


def test_a_clock_set_ahead_makes_an_invitation_go_out_at_its_new_hour(office, meddle, set_clock):
    """Who sleeps until tomorrow is called where tomorrow is now."""
    with SmtpServer(office.rig) as server:
        scene = begin(office, server)
        scene.put("soon", None)
        scene.put("later", at(15))
        with office.run_daemon(env=meddle(clock=set_clock.path)):
            scene.rig.wait_for(lambda: scene.rows("meetings"), 20, "the meeting")
            assert taken(server) == []
            set_clock.set(DAY)
            scene.rig.wait_for(lambda: taken(server) == MEMBERS, 10, "the invitations")


def test_what_a_clock_that_was_ahead_promised_goes_out_after_a_restart(office):
    """A mail put off, and a copy not filed, by a machine whose clock was a day ahead."""
    with SmtpServer(office.rig, Fault("RCPT", b"450 4.2.1 busy", to=MEMBERS[1])) as server:
        scene = begin(office, server, retry_first_seconds=600)
        scene.run(clock(1))
        assert len(taken(server)) == 2
        server.fault = None
        scene.run(NOW)
    assert taken(server) == MEMBERS


def test_the_pace_of_a_day_holds_when_the_clock_is_set_back(office):
    """What was sent tomorrow counts today: no second day's worth."""
    with SmtpServer(office.rig) as server:
        scene = begin(office, server, recipients_per_day=3)
        scene.run(clock(1))
        scene.put("new", at(8), summary="Trygghetsråd Ryd, extra")
        scene.run(NOW, check=None)
        assert len(taken(server)) == 3


# -- after a long time


def test_after_thirty_days_nothing_stale_goes_out_and_what_is_owed_does(office):
    """Queued when the machine went off: invitations to a meeting that is over by now, and
    minutes. Coming meanwhile: one that is over, one that is not."""
    with SmtpServer(office.rig, Fault("greeting", b"421 4.3.2 closed")) as server:
        scene = begin(office, server)
        scene.put("was", at(-2), secretary=SECRETARY, summary="Trygghetsråd Ryd")
        scene.put("between", at(20), summary="Trygghetsråd Ryd")
        scene.put("after", at(40), summary="Trygghetsråd Ryd")
        scene.send(SECRETARY[1], scene.minutes_mail(SECRETARY[1], "Protokoll [RYD-2026-09-05]"))
        scene.run(check=None)
        waiting = {d["letter"] for d in scene.deliveries() if d["state"] == "due"}
        assert {"invitation", "minutes"} <= waiting and taken(server) == []
        server.fault = None
        scene.run(clock(30))
        scene.run(clock(30, 9))
    subjects = {scene.query("SELECT l.kind, m.starts_at FROM delivery d JOIN letter l ON "
                            "l.id = d.letter_id LEFT JOIN meeting m ON m.id = l.meeting_id "
                            "WHERE d.message_id = ?", i)[0] for _, i in server.taken}
    kinds = {kind for kind, _ in subjects}
    after = int(at(40).replace(tzinfo=ZONE).timestamp())
    assert {start for kind, start in subjects if kind == "invitation"} == {after}
    assert {"minutes", "failure-notice"} <= kinds
    # Who did not get it is said: that it was late in one mail, that it is lost in another.
    failed = [d for d in scene.deliveries("invitation") if d["state"] == "failed"]
    assert len(failed) == 3 and {d["reply"] for d in failed} == {
        "not sent: the meeting had begun by then"}
    assert len(scene.deliveries("failure-notice")) == 2
    assert len([to for to, i in server.taken if to == MEMBERS[0]]) == 2


# R6
def test_after_thirty_days_off_past_meetings_are_not_invited_to_and_nobody_is_reminded(office):
    """Nothing was queued: the calendar alone says what would have been due."""
    with SmtpServer(office.rig) as server:
        scene = begin(office, server)
        scene.put("call", at(20), categories=["Avgörande"])
        scene.put("after", at(36))
        scene.run(clock(-10))
        assert taken(server) == []
        scene.run(clock(30))
    invited = {s for s, in scene.query("SELECT m.starts_at FROM letter l JOIN meeting m ON "
                                       "m.id = l.meeting_id WHERE l.kind = 'invitation'")}
    assert invited == {int(at(36).replace(tzinfo=ZONE).timestamp())}
    assert scene.deliveries("reminder") == [] and taken(server) == MEMBERS


# -- the nights in which the clock is turned

NIGHTS = {
    # day of the invitation: moments as UTC hours and minutes; before it, at it, and after
    "the hour that comes twice": (datetime.date(2026, 10, 25), ["23:59", "00:00", "00:30", "01:00", "01:30"]),
    "the hour that is left out": (datetime.date(2027, 3, 28), ["00:59", "01:00", "01:30"]),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_in_the_night_of_the_change_an_invitation_goes_out_once_at_its_hour(office, night):
    day, moments = NIGHTS[night]
    with SmtpServer(office.rig) as server:
        scene = Scene(office, MEMBERS, {"smtp": {"port": server.port},
                                        "planning": {"send_hour": 2}})
        scene.put("m1", datetime.datetime.combine(day + datetime.timedelta(days=14),
                                                  datetime.time(18)))
        counts = []
        for moment in moments:
            before = moment == "23:59"
            date = day - datetime.timedelta(days=1) if before else day
            scene.run(f"{date}T{moment}:00+00:00")
            counts.append(len(taken(server)))
    assert counts == [0] + [3] * (len(moments) - 1)
