"""Control entries: durable in the journal first, folded into its index after, in the order they were written."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from skillpod.errors import JournalFailed
from skillpod.model.entry import Entry
from skillpod.ports import Journal, State


@dataclass(slots=True, eq=False)
class _Ticket:
    entry: Entry
    seq: int = 0
    failed: bool = False


class Ledger:
    def __init__(self, *, journal: Journal, state: State) -> None:
        self._journal = journal
        self._state = state
        self._queue: deque[_Ticket] = deque()

    async def write(self, *entries: Entry) -> None:
        """Durable and folded in when this returns. Raises JournalUnwritable; then none of the index has moved for them."""
        tickets = [_Ticket(entry) for entry in entries]
        self._queue.extend(tickets)
        # Shielded: an entry that is on its way can't be taken back, so a caller that gives up must not keep it from being folded in.
        results = await asyncio.shield(asyncio.gather(*map(self._record, tickets), return_exceptions=True))
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def take_away(self, *entries: Entry) -> None:
        """Like ``write``, after the effect and without failing: what can't be written now is written when it can be."""
        try:
            await self.write(*entries)
        except JournalFailed:
            for entry in entries:
                self._state.fold(entry)
                self._journal.mark(entry)

    async def _record(self, ticket: _Ticket) -> None:
        try:
            ticket.seq = await self._journal.record(ticket.entry)
        except BaseException:
            ticket.failed = True
            raise
        finally:
            self._fold()

    def _fold(self) -> None:
        """Fold in from the front: entries of other names may have become durable before ours was folded, never out of order."""
        while self._queue and (self._queue[0].seq or self._queue[0].failed):
            ticket = self._queue.popleft()
            if not ticket.failed:
                self._state.apply(ticket.seq, ticket.entry)
