"""The journal comes first: what can't be written down is not done, taking away excepted."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from skillpod.errors import JournalUnwritable
from skillpod.model.event import Kind
from tests.scenarios.stage import descendants, running
from tests.support.skills import replace_file, saying, write_skill


def test_with_a_journal_that_cannot_be_written_calls_and_admissions_stop_and_unmount_works(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("word"))
        write_skill(skills, "other", handler=saying("other"))
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "word"
            shutil.rmtree(home / "journal")  # the disk went away: as root, no permission would stop us
            mark = stage.mark()
            write_skill(skills, "late", handler=saying("late"))
            await stage.until(Kind.TROUBLE, after=mark)
            with pytest.raises(JournalUnwritable):
                await stage.pod.call("words__answer", {})
            assert "late__answer" not in stage.names()
            await stage.pod.unmount("words")
            assert stage.names() == ["other__answer"]

    before = descendants()
    with pytest.raises(JournalUnwritable, match="lost"):  # the end of the pod says what it could not write down
        asyncio.run(scenario())
    assert descendants() <= before


def test_every_step_is_in_the_journal_and_no_argument_is(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "greeter") / "handler.py"
        async with running(skills, home) as stage:
            await stage.pod.call("greeter__greet", {"name": "a secret name"})
            await stage.change(lambda: replace_file(handler, saying("new")), Kind.SWAPPED, skill="greeter")
            await stage.change(lambda: replace_file(handler, "def (:\n"), Kind.REFUSED, skill="greeter")
            await stage.pod.rollback("greeter")
            await stage.pod.unmount("greeter")

    asyncio.run(scenario())
    text = b"".join(segment.read_bytes() for segment in sorted((home / "journal").glob("*.jsonl")))
    facts = [json.loads(line)["fact"] for line in text.splitlines()]
    assert {"pod.started", "desired", "decided", "published", "call", "refused", "unmounted", "pod.stopped"} <= set(facts)
    assert b"a secret name" not in text
    assert [json.loads(line)["seq"] for line in text.splitlines()] == list(range(1, len(facts) + 1))
