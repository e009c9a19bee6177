"""An entry of the log as one line for a person. Pure: pieces of text with a style."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.cli.faults import Line
from skillpod.cli.quantities import duration, moment
from skillpod.journal.entry import Recorded
from skillpod.model.digest import short
from skillpod.model.entry import Entry, Fact

_STYLES = {
    Fact.PUBLISHED: "green",
    Fact.RESUMED: "green",
    Fact.REFUSED: "red",
    Fact.NOT_ALLOWED: "red",
    Fact.CALL_ANSWERED: "yellow",
    Fact.QUARANTINED: "red",
    Fact.GUEST_DIED: "red",
    Fact.ATTEMPTED: "red",
    Fact.ROLLED_BACK: "yellow",
}


def sentence(recorded: Recorded) -> Line:
    """One line: number, time, fact, what about, and how it went."""
    entry = recorded.entry
    about = f"{entry.skill}__{entry.tool}" if entry.tool else entry.skill
    return (
        (f"{recorded.seq:>6}  {moment(recorded.ts)}  ", "dim"),
        (f"{entry.fact.value:<13}", _STYLES.get(entry.fact, "")),
        (f" {about}" if about else "", "bold"),
        *_details(entry),
    )


def _details(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.version:
        yield f" {entry.version}", ""
    if entry.previous and entry.generation:
        yield f" {entry.previous} → {entry.generation}", ""
    elif entry.generation:
        yield f" generation {entry.generation}", ""
    if entry.digest and entry.fact is not Fact.CALL:
        yield f" {short(entry.digest)}", "dim"
    desired = entry.details.get("desired")
    if isinstance(desired, dict):
        yield f" {desired.get('mode')} ({desired.get('source')})", ""
    if entry.fact is Fact.NOT_ALLOWED:
        yield f" {entry.details.get('act', '')}", ""
    for word in (entry.decision, entry.outcome):
        if word:
            yield f" {word}", "red" if word in ("refuse", "error", "denied", "timeout") else ""
    if entry.rule:
        yield f" by rule {entry.rule}", ""
    if entry.duration:
        yield f" in {duration(entry.duration)}", ""
    code = entry.error.get("code")
    why = entry.reason or str(entry.error.get("message", ""))
    if code or why:
        yield f": {' '.join(part for part in (f'[{code}]' if code else '', why) if part)}", "red" if code else ""
    if entry.actor:
        yield f"  by {entry.actor}", "dim"
