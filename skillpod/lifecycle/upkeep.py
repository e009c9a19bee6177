"""The log kept within the bytes that pod.yaml gives it: its state written anew, and then the oldest segments let go of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from skillpod.journal.retention import Body, bodies, drop, due, keep_leaves
from skillpod.journal.segments import segment_name
from skillpod.lifecycle.ledger import Ledger
from skillpod.lifecycle.turns import for_ever
from skillpod.model.entry import Entry, Fact

EVERY = 15.0
"""Seconds between two looks: a log outgrows its bytes by what is written in that time, and by one segment."""


class Upkeep:
    def __init__(self, ledger: Ledger, *, journal: Path, keep: Callable[[], int], trouble: Callable[[str], None]) -> None:
        """``keep`` gives the bytes of lines that stay, 0 for all; ``trouble`` is told why more stay."""
        self._ledger = ledger
        self._journal = journal
        self._keep = keep
        self._trouble = trouble

    async def run(self) -> None:
        """Look, for ever."""
        await for_ever(self.turn, every=EVERY, told=lambda why: self._trouble(f"the log outgrows what it may keep: {why}"))

    async def turn(self) -> None:
        """Let go of what is too old, if anything is. Raises JournalFailed; then what is not gone is there whole.

        The leaves first, which may find that a segment is evidence; then the state, which lands in a later segment than any that goes; then
        the word that they go; and last the bodies. Wherever it ends in between, the next turn does it again.
        """
        keep = self._keep()
        if not keep:
            return
        found = await asyncio.to_thread(bodies, self._journal)
        going = due(found, keep)
        if not going:
            return
        for body in going:
            await asyncio.to_thread(keep_leaves, self._journal, body)
        await self._ledger.restate()
        await self._ledger.write(_dropped_entry(going, last=found[len(going)].first - 1))
        for body in going:
            await asyncio.to_thread(drop, self._journal, body)


def _dropped_entry(going: Sequence[Body], *, last: int) -> Entry:
    details = {"first": going[0].first, "last": last, "segments": [segment_name(body.number) for body in going]}
    return Entry(fact=Fact.LOG_DROPPED, trigger="interval", details=details)
