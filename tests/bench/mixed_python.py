"""The goal: a ratio of 3.5. The script also reads each calendar, by icalendar."""
from . import mixed

NAME = "intake and office: the same"
PEER = "python imaplib + email + icalendar + sqlite3"
UNIT = "mails"


def measure():
    return mixed.measure("python_calendars")
