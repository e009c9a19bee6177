"""What is kept of a guest's attempts: bounded, and whatever a skill says of itself hides nothing of what the kernel tells."""

from __future__ import annotations

import asyncio

from skillpod.lifecycle.attempts import MOST, Attempts
from skillpod.lifecycle.news import News
from skillpod.model.entry import Entry
from skillpod.model.guest import Act, Attempt, Source
from skillpod.sandbox.worker import ProgramWorker
from tests.support.guests import launch
from tests.support.registry import ListedJournal


class FrozenClock:
    def now(self) -> float:
        return 1.0

    def epoch(self) -> float:
        return 1_000.0


def recorded(*attempts: Attempt) -> tuple[Attempts, list[Entry]]:
    async def act() -> tuple[Attempts, list[Entry]]:
        journal, started = ListedJournal(), launch("", tools=())
        news = News(clock=FrozenClock(), worker=ProgramWorker(), alert=lambda: ((), 1.0))
        kept = Attempts(
            number=1,
            manifest=started.manifest,
            admission=started.admission,
            comparison=(),
            volumes=(),
            news=news,
            journal=journal,
            clock=FrozenClock(),
        )
        for attempt in attempts:
            kept.record(attempt)
        return kept, journal.entries

    return asyncio.run(act())


def said(by: Source, act: Act, target: str) -> Attempt:
    return Attempt(act=act, target=target, by=by, tool="look")


def test_the_same_in_both_their_words_is_two_things_for_one_of_them_may_lie() -> None:
    kept, entries = recorded(*(said(by, Act.CALL, "ptrace") for by in (Source.GUEST, Source.KERNEL, Source.KERNEL)))
    assert [(tally["by"], tally["count"]) for tally in kept.as_list()] == [("guest", 1), ("kernel", 2)]
    assert [entry.details["by"] for entry in entries] == ["guest", "kernel"]


def test_no_number_of_harmless_things_hides_another() -> None:
    decoys = [said(Source.GUEST, act, f"{number}") for act in Act for number in range(MOST + 1)]
    sockets = [said(Source.KERNEL, Act.SOCKET, f"socket {number} 1") for number in range(MOST + 5)]
    kept, entries = recorded(*decoys, *sockets, said(Source.KERNEL, Act.EXECUTE, "execve"))
    assert kept.as_list()[-1]["target"] == "execve"
    assert entries[-1].details["target"] == "execve"
    assert kept.more == len(Act) + 5
    assert len(entries) == MOST * (len(Act) + 1) + 1, "and what is told and journaled has an end"
