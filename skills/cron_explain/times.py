"""When a schedule runs next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from .parser import Schedule

_FARTHEST = timedelta(days=8 * 366)
"""A 29 February is at most eight years away (1896 to 1904): what has not come by then never does."""


def runs(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Every run later than ``after``, in order, until none comes within eight years."""
    day, last = after.date(), after
    while day - last.date() <= _FARTHEST and day.year < date.max.year:
        if _matches(schedule, day):
            for moment in _moments(schedule, day):
                if moment > after:
                    last = moment
                    yield moment
        day += timedelta(days=1)


def _moments(schedule: Schedule, day: date) -> Iterator[datetime]:
    for hour in sorted(schedule.hour.values):
        for minute in sorted(schedule.minute.values):
            yield datetime.combine(day, time(hour, minute))


def _matches(schedule: Schedule, day: date) -> bool:
    if day.month not in schedule.month.values:
        return False
    by_day = day.day in schedule.day.values
    by_weekday = day.isoweekday() % 7 in schedule.weekday.values
    return by_day or by_weekday if schedule.is_either_day else by_day and by_weekday
