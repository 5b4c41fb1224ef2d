"""The same number of meetings as entries of their own, in twenty files: nothing to expand."""
from . import calendars, planning

NAME = f"planning {planning.MEETINGS:,} meetings, each its own entry"
PEER, UNIT = planning.PEER, planning.UNIT


def measure():
    return planning.measure_with(calendars.write_single)
