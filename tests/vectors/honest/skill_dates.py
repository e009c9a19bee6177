# expect: none
"""Arithmetic of dates."""

from __future__ import annotations

import calendar
import datetime as dt
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from skillpod import tool


def _workdays(start: dt.date, holidays: frozenset[dt.date]):
    day = start
    while True:
        if day.weekday() < calendar.SATURDAY and day not in holidays:
            yield day
        day += dt.timedelta(days=1)


@tool(read_only=True)
def workdays_between(start: dt.date, end: dt.date, holidays: list[dt.date] | None = None) -> int:
    """Count working days from start up to and without end."""
    return sum(1 for _ in takewhile(lambda day: day < end, _workdays(start, frozenset(holidays or ()))))


@tool(read_only=True)
def add_months(day: dt.date, months: int) -> dt.date:
    """Add months; the last day of a month stays one that exists."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


@tool(read_only=True)
def in_zone(moment: dt.datetime, zone: str) -> str:
    """Tell a moment in another time zone."""
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no such zone: {zone}") from error
    return moment.astimezone(info).strftime("%A, %d %B %Y, %H:%M %Z (%z)")
