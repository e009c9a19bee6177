"""Every idea of getting out, tried twice: behind the walls, where it must fail and be written down, and with those gone that stop it,
where it must succeed.

The second run is what makes the first a test: an attack that fails for a reason of its own would prove nothing. A third shows that each
wall said to stop it does so alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skillpod.model.entry import Entry, Fact
from skillpod.sandbox.guest.walls.board import WALLS
from tests.escapes.collection import Idea, collected
from tests.escapes.host import PATIENCE
from tests.escapes.stage import (
    Stage,
    Way,
    alone,
    behind_all_walls,
    behind_one_wall,
    interpreter_is_closed,
    is_death,
    outcome,
    staged,
    without_its_walls,
)

ATTACKS = [idea for idea in collected() if idea.has_attack]
KERNELS = [idea for idea in ATTACKS if not idea.attack.ours]
OURS = [idea for idea in ATTACKS if idea.attack.ours]
OWN = [idea for idea in collected() if not idea.has_attack]
ALONE = [(idea, wall) for idea in KERNELS if len(idea.attack.walls) > 1 for wall in idea.attack.walls]
NEVER_ALONE = {
    "cgroup": "it bounds all guests of a zygote together, and only where the host delegates one: tests/sandbox/test_cgroup.py tries it",
    "mount_namespace": "a guest without it has no right to mount anything in the host's: pivot_root and scratch_quota are made of it",
}
"""Walls that no attack names, and why."""

REFUSALS = {
    "PermissionError",
    "FileNotFoundError",
    "ModuleNotFoundError",
    "ProcessLookupError",
    "ConnectionRefusedError",
    "OSError",
    "nothing",
}
"""What a wall that stands alone may answer."""

wall_by_wall = pytest.mark.parametrize(("idea", "wall"), ALONE, ids=lambda value: value.name if isinstance(value, Idea) else value)


def each(ideas: list[Idea]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("idea", ideas, ids=lambda idea: idea.name)


def on_a_stage(way: Way) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", [way], ids=[pytest.HIDDEN_PARAM], indirect=True)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One pod after the other: a test names how its skills are walled in."""
    with staged(ATTACKS, request.param, tmp_path_factory.mktemp("stage")) as one:
        yield one


@on_a_stage(behind_all_walls)
@each(ATTACKS)
def test_in_the_jail_it_fails_and_is_written_down(idea: Idea, stage: Stage) -> None:
    _require(idea.attack.lacks())
    said, entries = stage.attempt(idea.name)
    assert said in idea.attack.fails
    assert not (idea.attack.seen and idea.attack.seen(stage.host, 0.0))
    assert not (idea.attack.shown and idea.attack.shown(entries))
    assert _told(entries).items() >= {Fact.CALL: outcome(said), **({Fact.GUEST_DIED: "error"} if is_death(said) else {})}.items()
    assert _acts(entries) >= {left for left in idea.attack.leaves if stage.stands("witness") or not left.startswith("kernel")}
    assert stage.is_well()


@on_a_stage(without_its_walls)
@each(KERNELS)
def test_without_its_walls_it_succeeds(idea: Idea, stage: Stage) -> None:
    _require(idea.attack.lacks() or idea.attack.needs())
    stage.require(idea.name)
    said, entries = stage.attempt(idea.name)
    assert said == idea.attack.succeeds
    assert idea.attack.seen is None or idea.attack.seen(stage.host, PATIENCE)
    assert idea.attack.shown is None or idea.attack.shown(entries)
    assert stage.is_well()


@each(OURS)
def test_without_a_wall_of_ours_it_succeeds(idea: Idea, tmp_path: Path) -> None:
    assert idea.attack.remove is not None
    with pytest.MonkeyPatch.context() as patch:
        idea.attack.remove(patch)
        with staged([idea], without_its_walls, tmp_path) as stage:
            said, entries = stage.attempt(idea.name)
            assert said == idea.attack.succeeds
            assert idea.attack.shown is None or idea.attack.shown(entries)


@on_a_stage(behind_one_wall)
@wall_by_wall
def test_each_of_its_walls_stops_it_alone(idea: Idea, wall: str, stage: Stage) -> None:
    _require(idea.attack.lacks())
    if not stage.stands(wall):
        pytest.skip(f"needs a machine with {wall}")
    if wall == "landlock" and "pivot_root" in idea.attack.walls and interpreter_is_closed():
        pytest.skip("needs an interpreter whose directory is open to other users")
    stage.require(alone(idea, wall))
    said, _ = stage.attempt(alone(idea, wall))
    if idea.attack.seen is None or said != idea.attack.succeeds:
        assert said in REFUSALS
    else:  # a number may by chance name another process inside: what counts is what the host saw
        assert not idea.attack.seen(stage.host, 0.0)


@each(OWN)
def test_in_the_jail_it_fails(idea: Idea, tmp_path: Path) -> None:
    idea.module.in_the_jail(tmp_path)


@each(OWN)
def test_without_the_wall_it_succeeds(idea: Idea, tmp_path: Path) -> None:
    idea.module.without_the_wall(tmp_path)


def test_every_wall_is_walked_into() -> None:
    named = {wall for idea in collected() for wall in idea.stopped_by}
    assert set(WALLS) - named == NEVER_ALONE.keys()


def _require(lacking: str) -> None:
    if lacking:
        pytest.skip(f"needs {lacking}")


def _told(entries: list[Entry]) -> dict[Fact, str]:
    return {entry.fact: entry.outcome for entry in entries}


def _acts(entries: list[Entry]) -> set[str]:
    return {f"{entry.details['by']} {entry.details['act']}" for entry in entries if entry.fact is Fact.ATTEMPTED}
