"""Cron expressions as values: the five fields of crontab(5), with names, lists, ranges, steps and the @ words."""

from __future__ import annotations

import re
from dataclasses import dataclass

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_PART = re.compile(r"(?:(?P<any>\*)|(?P<first>[a-z0-9]+)(?:-(?P<last>[a-z0-9]+))?)(?:/(?P<step>\d+))?")
_LONGEST = 256


class ExpressionInvalid(ValueError):
    """The text is not a cron expression; the message names the field and what it takes."""


@dataclass(frozen=True)
class Part:
    """One element of a field's list: ``first`` to ``last`` by ``step``."""

    first: int
    last: int
    step: int


@dataclass(frozen=True)
class Field:
    """``values`` are all it matches; ``is_any`` is true when it was written with a star first."""

    parts: tuple[Part, ...]
    values: frozenset[int]
    is_any: bool


@dataclass(frozen=True)
class Schedule:
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @property
    def is_either_day(self) -> bool:
        """crontab(5): when neither day field starts with a star, a day that matches *either* runs."""
        return not self.day.is_any and not self.weekday.is_any


def parse(expression: str) -> Schedule:
    """Read five fields, or one of the @ words.

    Raises:
        ExpressionInvalid: With the field and what it takes.
    """
    text = expression.strip().lower()
    if text == "@reboot":
        raise ExpressionInvalid("@reboot runs when the machine starts: it has no times")
    fields = _WORDS.get(text, text).split()
    if len(expression) > _LONGEST or len(fields) != 5:
        raise ExpressionInvalid("a cron expression has five fields: minute hour day month weekday (or is one of " + ", ".join(_WORDS) + ")")
    return Schedule(
        minute=_field(fields[0], "minute", 0, 59),
        hour=_field(fields[1], "hour", 0, 23),
        day=_field(fields[2], "day", 1, 31),
        month=_field(fields[3], "month", 1, 12, MONTHS, first_name=1),
        weekday=_field(fields[4], "weekday", 0, 7, DAYS),
    )


def _field(text: str, name: str, low: int, high: int, names: tuple[str, ...] = (), first_name: int = 0) -> Field:
    words = {word: index + first_name for index, word in enumerate(names)}
    parts = tuple(_part(element, name, low, high, words) for element in text.split(","))
    values = {value for part in parts for value in range(part.first, part.last + 1, part.step)}
    if name == "weekday":
        values = {value % 7 for value in values}
    return Field(parts, frozenset(values), text.startswith("*"))


def _part(text: str, name: str, low: int, high: int, words: dict[str, int]) -> Part:
    found = _PART.fullmatch(text)
    if found is None:
        raise ExpressionInvalid(f"{name}: {text!r} is not a number, a range such as 1-5, a step such as */5, or a list of them")
    step = int(found["step"] or 1)
    if found["any"]:
        first, last = low, 6 if name == "weekday" else high
    else:
        first = _number(found["first"], name, words)
        last = _number(found["last"], name, words) if found["last"] else high if found["step"] else first
    if not (low <= first <= last <= high and step >= 1):
        raise ExpressionInvalid(f"{name}: {text!r} is not within {low} to {high}, in order, with a step of at least 1")
    return Part(first, last, step)


def _number(text: str, name: str, words: dict[str, int]) -> int:
    if text in words:
        return words[text]
    if not text.isdigit():
        known = f" or a name such as {next(iter(words))}" if words else ""
        raise ExpressionInvalid(f"{name}: {text!r} is not a number{known}")
    return int(text)
