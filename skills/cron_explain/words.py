"""A schedule in English."""

from __future__ import annotations

from collections.abc import Callable

from .parser import Field, Schedule

_MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def sentence(schedule: Schedule) -> str:
    """One sentence: the time of day, then the days, then the months."""
    clauses = [_time(schedule), *_days(schedule)]
    if not _is_every(schedule.month, 12):
        clauses.append("in " + _listed(schedule.month, lambda number: _MONTH_NAMES[number - 1]))
    return ", ".join(clauses) + "."


def _time(schedule: Schedule) -> str:
    minutes, hours = sorted(schedule.minute.values), sorted(schedule.hour.values)
    if len(minutes) * len(hours) <= 4:
        return "At " + _joined([f"{hour:02}:{minute:02}" for hour in hours for minute in minutes])
    if _is_every(schedule.hour, 24):
        return _minutes(schedule.minute)
    return f"{_minutes(schedule.minute)}, during {_numbers(schedule.hour, 'hour')}"


def _minutes(field: Field) -> str:
    if _is_every(field, 60):
        return "Every minute"
    step = field.parts[0].step
    if len(field.parts) == 1 and field.is_any and 60 % step == 0:
        return f"Every {step} minutes"
    return f"At {_numbers(field, 'minute')} of every hour"


def _days(schedule: Schedule) -> list[str]:
    every_day, every_weekday = _is_every(schedule.day, 31), _is_every(schedule.weekday, 7)
    day = f"on {_numbers(schedule.day, 'day')} of the month"
    weekday = "on " + _listed(schedule.weekday, lambda number: _DAY_NAMES[number])
    if every_day and every_weekday:
        return ["every day"] if len(schedule.minute.values) * len(schedule.hour.values) <= 4 else []
    if schedule.is_either_day:
        return [f"{day} or {weekday}"]
    return ([] if every_day else [day]) + ([] if every_weekday else [weekday if every_day else f"and {weekday} only"])


def _is_every(field: Field, size: int) -> bool:
    return len(field.values) == size


def _numbers(field: Field, unit: str) -> str:
    return f"{unit if len(field.values) == 1 else unit + 's'} {_listed(field, str)}"


def _listed(field: Field, name: Callable[[int], str]) -> str:
    """Ranges as ranges; with a step, every value: that is what people get wrong."""
    spans: list[str] = []
    for part in field.parts:
        if part.step == 1 and part.last > part.first:
            spans.append(f"{name(part.first)} to {name(part.last)}")
        else:
            spans += [name(value) for value in range(part.first, part.last + 1, part.step)]
    return _joined(spans)


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
