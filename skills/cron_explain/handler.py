"""Cron expressions for people: what they say, and when they run."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated

from skillpod import Field, tool

from .parser import parse
from .times import runs
from .words import sentence


@tool(title="Explain a cron expression", read_only=True, idempotent=True, category="time")
def explain(expression: str) -> str:
    """Say in one English sentence when a cron expression runs.

    Args:
        expression: Five fields (minute hour day month weekday) as in crontab(5), or a word such as @daily.
    """
    return sentence(parse(expression))


@tool(title="List next runs", read_only=True, idempotent=True, category="time")
def next_runs(expression: str, after: str, count: Annotated[int, Field(ge=1, le=100)] = 5) -> list[str]:
    """List the next times a cron expression runs, as local times of whatever clock ``after`` is from.

    Args:
        expression: Five fields (minute hour day month weekday) as in crontab(5), or a word such as @daily.
        after: A time such as 2026-01-31T08:00; only later runs are listed. No time zone: cron runs on the machine's own clock.
        count: How many to list. Fewer come back when the expression runs never again within eight years.
    """
    start = datetime.fromisoformat(after)
    if start.tzinfo is not None:
        raise ValueError("after must have no time zone: cron runs on the machine's own clock")
    return [run.isoformat(timespec="minutes") for run in islice(runs(parse(expression), start), count)]
