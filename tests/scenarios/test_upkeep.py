"""A pod under load whose log is kept small: it rotates and lets go, answers every call, and is the same after a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import skillpod.manager
from skillpod.cli.offline import HomeReader
from skillpod.journal.replay import read
from skillpod.journal.retention import bodies
from skillpod.journal.writer import JournalWriter
from skillpod.lifecycle import upkeep
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, eventually, running
from tests.scenarios.test_full_disk import checked
from tests.support.skills import numbered, replace_file, saying, write_skill

SEGMENT_BYTES = 20_000
KEEP = 100_000
CALLERS = 4


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments and looks as no user can have them: a log of the sizes that pod.yaml takes would be written for minutes."""
    monkeypatch.setattr(skillpod.manager, "JournalWriter", partial(JournalWriter, segment_bytes=SEGMENT_BYTES))
    monkeypatch.setattr(upkeep, "EVERY", 0.05)


def _keep(stage: Stage) -> None:
    config = stage.pod._config
    stage.pod._config = replace(config, log=replace(config.log, keep=KEEP))


def _dropped(home: Path) -> int:
    return bodies(home / "journal")[0].first - 1


def test_under_load_the_oldest_entries_go_and_the_pod_is_the_same_after_a_restart(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=numbered(0)) / "handler.py"
        write_skill(skills, "gone", handler=saying("gone"))
        async with running(skills, home) as stage:
            _keep(stage)
            await stage.pod.unmount("gone")
            calling = True

            async def call() -> int:
                count = 0
                while calling:
                    await stage.pod.call("words__answer", {})
                    count += 1
                return count

            callers = [asyncio.create_task(call()) for _ in range(CALLERS)]
            number = 0
            while _dropped(home) < 200:
                number += 1
                save = partial(replace_file, handler, numbered(number))
                await stage.change(save, Kind.SWAPPED, skill="words")
            calling = False
            assert sum(await asyncio.gather(*callers)) > 100
            assert not stage.of(Kind.TROUBLE)
            await eventually(lambda: sum(body.size for body in bodies(home / "journal")) < KEEP + 2 * SEGMENT_BYTES)
            before = {name: stage.skill(name) for name in ("words", "gone")}
        facts = [seen.entry.fact for seen in read(home / "journal")]
        assert Fact.LOG_DROPPED in facts
        assert checked(home).tree.size == checked(home).sealed.checkpoint.size  # type: ignore[union-attr]
        for file in home.glob("index.sqlite*"):
            file.unlink()
        remembered = {entry["name"]: entry for entry in HomeReader(home).skills()}
        assert remembered["words"]["generation"] == before["words"]["generation"]
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == number
            for name in ("words", "gone"):
                after = stage.skill(name)
                assert {key: after[key] for key in ("state", "mode", "digest", "generation")} == {
                    key: before[name][key] for key in ("state", "mode", "digest", "generation")
                }

    asyncio.run(scenario())
