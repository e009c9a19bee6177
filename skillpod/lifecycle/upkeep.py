"""The log kept within the bytes that pod.yaml gives it: its state written anew, and then the oldest segments let go of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from skillpod.journal.retention import Body, bodies, drop, due, keep_leaves
from skillpod.journal.segments import segment_name
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.turns import for_ever
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind

EVERY = 15.0
"""Seconds between two looks: a log outgrows its bytes by what is written in that time, and by one segment."""


class Upkeep:
    def __init__(self, parts: Parts, *, journal: Path, keep: Callable[[], int]) -> None:
        """``keep`` gives the bytes of lines that stay, 0 for all."""
        self._parts = parts
        self._journal = journal
        self._keep = keep

    async def run(self) -> None:
        """Look, for ever."""
        await for_ever(self.turn, every=EVERY, told=lambda message: self._parts.news.tell(Kind.TROUBLE, message=message))

    async def turn(self) -> None:
        """Let go of what is too old, if anything is. Raises JournalFailed and OSError; then what is not gone is there whole.

        The leaves first, which may find that a segment is evidence; then the state, which lands in a later segment than any that goes; then
        the word that they go; and last the bodies. Wherever it ends in between, the next turn does it again.
        """
        keep = self._keep()
        if not keep:
            return
        found = await self._parts.offload(bodies, self._journal)
        going = due(found, keep)
        if not going:
            return
        for body in going:
            await self._parts.offload(keep_leaves, self._journal, body)
        await self._parts.ledger.restate()
        await self._parts.ledger.write(_dropped_entry(going, last=found[len(going)].first - 1))
        for body in going:
            await self._parts.offload(drop, self._journal, body)


def _dropped_entry(going: Sequence[Body], *, last: int) -> Entry:
    details = {"first": going[0].first, "last": last, "segments": [segment_name(body.number) for body in going]}
    return Entry(fact=Fact.LOG_DROPPED, trigger="interval", details=details)
