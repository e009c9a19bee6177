"""A held skill is tried before people answer: its tests run in the jail with nothing granted but the packages it
locks, and it is never published."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from skillpod.errors import DeadlineExceeded, NothingHeld, SkillpodError
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.probe import Outcome, run_tests
from skillpod.lifecycle.question import Question, Trial
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.turns import own_up
from skillpod.lifecycle.wording import words_of
from skillpod.manifest.config import fill_config
from skillpod.model.decision import Admission
from skillpod.model.entry import Entry, Fact
from skillpod.model.guest import Launch
from skillpod.store.memory import SkillMemory

LONGEST = 60.0
"""Seconds that all tests of a trial may take together: nobody has agreed to what runs there."""
_LOOK = 0.25
"""Seconds between two looks whether it is still asked about."""


async def try_out(parts: Parts, slot: Slot, question: Question) -> None:
    """Run the trial that the Hold gives leave for, once, and keep and journal what came of it; nothing when it gives none. It ends when
    something else is asked in the slot, or nothing any more."""
    async with question.trying:
        leave = question.hold.trial
        if leave is None or question.trial is not None or not _is_asked(slot, question):
            return
        started = parts.clock.now()
        outcomes: tuple[Outcome, ...] = ()
        error: SkillpodError | None = None
        try:
            outcomes = await _while_asked(slot, question, _outcomes(parts, question, leave))
        except Exception as fault:  # noqa: BLE001  # SAFE: shown; a full disk must not keep people from seeing what is held
            error = own_up(fault)
        question.trial = Trial(outcomes=outcomes, error=error, seconds=parts.clock.now() - started)
        parts.journal.mark(_tried(question, question.trial))


def _is_asked(slot: Slot, question: Question) -> bool:
    return slot.question is not None and slot.question.hold.digest == question.hold.digest


async def _while_asked(slot: Slot, question: Question, work: Coroutine[Any, Any, tuple[Outcome, ...]]) -> tuple[Outcome, ...]:
    """What the work gives. Raises DeadlineExceeded, and NothingHeld when it is not asked about any more; then it is ended."""
    running = asyncio.ensure_future(work)
    try:
        async with asyncio.timeout(LONGEST):
            while not (await asyncio.wait({running}, timeout=_LOOK))[0]:
                if not _is_asked(slot, question):
                    raise NothingHeld("it is not asked about any more", skill=slot.name, digest=question.hold.digest)
        return await running
    except TimeoutError:
        raise DeadlineExceeded(f"its tests took more than {LONGEST:g} s", skill=slot.name, digest=question.hold.digest) from None
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _outcomes(parts: Parts, question: Question, leave: Admission) -> tuple[Outcome, ...]:
    launch = Launch(
        admission=leave,
        bundle=question.survey.bundle,
        manifest=question.manifest,
        tools=question.survey.tools,
        config=fill_config(question.desired.config or parts.configured(question.manifest.name), question.manifest),
        provision=await parts.provision(leave, question.manifest),
    )
    with TemporaryDirectory(prefix="skillpod-trial-") as scratch, closing(SkillMemory(Path(scratch) / "memory.sqlite")) as memory:
        # What it keeps is kept nowhere: the version that serves has a memory of its own to lose.
        guests = parts.sandbox.open(launch, on_death=lambda error: None, memory=memory)
        try:
            await guests.prove()
            return tuple(await run_tests(guests, question.manifest, question.survey.tools))
        finally:
            await guests.close()


def _tried(question: Question, trial: Trial) -> Entry:
    failed = [outcome for outcome in trial.outcomes if outcome.error is not None]
    return Entry(
        fact=Fact.TRIED,
        actor="skillpod",
        trigger="hold",
        skill=question.manifest.name,
        version=question.manifest.version,
        digest=question.survey.bundle.digest,
        outcome="error" if trial.error or failed else "ok",
        error=words_of(trial.error) if trial.error else {},
        duration=trial.seconds,
        details={"trial": {"tests": len(trial.outcomes), "failed": len(failed)}},
    )
