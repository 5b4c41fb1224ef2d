"""The goal: at most 0.9 of the time of mbsync, which only downloads; so a ratio of 1.1."""
from . import intake

NAME = "intake: 5,000 mails, 690 MB, whole in SQLite"
PEER = "mbsync to Maildir, nothing else"
UNIT = "mails"


def measure():
    return intake.measure("mbsync", intake.BIG)
