"""The manual's week is what the program says."""
import week


def test_the_week_in_the_manual_is_what_the_mails_say(rig, tmp_path):
    assert week.tell(rig, tmp_path).split("\n") == week.PAGE.read_text().split("\n")
