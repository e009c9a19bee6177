"""What is in force of the operator's rules: read at the start, each file anew when it changes; a bad one never replaces a good one."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from skillpod.config import NAME, PodConfig, load_policy, load_revocations, load_suppressions, load_trust
from skillpod.errors import PolicyUnreadable, SkillpodError
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.pipeline import Rules
from skillpod.lifecycle.supervisor import Supervisor
from skillpod.lifecycle.swap import Occasion
from skillpod.lifecycle.turns import for_ever, own_up
from skillpod.model.digest import value_digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.policy.document import Policy
from skillpod.policy.suppressions import FILE as SUPPRESSIONS
from skillpod.policy.suppressions import Suppressions
from skillpod.trust.revocations import EMPTY as NOTHING_REVOKED
from skillpod.trust.revocations import FILE as REVOCATIONS
from skillpod.trust.store import FILE as TRUST

LOOK = 0.25
"""Seconds between two looks at the files of the operator's rules (four stats), and at what leave has ended."""

_TICK = 50_000_000
"""Nanoseconds within which two changes of a file may have the same times: a kernel's tick is 10 ms at most."""

Stamp = tuple[int, ...]


@dataclass(slots=True)
class _File:
    """One file of the folder. ``stamp`` is of what was read last, good or not; ``is_racy``: so soon after it was changed that another
    change need not show in it. ``name`` is empty for what is shipped in the package."""

    name: str
    load: Callable[[], Any]
    value: Any = None
    stamp: Stamp = ()
    is_racy: bool = False


@dataclass(frozen=True, slots=True)
class Reread:
    """What a look at the folder came to: the files whose content is now in force, and why others are not."""

    changed: tuple[str, ...] = ()
    faults: tuple[SkillpodError, ...] = field(default=())


def load_rules(folder: Path | None, name: str, *, environment: str = "") -> Rules:
    """What a folder of policies says now, None for the packaged default. Raises PolicyUnreadable."""
    return Rules(policy=load_policy(folder, name), trust=load_trust(folder), revocations=load_revocations(folder), environment=environment)


class InForce:
    """``folder`` is the operator's folder of policies, None for the packaged one; ``name`` gives the active policy's name now."""

    def __init__(self, folder: Path | None, *, name: Callable[[], str], today: Callable[[], date]) -> None:
        """Raises PolicyUnreadable: a pod begins with all of its rules or not at all."""
        self._folder = folder
        self._name = name
        self.today = today
        self._is_for_others = False
        self._files = {
            "policy": _File("", self._load_policy),
            "trust": _File(TRUST, lambda: load_trust(folder)),
            "revocations": _File(REVOCATIONS, lambda: load_revocations(folder)),
            "suppressions": _File(SUPPRESSIONS, lambda: load_suppressions(folder, today=today())),
        }
        for file in self._files.values():
            self._mark(file)
            file.value = file.load()

    def rules(self, environment: str) -> Rules:
        """All that decides; ``environment`` is what the operator calls the pod's."""
        files = self._files
        return Rules(
            policy=files["policy"].value,
            trust=files["trust"].value,
            revocations=files["revocations"].value,
            environment=environment,
        )

    @property
    def policy(self) -> Policy:
        found: Policy = self._files["policy"].value
        return found

    @property
    def suppressions(self) -> Suppressions:
        found: Suppressions = self._files["suppressions"].value
        return found

    def serve_others(self) -> None:
        """From now on other machines reach the pod: a policy must say in so many words which unsigned skills it accepts. Raises
        PolicyUnreadable when the one in force does not."""
        self._is_for_others = True
        self._load_policy()

    def _load_policy(self) -> Policy:
        policy = load_policy(self._folder, self._name())
        if self._is_for_others and not policy.speaks_of_unsigned:
            raise PolicyUnreadable(
                f"the policy {policy.name!r} lets unsigned skills in without saying so, and other machines reach this pod",
                at=policy.name,
                hint="write `unsigned: accepted` in each rule that is meant so, and `signed: true` in the others; or use --policy strict",
            )
        return policy

    def digests(self) -> dict[str, str]:
        """Of what decides, for the journal."""
        decide = {name: self._files[name].value.digest for name in ("policy", "trust", "revocations")}
        return {**decide, "suppressions": value_digest([entry.as_dict() for entry in self.suppressions.entries])}

    def require(self, last: Mapping[str, str]) -> None:
        """Raise PolicyUnreadable when something was revoked last and the file is gone: one that is not there takes nothing back."""
        before = last.get("revocations", NOTHING_REVOKED.digest)
        if before != NOTHING_REVOKED.digest and self._is_gone("revocations"):
            raise _gone(self._folder)

    def reread(self) -> Reread:
        """Look at every file, and take what changed and is good."""
        changed: list[str] = []
        faults: list[SkillpodError] = []
        for name, file in self._files.items():
            before, was_racy = file.stamp, file.is_racy
            self._mark(file)
            is_told = file.stamp == before
            if is_told and not was_racy:
                continue
            try:
                if name == "revocations" and self._is_gone(name) and file.value != NOTHING_REVOKED:
                    raise _gone(self._folder)
                value = file.load()
            except Exception as fault:  # noqa: BLE001  # SAFE: told; whatever one file does, the others are read
                faults += [] if is_told else [own_up(fault)]
            else:
                if value != file.value:
                    changed.append(name)
                file.value = value
        return Reread(tuple(changed), tuple(faults))

    def _is_gone(self, name: str) -> bool:
        path = self._path(self._files[name])
        return path is None or not os.path.lexists(path)

    def _path(self, file: _File) -> Path | None:
        return None if self._folder is None else self._folder / (file.name or f"{self._name()}.yaml")

    def _mark(self, file: _File) -> None:
        """Before it is read: what changes it afterwards is another stamp, but within one tick of the file system's clock."""
        file.stamp = self._stamp(file)
        file.is_racy = time.time_ns() - max(file.stamp[1:3], default=0) < _TICK

    def _stamp(self, file: _File) -> Stamp:
        """What tells whether it is another file than before, the name of the policy included."""
        path = self._path(file)
        which = hash(path or self._name())
        try:
            seen = None if path is None else path.stat()
        except (OSError, ValueError):
            seen = None
        return (which,) if seen is None else (which, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)


def _gone(folder: Path | None) -> PolicyUnreadable:
    return PolicyUnreadable(
        f"{REVOCATIONS} is gone, and something was revoked in it",
        at=str(folder / REVOCATIONS) if folder else REVOCATIONS,
        hint="put it back; to take every revocation back, write one that has none",
    )


# --- in a pod --------------------------------------------------------------------------------------------------------------------


def rules_entry(in_force: InForce, config: PodConfig, trigger: str) -> Entry:
    """What is in force, for the journal: digests of everything, and in words what the journal itself keeps."""
    details = {"rules": {**in_force.digests(), "config": config.digest}, "log": config.log.as_dict()}
    return Entry(fact=Fact.RULES, actor="owner", trigger=trigger, policy=in_force.policy.digest, config=config.digest, details=details)


class Ruling:
    """Keeps a pod under the rules in force: looks at their files, and at what leave has ended."""

    def __init__(self, in_force: InForce, parts: Parts, supervisor: Supervisor, *, config: Callable[[], PodConfig]) -> None:
        self._in_force = in_force
        self._config = config
        self._parts = parts
        self._supervisor = supervisor
        self._turn = asyncio.Lock()
        self._day = in_force.today()
        self._anew: set[str] = set()  # the skills of whose findings something else is accepted
        self._owed = ""  # what must still be decided again, by its trigger

    async def run(self) -> None:
        """Look, for ever."""
        await for_ever(self._look, every=LOOK, told=lambda message: self._parts.news.tell(Kind.TROUBLE, message=message))

    async def _look(self) -> None:
        try:
            await self.reread()
        finally:  # a leave ends, whatever keeps the rules from being read
            await self._supervisor.standing.expire(list(self._supervisor.slots.values()))

    async def reread(self) -> None:
        """Take what changed in the folder of policies; everything is decided again under it, at once."""
        async with self._turn:
            accepted = self._in_force.suppressions
            reread = await self._parts.offload(self._in_force.reread)
            for error in reread.faults:
                message = f"a change of the policies is not taken, what was in force before stays: {error.message}"
                self._parts.news.tell(Kind.TROUBLE, message=message, error=error)
            day = self._in_force.today()
            if "suppressions" in reread.changed or day != self._day:
                self._anew |= {each.skill for each in (*accepted.entries, *self._in_force.suppressions.entries)}
                self._day = day
            if reread.changed:
                self._owed = "policies"
                entry = rules_entry(self._in_force, self._config(), "policies")
                await self._parts.ledger.take_away(entry)  # a rule that takes away must not wait for a journal that can't be written
                self._parts.news.tell(Kind.RULES_CHANGED, message=f"now in force: {', '.join(reread.changed)}", details=dict(entry.details))
            elif self._anew:
                self._owed = self._owed or "expiry"  # a day has begun: what was accepted until the one before is not any more
            await self._pay()

    async def note_config(self) -> None:
        """Have the journal know that pod.yaml says something else now. Whoever lowers what is kept of calls leaves this."""
        entry = rules_entry(self._in_force, self._config(), "config")
        await self._parts.ledger.take_away(entry)  # it may take something away, and that waits for no journal
        self._parts.news.tell(Kind.RULES_CHANGED, message=f"now in force: {NAME}", details=dict(entry.details))

    async def decide_again(self, trigger: str) -> None:
        """On everything. What fails on the way is owed, and done at the next look."""
        async with self._turn:
            self._owed = trigger
            await self._pay()

    async def _pay(self) -> None:
        if self._owed:
            occasion = Occasion(trigger=self._owed, actor="owner", since=self._parts.clock.now())
            await self._supervisor.reconsider(occasion, anew=frozenset(self._anew))
            self._owed, self._anew = "", set()
