"""Control entries: durable in the journal first, folded into its index after, in the order they were written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
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
        self._emptied = asyncio.Event()

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

    async def restate(self) -> None:
        """Write all that is folded as a run of state entries: durable when this returns. Raises JournalUnwritable; then there is none.

        Its place in the log is given in the step that it is made in, and with nothing on its way: every entry before it is in it, and
        none after it.
        """
        while self._queue:
            self._emptied.clear()
            await self._emptied.wait()
        entries = self._state.stated()
        written = self._journal.record_all(entries)
        tickets = [_Ticket(entry) for entry in entries]
        self._queue.extend(tickets)
        await asyncio.shield(self._record_run(tickets, written))

    async def _record_run(self, tickets: Sequence[_Ticket], written: Awaitable[int]) -> None:
        try:
            first = await written
        except BaseException:
            for ticket in tickets:
                ticket.failed = True
            raise
        else:
            for offset, ticket in enumerate(tickets):
                ticket.seq = first + offset
        finally:
            self._fold()

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
        if not self._queue:
            self._emptied.set()
