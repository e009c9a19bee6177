"""What a real pod writes is told as a story: who let a call happen, why a version came back, what a day came to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from skillpod.errors import SkillFailed
from skillpod.journal.query import EVERYTHING
from skillpod.journal.replay import calls, read
from skillpod.journal.report.metrics import measured
from skillpod.journal.report.story import Step, reasons
from skillpod.journal.report.surroundings import told
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import running
from tests.support.skills import IN_A_CALL, replace_file, saying, write_skill


def facts(steps: Sequence[Step]) -> list[str]:
    return [step.recorded.entry.fact.value for step in steps]


def live(skills: Path, home: Path) -> None:
    """A skill is mounted and called; its update crashes and is rolled back; the pod starts again, and it is called once more."""

    async def act() -> None:
        folder = write_skill(skills, "words", handler=saying("one"))
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "one"
            crashing = IN_A_CALL["crashes the interpreter"]
            await stage.change(lambda: replace_file(folder / "handler.py", crashing), Kind.SWAPPED, skill="words")
            mark = stage.mark()
            for _ in range(3):
                with pytest.raises(SkillFailed):
                    await stage.pod.call("words__answer", {})
            await stage.until(Kind.ROLLED_BACK, skill="words", after=mark)
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "one"

    asyncio.run(act())


def test_a_life_of_a_skill_is_told_as_it_was(skills: Path, home: Path) -> None:
    live(skills, home)
    journal = home / "journal"
    log = list(read(journal))
    first, *_, last = [each for each in log if each.entry.fact is Fact.CALL and each.entry.outcome == "ok"]

    story = told(journal, first.seq)
    assert facts(story.before)[-2:] == ["decided", "published"]
    assert "published" in facts(story.after)
    (because,) = [reason for reason in reasons(story) if "runs because" in reason]
    assert because.startswith(f"generation {first.entry.generation} of words runs because the rule `")

    back = next(each for each in log if each.entry.fact is Fact.ROLLED_BACK)
    story = told(journal, back.seq)
    assert {"guest_died", "quarantined", "call", "published"} <= set(facts(story.before))
    assert list(reasons(story)) == [back.entry.reason]

    story = told(journal, last.seq)
    answered = next(step.recorded for step in story.before if step.role == "the generation that answered")
    assert (answered.entry.fact, answered.entry.generation, answered.entry.digest) == (
        Fact.PUBLISHED,
        last.entry.generation,
        first.entry.digest,
    )
    assert "rolled_back" not in facts(story.after)


def test_the_figures_of_that_life_are_those_that_happened(skills: Path, home: Path) -> None:
    live(skills, home)
    journal = home / "journal"
    log = list(read(journal))
    every, each = measured(
        (one for one in log if one.entry.fact is not Fact.CALL), since=log[0].ts, until=time.time(), calls=calls(journal, EVERYTHING)
    )
    assert (every.changes, every.returns, every.failed, every.unrecovered) == (2, 1, 1, 0)
    assert len(every.recovery.spans) == 1
    assert every.calls["ok"] == 2
    assert every.calls["error"] >= 1
    assert list(each) == ["words"]
