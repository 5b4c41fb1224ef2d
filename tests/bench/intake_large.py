"""The goal: a peak below 40 MiB, whatever the size of a mail."""
from . import intake

NAME = "intake: 20 mails of 25 MB"
PEER = "python imaplib + email + sqlite3"
UNIT = "mails"


def measure():
    return intake.measure("python", intake.LARGE)
