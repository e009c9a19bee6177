"""A real pod with every attack in its skills folder, as skills behind all walls, without those that stop it, or with one of those left.

The audit would refuse many of them before they run. It is left out here: it is not the wall under test.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from skillpod.blocking import Blocking
from skillpod.errors import GuestDied, IsolationUnavailable, SkillpodError, ToolRaised
from skillpod.journal.replay import read
from skillpod.lifecycle import pipeline
from skillpod.lifecycle.reading import Seen, heard
from skillpod.manager import SkillManager
from skillpod.model.bundle import Bundle
from skillpod.model.ended import Ended
from skillpod.model.entry import Entry, Fact
from skillpod.model.finding import Report
from tests.escapes.attack import Attack
from tests.escapes.collection import Idea
from tests.escapes.host import PATIENCE, Host
from tests.escapes.skill import handler
from tests.support.hosts import readable_by_others
from tests.support.skills import saying, write_skill

BYSTANDER = "bystander"
_REASON = "It is what this test wants to know the worth of."
_ENDED = {"limits.wall": "timeout", "escaped": "ok", "nothing": "ok"}
_LIVES = re.compile(r"\w*Error|limits\.(wall|memory|scratch|threads)|escaped|nothing")
"""Words for a call that its guest lives through, or whose guest the host ended: not a death of its own."""


class Stage:
    def __init__(self, pod: Blocking, host: Host, home: Path) -> None:
        self._pod = pod
        self._home = home
        self._journal = home / "journal"
        self.host = host
        self._read = 0

    def attempt(self, skill: str) -> tuple[str, list[Entry]]:
        """What calling the skill's tool ended in, as a word, and what the journal says of it."""
        self.host.reset()
        given = {**self.host.given(), "home": str(self._home)}
        victim = f"{skill}_victim"
        if victim in self._names:
            given |= self._pod.call(f"{victim}__run", {"given": given})
        before = self._last()
        said = self._call(skill, given)
        return said, self._entries(skill, before, said)

    def require(self, skill: str) -> None:
        """Skips when a wall that has to go can't go here: the guest would be locked out of its own interpreter."""
        error = self._pod.show(skill)["error"]
        if error is not None and error["code"] == IsolationUnavailable.code:
            pytest.skip(f"needs a machine that can do without: {error['message']}")
        assert error is None, error

    def stands(self, wall: str) -> bool:
        """Whether this machine can put it up."""
        walls: list[dict[str, Any]] = self._pod.show(BYSTANDER)["walls"]
        return any(each["name"] == wall and each["state"] == "active" for each in walls)

    def is_well(self) -> bool:
        return bool(self._pod.call(f"{BYSTANDER}__answer", {}) == "here")

    def _call(self, skill: str, given: dict[str, Any]) -> str:
        try:
            return "escaped" if self._pod.call(f"{skill}__run", {"given": given}) else "nothing"
        except SkillpodError as error:
            return word(error)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(skill["name"] for skill in self._pod.skills())

    def _last(self) -> int:
        """The journal's last number now."""
        self._read = max((recorded.seq for recorded in read(self._journal, after=self._read)), default=self._read)
        return self._read

    def _entries(self, skill: str, after: int, said: str) -> list[Entry]:
        """Once the call's own entry is there, and its guest's death when it died."""
        due = {Fact.CALL, Fact.GUEST_DIED} if is_death(said) else {Fact.CALL}
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [recorded.entry for recorded in read(self._journal, after=after) if recorded.entry.skill == skill]
            if due <= {entry.fact for entry in found} or time.monotonic() > deadline:
                return found
            time.sleep(0.001)


def word(error: SkillpodError) -> str:
    """How a call ended: the exception's type, the limit, the signal, ``exit status N``, or the error's own code."""
    if isinstance(error, ToolRaised):
        return error.exception
    if isinstance(error, GuestDied):
        how = re.search(r"SIG[A-Z0-9]+|signal \d+|exit status -?\d+|the process guests are forked from", error.message)
        return how.group() if how else error.message
    return error.at if error.at.startswith("limits.") else error.code


def is_death(said: str) -> bool:
    """Whether the guest ended of itself, or for what it did to the host."""
    return not _LIVES.fullmatch(said)


def outcome(said: str) -> str:
    """What the journal's call entry says of it."""
    return _ENDED.get(said, "error")


def behind_all_walls(idea: Idea) -> Iterator[tuple[str, frozenset[str]]]:
    """The names of its skills on such a stage, each with the walls it runs without."""
    yield idea.name, frozenset()


def without_its_walls(idea: Idea) -> Iterator[tuple[str, frozenset[str]]]:
    yield idea.name, walls_out(idea.attack)


def behind_one_wall(idea: Idea) -> Iterator[tuple[str, frozenset[str]]]:
    """Of those that stop it."""
    if len(idea.attack.walls) > 1:
        for wall in idea.attack.walls:
            yield alone(idea, wall), walls_out(idea.attack, left=wall)


def alone(idea: Idea, wall: str) -> str:
    return f"{idea.name}_but_{wall}"


Way = Callable[[Idea], Iterator[tuple[str, frozenset[str]]]]


def walls_out(attack: Attack, *, left: str = "") -> frozenset[str]:
    """What a policy leaves out so that only ``left`` stands of what stops it. Without a root of their own, guests whose interpreter is
    closed to other users can't have Landlock either: its rules could not be made."""
    without = frozenset((*attack.walls, *attack.besides)) - {left}
    return without | {"landlock"} if "pivot_root" in without and interpreter_is_closed() else without


def interpreter_is_closed() -> bool:
    return os.geteuid() == 0 and not readable_by_others(Path(sys.base_prefix))


@contextmanager
def staged(ideas: Sequence[Idea], way: Way, folder: Path) -> Iterator[Stage]:
    """One pod for all of them; the host's secret is in its environment when its zygotes start."""
    skills, policies, home = folder / "skills", folder / "policies", folder / "home"
    skills.mkdir()
    policies.mkdir()
    plan = dict(_planned(ideas, way))
    for name, (idea, function, _) in plan.items():
        write_skill(skills, name, handler=handler(getattr(idea.module, function)), manifest=_manifest(idea.attack, function))
    write_skill(skills, BYSTANDER, handler=saying("here"))
    (policies / "attacks.yaml").write_text(json.dumps(_policy(plan)))
    with pytest.MonkeyPatch.context() as patch, Host() as host:
        patch.setenv("SKILLPOD_SECRET", "hunter2-in-the-environment")
        patch.setattr(pipeline, "heard", _unaudited)
        home.mkdir(mode=0o700)
        (home / "pod.yaml").write_text(json.dumps({"volumes": {name: _writable(place) for name, place in host.volumes.items()}}))
        with SkillManager.blocking(skills, home=home, policies=policies, policy="attacks") as pod:
            pod.settled()
            yield Stage(pod, host, home)


def _manifest(attack: Attack, function: str) -> dict[str, Any]:
    manifest: dict[str, Any] = {"limits": dict(attack.limits), "lifetime": "skill" if function == "victim" else "call"}
    if volumes := _volumes(attack, function):
        manifest |= {"tier": "write", "permissions": {"volumes": [{"name": name, "access": access} for name, access in volumes.items()]}}
    return manifest


def _volumes(attack: Attack, function: str) -> Mapping[str, str]:
    return attack.victim_volumes if function == "victim" else attack.volumes


def _writable(place: Path) -> dict[str, str]:
    return {"path": str(place), "access": "write"}


def _unaudited(answer: bytes | Ended, bundles: Sequence[Bundle]) -> list[Seen]:
    """What was read is heard, but for what the audit found."""
    return [replace(seen, report=Report(digest=bundle.digest)) for seen, bundle in zip(heard(answer, bundles), bundles, strict=True)]


def _planned(ideas: Sequence[Idea], way: Way) -> Iterator[tuple[str, tuple[Idea, str, frozenset[str]]]]:
    """Skills by name: the idea, which of its functions, and the walls it runs without."""
    for idea in ideas:
        for name, without in way(idea):
            yield name, (idea, "attack", without)
            if hasattr(idea.module, "victim"):
                yield f"{name}_victim", (idea, "victim", without)


def _policy(plan: dict[str, tuple[Idea, str, frozenset[str]]]) -> dict[str, Any]:
    """One rule for each set of walls, with volumes and without."""
    alike: dict[tuple[frozenset[str], bool], list[str]] = {(frozenset(), False): [BYSTANDER]}
    for name, (idea, function, without) in plan.items():
        alike.setdefault((without, bool(_volumes(idea.attack, function))), []).append(name)
    rules = [_rule(number, names, without, has_volumes) for number, ((without, has_volumes), names) in enumerate(alike.items())]
    return {"policy": 1, "name": "attacks", "rules": rules}


def _rule(number: int, names: list[str], without: frozenset[str], has_volumes: bool) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": f"set-{number}", "match": {"name": names}, "outcome": "allow", "reason": _REASON}
    if has_volumes:
        rule["match"] |= {"tier": "write", "permissions": ["volumes"]}
        rule["grant"] = {"volumes": "asked"}
    if without:
        rule["without"] = [{"wall": wall, "reason": _REASON} for wall in sorted(without)]
    return rule
