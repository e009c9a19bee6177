"""What the pod tells, in one line of words each. Pure: from an event to pieces of text with a style."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from skillpod.cli.faults import Line, Span, body_lines
from skillpod.cli.portrait import counted, duration
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
    Kind.HELD: "bold yellow",
    Kind.WAITING: "bold yellow",
    Kind.ROLLED_BACK: "bold yellow",
}


def lines(event: Event) -> Iterator[Line]:
    """The lines of one event."""
    clock = datetime.fromtimestamp(event.at).strftime("%H:%M:%S")  # the operator's own time: it is read as it happens
    yield ((f"{clock}  ", "dim"), *_sentence(event))
    if event.error is not None and event.kind is not Kind.GUEST_DIED:
        yield from body_lines(event.error, indent=" " * 10)


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
        case Kind.REFUSED if event.generation:
            yield f": {event.message}; generation {event.generation} stays live"
        case _:
            yield f": {event.message}" if event.message else ""


def _tools(event: Event) -> str:
    tools = [str(name) for name in event.details.get("tools") or ()]
    return f"{counted(len(tools), 'tool')}: {', '.join(tools)}" if tools else "no tools"
