"""What the pod tells, in words: a line for a person who watches, a line for a log. Pure: from an event to pieces of text with a style."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum

from skillpod.cli.faults import Line, Span, body_lines
from skillpod.cli.quantities import counted, duration
from skillpod.model.digest import short
from skillpod.model.event import Event, Kind

_STYLES = {
    Kind.MOUNTED: "bold green",
    Kind.SWAPPED: "bold green",
    Kind.RESUMED: "bold green",
    Kind.REFUSED: "bold red",
    Kind.QUARANTINED: "bold red",
    Kind.TROUBLE: "bold red",
    Kind.GUEST_DIED: "red",
    Kind.ATTEMPTED: "bold red",
    Kind.HELD: "bold yellow",
    Kind.WAITING: "bold yellow",
    Kind.ROLLED_BACK: "bold yellow",
}


_CHANGES = 5


class Level(Enum):
    """How much a line of a log matters."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


_LEVELS = {
    Kind.REFUSED: Level.ERROR,
    Kind.QUARANTINED: Level.ERROR,
    Kind.TROUBLE: Level.ERROR,
    Kind.GUEST_DIED: Level.WARNING,
    Kind.ATTEMPTED: Level.WARNING,
    Kind.HELD: Level.WARNING,
    Kind.WAITING: Level.WARNING,
    Kind.ROLLED_BACK: Level.WARNING,
}


def lines(event: Event) -> Iterator[Line]:
    """The lines of one event, for a person who watches."""
    clock = datetime.fromtimestamp(event.at).strftime("%H:%M:%S")  # the operator's own time: it is read as it happens
    yield ((f"{clock}  ", "dim"), *_sentence(event))
    if event.error is not None and event.kind is not Kind.GUEST_DIED:
        yield from body_lines(event.error, indent=" " * 10)
    for change in _changes(event):
        yield (" " * 10, (change, "yellow"))


def log_line(event: Event) -> Line:
    """One event in one line, its reasons too."""
    reasons = () if event.error is None or event.kind is Kind.GUEST_DIED else body_lines(event.error, indent="")
    told = (*("".join(_text(span) for span in spans).strip(" -") for spans in reasons), *_changes(event))
    return (*_sentence(event), *(f"; {text}" for text in told))


def level(event: Event) -> Level:
    return _LEVELS.get(event.kind, Level.INFO)


def stamp(level: Level, at: float) -> str:
    """``2026-11-21T05:07:09.120Z INFO    ``; ``at`` is seconds since 1970."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z {level.value:<7} "


def _text(span: Span | str) -> str:
    return span if isinstance(span, str) else span[0]


def _sentence(event: Event) -> Iterator[Span | str]:
    yield (event.kind.value.replace("_", " "), _STYLES.get(event.kind, "dim"))
    if event.skill:
        yield (f" {event.skill}", "bold")
    match event.kind:
        case Kind.MOUNTED:
            yield f" {event.version} in {duration(event.took)}: {_tools(event)}"
        case Kind.SWAPPED:
            yield f" {event.previous} → {event.generation} ({event.version}) in {duration(event.took)}: {_tools(event)}"
        case Kind.ROLLED_BACK:
            yield f" {event.previous or 'nothing'} → {event.generation or 'nothing'} ({event.version or short(event.digest)})"
            yield f": {event.message}" if event.message else ""
        case Kind.DRAINED:
            yield (f" generation {event.generation}", "dim")
            calls = event.details.get("calls")
            yield f": {counted(calls, 'call')} in flight finished" if calls else ""
        case Kind.REFUSED if event.generation:
            yield f": {event.message}; generation {event.generation} stays live"
        case _:
            yield f": {event.message}" if event.message else ""


def _changes(event: Event) -> Iterator[str]:
    """What an update changed, a line each, the first few."""
    changes = event.details.get("update") or ()
    yield from (f"{change['rule']}: {change['message']}" for change in changes[:_CHANGES])
    if len(changes) > _CHANGES:
        yield f"and {counted(len(changes) - _CHANGES, 'change')} more; `skillpod show {event.skill}` lists them"


def _tools(event: Event) -> str:
    tools = [str(name) for name in event.details.get("tools") or ()]
    return f"{counted(len(tools), 'tool')}: {', '.join(tools)}" if tools else "no tools"
