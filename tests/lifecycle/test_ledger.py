"""Entries are durable before the index moves, and the index moves in their order, whoever waits or gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

import pytest

from skillpod.errors import JournalUnwritable
from skillpod.lifecycle.ledger import Ledger
from skillpod.model.approval import Approval
from skillpod.model.command import Remembered
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact


class SlowJournal:
    """ports.Journal whose entries become durable when the test says so, in any order."""

    def __init__(self) -> None:
        self.gates: dict[str, asyncio.Event] = {}
        self.kept: list[Entry] = []
        self.broken = False
        self._seq = 0

    async def record(self, entry: Entry) -> int:
        if self.broken:
            raise JournalUnwritable("the disk is full")
        self._seq += 1
        seq = self._seq
        await self.gates.setdefault(entry.skill, asyncio.Event()).wait()
        return seq

    def record_all(self, entries: Sequence[Entry]) -> Awaitable[int]:
        if self.broken:
            raise JournalUnwritable("the disk is full")
        first = self._seq + 1
        self._seq += len(entries)

        async def durable() -> int:
            await self.gates.setdefault("state", asyncio.Event()).wait()
            return first

        return durable()

    def note(self, entry: Entry) -> None:
        raise AssertionError("control entries are recorded")

    def mark(self, entry: Entry) -> None:
        self.kept.append(entry)

    def require(self) -> None:
        return


class OrderedState:
    """ports.State that keeps what it was given."""

    def __init__(self) -> None:
        self.applied: list[tuple[int, str]] = []
        self.folded: list[str] = []

    def names(self) -> dict[str, Remembered]:
        return {}

    def quarantined(self) -> dict[Digest, str]:
        return {}

    def answers(self, digest: Digest) -> tuple[Approval, ...]:
        return ()

    def reviews(self) -> tuple[Approval, ...]:
        return ()

    def rules(self) -> dict[str, str]:
        return {}

    def stated(self) -> tuple[Entry, ...]:
        names = "+".join(skill for _seq, skill in self.applied)
        return (Entry(fact=Fact.STATE, skill=f"state of {names}"), Entry(fact=Fact.STATE, skill="the rest"))

    def apply(self, seq: int, entry: Entry) -> None:
        self.applied.append((seq, entry.skill))

    def fold(self, entry: Entry) -> None:
        self.folded.append(entry.skill)


def entry(skill: str) -> Entry:
    return Entry(fact=Fact.PUBLISHED, skill=skill)


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_an_entry_that_is_durable_first_still_waits_for_the_one_before_it() -> None:
    async def scenario() -> list[list[tuple[int, str]]]:
        journal, state = SlowJournal(), OrderedState()
        ledger = Ledger(journal=journal, state=state)
        writes = [asyncio.create_task(ledger.write(entry(name))) for name in ("first", "second")]
        await turns()
        seen = []
        for name in ("second", "first"):
            journal.gates[name].set()
            await turns()
            seen.append(list(state.applied))
        await asyncio.gather(*writes)
        return seen

    assert asyncio.run(scenario()) == [[], [(1, "first"), (2, "second")]]


def test_a_writer_that_gives_up_does_not_keep_its_entry_from_the_index() -> None:
    async def scenario() -> list[tuple[int, str]]:
        journal, state = SlowJournal(), OrderedState()
        ledger = Ledger(journal=journal, state=state)
        write = asyncio.create_task(ledger.write(entry("one")))
        await turns()
        write.cancel()
        await asyncio.gather(write, return_exceptions=True)
        journal.gates["one"].set()
        await turns()
        return state.applied

    assert asyncio.run(scenario()) == [(1, "one")]


def test_an_entry_that_can_not_be_written_moves_nothing() -> None:
    async def scenario() -> list[tuple[int, str]]:
        journal, state = SlowJournal(), OrderedState()
        journal.broken = True
        with pytest.raises(JournalUnwritable):
            await Ledger(journal=journal, state=state).write(entry("one"))
        return state.applied

    assert asyncio.run(scenario()) == []


def test_taking_away_is_folded_in_at_once_when_the_journal_is_broken_and_kept_for_it() -> None:
    async def scenario() -> tuple[list[str], list[Entry]]:
        journal, state = SlowJournal(), OrderedState()
        journal.broken = True
        await Ledger(journal=journal, state=state).take_away(entry("one"))
        return state.folded, journal.kept

    folded, kept = asyncio.run(scenario())
    assert folded == ["one"]
    assert [each.skill for each in kept] == ["one"]


def test_the_state_is_written_when_all_before_it_is_folded_in_and_before_all_after_it() -> None:
    async def scenario() -> list[list[tuple[int, str]]]:
        journal, state = SlowJournal(), OrderedState()
        ledger = Ledger(journal=journal, state=state)
        work = [asyncio.create_task(ledger.write(entry("before")))]
        await turns()
        work.append(asyncio.create_task(ledger.restate()))
        await turns()
        journal.gates["before"].set()
        await turns()
        work.append(asyncio.create_task(ledger.write(entry("after"))))
        await turns()
        seen = []
        for name in ("after", "state"):
            journal.gates[name].set()
            await turns()
            seen.append(list(state.applied))
        await asyncio.gather(*work)
        return seen

    run = [(1, "before"), (2, "state of before"), (3, "the rest")]
    assert asyncio.run(scenario()) == [run[:1], [*run, (4, "after")]]


def test_a_state_that_can_not_be_written_moves_nothing_and_holds_up_nobody() -> None:
    async def scenario() -> list[tuple[int, str]]:
        journal, state = SlowJournal(), OrderedState()
        ledger = Ledger(journal=journal, state=state)
        journal.broken = True
        with pytest.raises(JournalUnwritable):
            await ledger.restate()
        journal.broken = False
        write = asyncio.create_task(ledger.write(entry("one")))
        await turns()
        journal.gates["one"].set()
        await write
        return state.applied

    assert asyncio.run(scenario()) == [(1, "one")]
