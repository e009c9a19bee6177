"""What is read of the log for one entry's story: no more than may belong to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from skillpod.errors import UnknownEntry
from skillpod.journal.entry import Recorded
from skillpod.journal.query import Query
from skillpod.journal.replay import Span, newest_first, read, span
from skillpod.journal.report.story import FAILED, Story, story_of
from skillpod.model.entry import Entry, Fact

_UNCOUNTED = frozenset({Fact.CALL, Fact.NOT_ALLOWED})
"""Facts of which whoever asks again and again leaves any number: calls are looked for one by one, and what is denied is in no story but its
own."""
_OF_ALL = ("rules", "pod.started", "pod.stopped")
_NEAR = 3
"""Calls that are told of one question, before and after; and of those that failed, of one generation."""


def told(directory: Path, seq: int) -> Story:
    """The story of the entry of this number. Raises UnknownEntry, JournalCorrupt, PathUnusable."""
    recorded = _entry(directory, seq)
    return story_of(recorded, list(around(directory, recorded)))


# --- for who does not see all --------------------------------------------------------------------------------------------------------

Sees = Callable[[str], bool]
"""Whether the entries of a skill are there for whoever asks; of the empty name: those of no skill."""


def entries_seen(directory: Path, query: Query, most: int, sees: Sees) -> list[dict[str, Any]]:
    """The newest that match and are seen, oldest first, as their lines have them. Raises JournalCorrupt, PathUnusable."""
    found = (recorded.as_dict() for recorded in newest_first(directory, query) if sees(recorded.entry.skill))
    return [*islice(found, most)][::-1]


def story_seen(directory: Path, seq: int, sees: Sees) -> dict[str, Any]:
    """As ``told``, without the entries that are not seen. Raises UnknownEntry for one of those, too."""
    story = told(directory, seq)
    if not sees(story.of.entry.skill):
        raise _unknown(seq, span(directory))
    before, after = ([step for step in steps if sees(step.recorded.entry.skill)] for steps in (story.before, story.after))
    return replace(story, before=before, after=after).as_dict()


# --- reading -------------------------------------------------------------------------------------------------------------------------


def _entry(directory: Path, seq: int) -> Recorded:
    recorded = next(read(directory, after=seq - 1), None) if seq > 0 else None
    if recorded is not None and recorded.seq == seq:
        return recorded
    there = span(directory)
    if there.last < there.first:
        raise UnknownEntry("the log has no entries yet", at=str(seq))
    if 0 < seq < there.first:
        raise UnknownEntry(
            f"entry {seq} was dropped: the log goes from {there.first} to {there.last}",
            at=str(seq),
            hint="its hash is kept: `skillpod log verify` still proves that it was there",
        )
    raise _unknown(seq, there)


def _unknown(seq: int, there: Span) -> UnknownEntry:
    return UnknownEntry(f"there is no entry {seq}: the log goes from {there.first} to {there.last}", at=str(seq))


def around(directory: Path, recorded: Recorded) -> Iterator[Recorded]:
    """What may belong to the story of an entry. Raises JournalCorrupt, PathUnusable."""
    entry = recorded.entry
    yield from read(directory, Query(words={"fact": _OF_ALL}))
    if entry.skill:
        facts = tuple(fact.value for fact in Fact if fact not in _UNCOUNTED)
        yield from read(directory, Query(words={"skill": (entry.skill,), "fact": facts}))
    if entry.fact is Fact.RULES:
        yield from islice(read(directory, Query(words={"fact": ("decided",)}), after=recorded.seq), 1)
    ticket = entry.details.get("ticket")
    if isinstance(ticket, str) and ticket:
        yield from _of_question(directory, recorded.seq, ticket)
    yield from _calls(directory, recorded)


def _of_question(directory: Path, seq: int, ticket: str) -> Iterator[Recorded]:
    """The answers to a question, and the calls nearest to an entry that it is about: it may be asked any number of times."""
    words = {"ticket": (ticket.replace("*", ""),)}
    yield from read(directory, Query(words={**words, "fact": (Fact.CALL_ANSWERED.value,)}))
    calls = Query(words={**words, "fact": (Fact.CALL.value,)})
    yield from deque(takewhile(lambda each: each.seq < seq, read(directory, calls)), maxlen=_NEAR)
    yield from islice(read(directory, calls, after=seq), _NEAR)


def _calls(directory: Path, recorded: Recorded) -> Iterator[Recorded]:
    """The first calls of a generation that was published, and the last that failed of one that was left."""
    entry = recorded.entry
    if entry.fact is Fact.PUBLISHED:
        yield from islice(read(directory, _calls_of(entry, entry.generation), after=recorded.seq), 1)
        yield from islice(read(directory, _calls_of(entry, entry.generation, *FAILED), after=recorded.seq), 1)
    elif entry.fact is Fact.ROLLED_BACK and entry.previous:
        yield from islice(newest_first(directory, _calls_of(entry, entry.previous, *FAILED)), _NEAR)


def _calls_of(entry: Entry, generation: int, *outcomes: str) -> Query:
    words = {"skill": (entry.skill,), "fact": (Fact.CALL.value,), "outcome": outcomes}
    return Query(words=words, generations=(generation,))
