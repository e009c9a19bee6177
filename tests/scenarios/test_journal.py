"""The journal comes first: what can't be written down is not done, taking away excepted."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import DeadlineExceeded, JournalUnwritable, LimitExceeded, ToolRaised
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


WORKS = """\
import time
from skillpod import tool


@tool
def works(how: str) -> int:
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    if how == "fills":
        raise MemoryError
    if how == "sleeps":
        time.sleep(60)
    if how == "fails":
        raise ValueError(how)
    return 1
"""


def test_what_calls_used_is_in_the_journal_and_in_show_whatever_became_of_them(skills: Path, home: Path) -> None:
    async def scenario() -> tuple[dict[str, Any], dict[str, Any]]:
        write_skill(skills, "worker", handler=WORKS, manifest={"limits": {"wall": "1s"}})
        async with running(skills, home) as stage:
            before = stage.pod.show("worker")
            await stage.pod.call("worker__works", {"how": "well"})
            for how, kind in (("fails", ToolRaised), ("fills", LimitExceeded), ("sleeps", DeadlineExceeded)):
                with pytest.raises(kind):
                    await stage.pod.call("worker__works", {"how": how})
            return before, stage.pod.show("worker")

    before, after = asyncio.run(scenario())
    assert (before["calls"], before["usage"]) == (0, {"wall": 0.0, "cpu": 0.0, "peak": 0})
    assert (after["calls"], after["failures"]) == (4, 3)
    lines = b"".join(segment.read_bytes() for segment in sorted((home / "journal").glob("*.jsonl"))).splitlines()
    used = [entry["usage"] for entry in map(json.loads, lines) if entry["fact"] == "call"]
    assert [usage["cpu"] >= 0.09 for usage in used] == [True] * 4
    assert [usage["peak"] > 5_000_000 for usage in used] == [True, True, True, False]  # of one that was killed it is not known
    assert after["usage"]["cpu"] == pytest.approx(sum(usage["cpu"] for usage in used), abs=1e-5)
    assert after["usage"]["peak"] == max(usage["peak"] for usage in used)


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
