"""The same with a series for each council and year."""
from . import calendars, planning

NAME = f"planning {planning.MEETINGS:,} meetings, a series each year"
PEER, UNIT = planning.PEER, planning.UNIT


def measure():
    return planning.measure_with(calendars.write_years)
