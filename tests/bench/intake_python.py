"""The goal: a ratio of 4."""
from . import intake

NAME = "intake: the same"
PEER = "python imaplib + email + sqlite3"
UNIT = "mails"


def measure():
    return intake.measure("python", intake.BIG)
