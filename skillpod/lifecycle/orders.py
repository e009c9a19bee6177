"""What may be ordered of a pod, by the verb of a command. An order that fails changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import assert_never

from skillpod.documents import did_you_mean
from skillpod.errors import CommandInvalid, NameTaken, NotASkill, Quarantined, SkillpodError, UnknownDigest, UnknownSkill
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.answers import Answers
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.supervisor import Supervisor
from skillpod.lifecycle.swap import ORDER, Occasion, desire_entry
from skillpod.model.approval import Answer
from skillpod.model.bundle import Bundle
from skillpod.model.command import FOLDER, Command, Desired, Mode, Verb
from skillpod.model.digest import Digest, short
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.model.names import is_skill_name

PREFIX = "sha256:"


class Orders:
    def __init__(self, parts: Parts, supervisor: Supervisor, *, root: Path) -> None:
        self._parts = parts
        self._supervisor = supervisor
        self._answers = Answers(parts, supervisor)
        self._root = root

    async def execute(self, command: Command) -> str:
        """Carry one command out; the name of the skill it concerned. Raises what stands in its way, after which all is as before."""
        occasion = Occasion(trigger=ORDER, actor=command.actor, since=self._parts.clock.now(), roles=command.principal.words)
        match command.verb:
            case Verb.MOUNT:
                return await self._mount(command, occasion)
            case Verb.UNMOUNT:
                await self._unmount(command.name, occasion)
            case Verb.RELOAD:
                await self._reload(command.name, occasion)
            case Verb.ROLLBACK:
                await self._rollback(command.name, command.to, occasion)
            case Verb.RESUME:
                await self._resume(command.name, occasion)
            case Verb.APPROVE:
                await self._answers.give(command, Answer.APPROVE, occasion)
            case Verb.DENY:
                await self._answers.give(command, Answer.DENY, occasion)
            case Verb.BREAK_GLASS:
                await self._answers.give(command, Answer.BREAK_GLASS, occasion)
            case Verb.REVIEW:
                await self._answers.review(command, occasion)
            case _:
                assert_never(command.verb)
        return command.name

    # --- mount and reload -------------------------------------------------------------------------------------------------

    async def _mount(self, command: Command, occasion: Occasion) -> str:
        if not command.path:
            raise CommandInvalid("mount needs a path", hint="skillpod mount PATH")
        path, source = self._located(command.path)
        slot = self._supervisor.slot(path.name)
        try:
            async with slot.lock:
                before = self._supervisor.desired(slot.name)
                self._require_free(slot, before, source, path)
                config = before.config if command.config is None else MappingProxyType(dict(command.config))
                desired = Desired(
                    name=slot.name, mode=Mode.FOLLOW, source=source, actor=occasion.actor, config=config, roles=occasion.roles
                )
                await self._bring_from_source(slot, desired, occasion)
        finally:
            self._supervisor.forget_if_empty(slot)
        return slot.name

    def _located(self, path: str) -> tuple[Path, str]:
        """The absolute path, and the source it stands for: a folder directly in the skills directory is followed."""
        if "\0" in path:
            raise CommandInvalid("the path has a NUL character")
        absolute = Path(path).absolute()
        if not absolute.name:
            raise NotASkill(f"{path} has no name of its own", hint="give the skill's own folder")
        return absolute, FOLDER if absolute.parent.resolve() == self._root.resolve() else str(absolute)

    def _require_free(self, slot: Slot, before: Desired, source: str, path: Path) -> None:
        if slot.current is not None and before.source != source:
            first = str(self._root / slot.name) if before.source == FOLDER else before.source
            raise NameTaken(
                f"skill `{slot.name}` is mounted from {first} already; {path} is the second of its name",
                hint=f"`skillpod unmount {slot.name}` first, or rename one of the two",
                skill=slot.name,
            )

    async def _reload(self, name: str, occasion: Occasion) -> None:
        slot = self._known(name)
        async with slot.lock:
            before = self._supervisor.desired(name)
            slot.forget_refusal()
            desired = Desired(
                name=name, mode=Mode.FOLLOW, source=before.source, actor=occasion.actor, config=before.config, roles=occasion.roles
            )
            await self._bring_from_source(slot, desired, occasion)

    async def _bring_from_source(self, slot: Slot, desired: Desired, occasion: Occasion) -> None:
        try:
            if desired.source == FOLDER:
                await self._supervisor.bring_folder(slot, desired, occasion)
            else:
                bundle = await self._parts.offload(freeze, Path(desired.source))
                _require_skill(bundle, desired.source)
                await self._supervisor.swap.bring(slot, bundle, desired, occasion)
                slot.checked = True
        except SkillpodError as error:
            await self._supervisor.refuse(slot, error, occasion)
            raise

    # --- unmount ----------------------------------------------------------------------------------------------------------

    async def _unmount(self, name: str, occasion: Occasion) -> None:
        slot = self._known(name)
        self._supervisor.interrupt(slot)
        reason = f"unmounted by {occasion.actor}"
        await self._supervisor.swap.withdraw(slot, occasion, reason=reason)  # before the lock: taking away never waits
        async with slot.lock:
            await self._supervisor.swap.withdraw(slot, occasion, reason=reason)
            slot.error = slot.question = None
            slot.forget_refusal()
            absent = replace(self._supervisor.desired(name), mode=Mode.ABSENT, actor=occasion.actor, over=None)
            await self._parts.ledger.take_away(desire_entry(absent, occasion))

    # --- rollback and resume ----------------------------------------------------------------------------------------------

    async def _rollback(self, name: str, to: str, occasion: Occasion) -> None:
        slot = self._known(name)
        async with slot.lock:
            digest = self._resolve(slot, to)
            why = self._parts.state.quarantined().get(digest)
            if why is not None:
                raise Quarantined(f"{short(digest)} is quarantined: {why}", hint=f"`skillpod resume {name}`", skill=name, digest=digest)
            try:
                await self._supervisor.rollback.to(slot, digest, occasion, reason=f"rolled back by {occasion.actor}")
            except SkillpodError as error:
                await self._supervisor.refuse(slot, error, occasion)
                raise

    def _resolve(self, slot: Slot, to: str) -> Digest:
        remembered = self._parts.state.names().get(slot.name)
        live = slot.current.digest if slot.current else None
        history = [digest for digest in (remembered.history if remembered else ()) if digest != live]
        if not history:
            raise UnknownDigest(f"skill `{slot.name}` has no earlier version to return to", skill=slot.name)
        if not to:
            previous = slot.previous.digest if slot.previous else remembered.previous if remembered else None
            return previous if previous in history and previous is not None else history[-1]
        wanted = to if to.startswith(PREFIX) else PREFIX + to
        matches = [digest for digest in history if digest.startswith(wanted)]
        if len(matches) != 1 or len(wanted) < len(PREFIX) + 6:
            known = ", ".join(short(digest) for digest in reversed(history[-5:]))
            raise UnknownDigest(
                f"`{to}` names {'several versions' if matches else 'no earlier version'} of skill `{slot.name}`",
                hint=f"one of: {known}",
                skill=slot.name,
            )
        return matches[0]

    async def _resume(self, name: str, occasion: Occasion) -> None:
        slot = self._known(name)
        async with slot.lock:
            remembered = self._parts.state.names().get(name)
            own = {*(remembered.history if remembered else ()), slot.seen}
            lifted = [digest for digest in self._parts.state.quarantined() if digest in own]
            if not lifted:
                raise CommandInvalid(f"nothing of skill `{name}` is in quarantine", hint="`skillpod show` says its state", skill=name)
            entries = [
                Entry(fact=Fact.RESUMED, actor=occasion.actor, trigger=occasion.trigger, skill=name, digest=digest) for digest in lifted
            ]
            await self._parts.ledger.write(*entries)
            for digest in lifted:
                self._parts.news.tell(Kind.RESUMED, skill=name, digest=digest, message=f"resumed by {occasion.actor}")
            slot.error = None
            slot.forget_refusal()
            desired = self._supervisor.desired(name)
            if desired.mode is Mode.PINNED and desired.over in lifted:
                # The pin was set when that digest was rolled back: to resume it is to follow the folder again.
                desired = replace(desired, mode=Mode.FOLLOW, actor=occasion.actor, roles=occasion.roles, digest=None, over=None)
            if desired.mode is not Mode.ABSENT:
                await self._bring_from_source(slot, desired, occasion)

    def _known(self, name: str) -> Slot:
        slots = self._supervisor.slots
        names = {*self._parts.state.names(), *slots}
        if name not in names and not (is_skill_name(name) and (self._root / name).is_dir()):
            raise UnknownSkill(
                f"there is no skill `{name}`", hint=did_you_mean(name, sorted(names)) or "`skillpod list` shows what there is", skill=name
            )
        return self._supervisor.slot(name)


def _require_skill(bundle: Bundle, source: str) -> None:
    if "manifest.yaml" not in bundle.files and "SKILL.md" not in bundle.files:
        raise NotASkill(
            f"{source} holds no manifest.yaml and no SKILL.md", hint="give the skill's own folder; `skillpod new NAME` makes one"
        )
