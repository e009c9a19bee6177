"""The reconciler: it closes the difference between what is desired and what is mounted, one name at a time.

File events are hints. A missed event, a double event and a restart end in the same state, because every pass starts from what the
folder holds and what the journal says, never from what the event said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from skillpod.errors import (
    Held,
    JournalFailed,
    Misconfigured,
    NameTaken,
    PackageUnusable,
    PathUnusable,
    ProgramUnusable,
    SecretUnusable,
    SkillpodError,
    StillChanging,
    VolumeUnusable,
    Waiting,
)
from skillpod.intake.settle import Settle
from skillpod.intake.snapshot import Ignored, Stamp, freeze_under, list_folders, stamp_under
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.question import Question
from skillpod.lifecycle.rollback import Rollback
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.standing import Standing
from skillpod.lifecycle.swap import ORDER, Occasion, Swap, desire_entry, followed, refusal_entry
from skillpod.lifecycle.trial import try_out
from skillpod.model.bindings import Bindings
from skillpod.model.bundle import Bundle
from skillpod.model.command import FOLDER, Desired, Mode
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.ports import Guests

BUILDS_AT_ONCE = 32
"""Many: a skill that hangs in its import holds its place until its own wall limit, and must not keep the others waiting."""
TRIALS_AT_ONCE = 4
"""Few: what is tried may use all the time and memory its manifest says, and nobody has agreed to it."""
RETRY_FIRST = 0.5
RETRY_LONGEST = 30.0

_BOUND = (VolumeUnusable, ProgramUnusable, SecretUnusable)
"""Of what pod.yaml binds names to."""


class Supervisor:
    def __init__(self, parts: Parts, *, root: Path, settle: Settle) -> None:
        self._parts = parts
        self._root = root
        self._settle = settle
        self.slots: dict[str, Slot] = {}
        self.swap = Swap(parts, on_death=self._hear_of_death, on_change=self._look_at_dependents)
        self.standing = Standing(
            parts, swap=self.swap, desired=self.desired, spawn=self.spawn, refuse=self.refuse, interrupt=self.interrupt
        )
        self.rollback = Rollback(parts, swap=self.swap, desired=self.desired, spawn=self.spawn)
        self._turn = asyncio.Semaphore(BUILDS_AT_ONCE)
        self._trials = asyncio.Semaphore(TRIALS_AT_ONCE)
        self._work: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._ignored: frozenset[Ignored] = frozenset()
        self._root_lost = False

    def slot(self, name: str) -> Slot:
        return self.slots.setdefault(name, Slot(name))

    # --- hints ----------------------------------------------------------------------------------------------------------

    def touched(self, name: str) -> None:
        """Something in the folder changed: look when it is quiet."""
        self._first_sign(name)
        self._settle.touch(name, self._parts.clock.now())
        self._woken.set()

    def completed(self, name: str) -> None:
        """A whole folder was put there at once: look now."""
        self._first_sign(name)
        self._settle.complete(name, self._parts.clock.now())
        self._woken.set()

    def _first_sign(self, name: str) -> None:
        slot = self.slot(name)
        slot.first_seen = slot.first_seen or self._parts.clock.now()

    async def run(self) -> None:
        """Follow the hints, for ever."""
        while True:
            self._woken.clear()
            for name in self._settle.take(self._parts.clock.now()):
                slot = self.slot(name)
                slot.stamp = None
                since, slot.first_seen = slot.first_seen, 0.0
                self.spawn_look(name, Occasion(trigger="watch", actor=FOLDER, since=since or self._parts.clock.now()))
            due = self._settle.due()
            patience = None if due is None else max(0.0, due - self._parts.clock.now())
            try:
                async with asyncio.timeout(patience):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def sweep(self) -> None:
        """Look at every folder and every name that should be mounted, and start closing what differs."""
        try:
            folders, ignored = await self._parts.offload(list_folders, self._root)
        except PathUnusable as error:
            self._lose_root(error)
            return
        self._root_lost = False
        self._tell_ignored(ignored)
        names = {*folders, *self._parts.state.names(), *self.slots}
        stamps = await self._parts.offload(lambda: {name: stamp_under(self._root, name) for name in names})
        now = self._parts.clock.now()
        for name in names:
            slot = self.slot(name)
            if now >= slot.retry_at and self._may_differ(slot, stamps[name]):
                self.spawn_look(name, Occasion(trigger="interval", actor=FOLDER, since=now))
            self.forget_if_empty(slot)

    def _may_differ(self, slot: Slot, stamp: Stamp | None) -> bool:
        """Whether a look could find something to do; a thousand skills at rest cost their stats and nothing more."""
        desired = self.desired(slot.name)
        if desired.mode is Mode.ABSENT:
            return slot.current is not None
        if desired.source != FOLDER and not slot.checked:
            return True
        if stamp is None:
            remembered = self._parts.state.names().get(slot.name)
            return slot.stamp is not None or (desired.source == FOLDER and remembered is not None and remembered.digest is not None)
        return not _unchanged(slot, stamp)

    def _lose_root(self, error: PathUnusable) -> None:
        # What is mounted stays: a disk that went away is no wish to unmount everything.
        if not self._root_lost:
            self._root_lost = True
            self._parts.news.tell(Kind.TROUBLE, message=f"the skills directory can't be read; what is mounted stays: {error}", error=error)

    def _tell_ignored(self, ignored: Sequence[Ignored]) -> None:
        for stray in ignored:
            if stray not in self._ignored:
                self._parts.news.tell(Kind.TROUBLE, message=f"{stray.name} in the skills directory is passed over: {stray.why}")
        self._ignored = frozenset(ignored)

    async def quiet(self) -> None:
        """Returns when every look that was begun has ended."""
        while self._work or self._settle.due() is not None:
            if self._work:
                await asyncio.wait(self._work)  # not gather: of tasks that are done it returns without letting them be discarded
            else:
                await asyncio.sleep(max(0.001, (self._settle.due() or 0.0) - self._parts.clock.now()))

    def spawn_look(self, name: str, occasion: Occasion) -> None:
        self.spawn(self._look(name, occasion))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            self._parts.news.tell(Kind.TROUBLE, message=f"a fault of skillpod itself: {fault!r}")

    async def close(self) -> None:
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _hear_of_death(self, slot: Slot, guests: Guests, error: SkillpodError) -> None:
        self.rollback.count(slot, guests, error)

    # --- closing one difference -------------------------------------------------------------------------------------------

    async def _look(self, name: str, occasion: Occasion) -> None:
        slot = self.slot(name)
        async with slot.lock:
            slot.builder = asyncio.current_task()
            slot.first_seen = 0.0
            try:
                await self._close_gap(slot, occasion)
            except StillChanging:
                self._settle.touch(name, self._parts.clock.now())
                self._woken.set()
            except SkillpodError as error:
                await self.refuse(slot, error, occasion)
            except Exception as fault:  # noqa: BLE001  # SAFE: a fault of ours, told and tried again; silent, the skill would just be absent
                await self._own_up(slot, fault, occasion)
            finally:
                slot.builder = None
        self.forget_if_empty(slot)

    async def _own_up(self, slot: Slot, fault: Exception, occasion: Occasion) -> None:
        error = SkillpodError(f"a fault of skillpod itself: {fault!r}", hint="it is tried again; please report it, with the folder")
        self._plan_retry(slot)
        await self.refuse(slot, error, occasion)

    def forget_if_empty(self, slot: Slot) -> None:
        """Drop a slot that holds nothing and that nothing is remembered or seen of. One that somebody waits for is kept: what they publish
        would be in a slot that no look and no change of rules finds."""
        known = slot.current or slot.question or slot.seen or slot.stamp or slot.name in self._parts.state.names()
        if not known and not slot.lock.is_wanted:
            self.slots.pop(slot.name, None)

    def interrupt(self, slot: Slot) -> None:
        """Stop what is being built from the folder under this name: it is about to be taken away."""
        if slot.builder is not None:
            slot.builder.cancel()

    def desired(self, name: str) -> Desired:
        remembered = self._parts.state.names().get(name)
        return remembered.desired if remembered else followed(name)

    async def _close_gap(self, slot: Slot, occasion: Occasion) -> None:
        desired = self.desired(slot.name)
        if desired.mode is Mode.ABSENT:
            slot.error = slot.question = None
            await self.swap.withdraw(slot, occasion, reason="it is not desired")
            return
        if desired.source != FOLDER:
            await self._close_operators(slot, desired, occasion)
            return
        stamp = await self._parts.offload(stamp_under, self._root, slot.name)
        if stamp is None:
            await self._folder_gone(slot, desired, occasion)
        elif not _unchanged(slot, stamp):
            await self._follow(slot, desired, occasion, stamp)

    async def bring_folder(self, slot: Slot, desired: Desired, occasion: Occasion) -> None:
        """Read the folder now and bring up what it holds, as an operator's order; the caller holds the slot's lock."""
        stamp = await self._parts.offload(stamp_under, self._root, slot.name)
        if stamp is None:
            raise PathUnusable(
                f"{self._root / slot.name} is not a folder", hint="put the skill there, or mount it by its path", skill=slot.name
            )
        slot.tried = None
        await self._follow(slot, desired, occasion, stamp)

    async def _follow(self, slot: Slot, desired: Desired, occasion: Occasion, stamp: Stamp) -> None:
        bundle = await self._read(slot, stamp)
        if slot.tried == (bundle.digest, bundle.evidence):
            return  # these bytes were tried, and nothing they were refused for has changed
        slot.tried = (bundle.digest, bundle.evidence)
        target, wanted = await self._target(desired, bundle, occasion)
        async with self._turn:
            await self.swap.bring(slot, target, wanted, occasion)
        slot.tried = None
        slot.retries = 0

    async def _read(self, slot: Slot, stamp: Stamp) -> Bundle:
        slot.seen = None
        slot.stamp = None
        try:
            bundle = await self._parts.offload(freeze_under, self._root, slot.name)
        except StillChanging:
            raise
        except SkillpodError:
            slot.stamp = stamp
            raise
        slot.stamp = stamp
        slot.seen = bundle.digest
        return bundle

    async def _target(self, desired: Desired, folder: Bundle, occasion: Occasion) -> tuple[Bundle, Desired]:
        """What should run, and the wish behind it: a pin holds until the folder holds something else than when it was set. What nobody
        ordered is the folder's own wish."""
        if desired.mode is Mode.PINNED and desired.digest is not None and folder.digest == desired.over:
            return await self._parts.offload(self._parts.store.get, desired.digest), desired
        if desired.mode is Mode.PINNED or (folder.digest != desired.digest and occasion.trigger != ORDER):
            return folder, Desired(name=desired.name, mode=Mode.FOLLOW, source=FOLDER, actor=FOLDER, config=desired.config)
        return folder, desired

    async def _folder_gone(self, slot: Slot, desired: Desired, occasion: Occasion) -> None:
        slot.stamp = None
        slot.seen = None
        slot.error = slot.question = None
        slot.refused = None
        live = slot.current is not None
        await self.swap.withdraw(slot, occasion, reason="its folder is gone")
        if desired.mode is Mode.PINNED and desired.name in self._parts.state.names():
            unpinned = Desired(name=slot.name, mode=Mode.FOLLOW, source=FOLDER, actor=FOLDER, config=desired.config)
            await self._parts.ledger.take_away(desire_entry(unpinned, occasion))
        remembered = self._parts.state.names().get(slot.name)
        if not live and remembered is not None and remembered.digest is not None:
            # It went away while no pod was running.
            gone = Entry(
                fact=Fact.UNMOUNTED,
                actor=occasion.actor,
                trigger=occasion.trigger,
                skill=slot.name,
                digest=remembered.digest,
                previous=remembered.generation,
                reason="its folder is gone",
            )
            await self._parts.ledger.take_away(gone)

    async def _close_operators(self, slot: Slot, desired: Desired, occasion: Occasion) -> None:
        """A name whose source is an operator's path: what was mounted from there stays, and a folder of that name is the second."""
        stamp = await self._parts.offload(stamp_under, self._root, slot.name)
        shadowed = stamp is not None and not _unchanged(slot, stamp)
        slot.stamp = stamp
        if desired.digest is not None and not slot.checked:
            slot.checked = True
            asked = slot.question
            bundle = await self._parts.offload(self._parts.store.get, desired.digest)
            async with self._turn:
                await self.swap.bring(slot, bundle, desired, occasion)
                if asked is not None and asked.desired.source == desired.source and asked.hold.digest != desired.digest:
                    slot.question = asked  # the update that people are asked about is decided again, too
                    await self.swap.bring(slot, asked.survey.bundle, asked.desired, occasion)
        if shadowed:
            raise NameTaken(
                f"skill `{slot.name}` in the skills directory is the second of its name: the first is mounted from {desired.source}",
                hint=f"rename the folder, or `skillpod unmount {slot.name}` and then `skillpod reload {slot.name}` to follow the folder",
                skill=slot.name,
            )

    # --- saying no --------------------------------------------------------------------------------------------------------

    async def refuse(self, slot: Slot, error: SkillpodError, occasion: Occasion) -> None:
        """Keep, tell and journal why the newest attempt did not come to serve; once for each cause."""
        error.about(skill=slot.name, digest=slot.seen or "")
        slot.error = error
        if not isinstance(error, Held):
            slot.question = None
        elif slot.question is not None and slot.question.trial is None:
            self.spawn(self._try_out(slot, slot.question))
        if isinstance(error, NameTaken):
            slot.awaits = frozenset({error.holder})
        if isinstance(error, (Misconfigured, JournalFailed)):
            self._plan_retry(slot)
        if isinstance(
            error, (VolumeUnusable, ProgramUnusable, SecretUnusable)
        ):  # what serves may have been published while pod.yaml was changed
            await self._withdraw_what_lost(slot, occasion)
        cause = (error.digest, error.code, error.message)
        if slot.refused == cause:
            return
        slot.refused = cause
        current = slot.current
        self._parts.news.tell(
            _kind_of(error),
            skill=slot.name,
            digest=error.digest,
            generation=current.number if current else 0,
            message=error.message,
            error=error,
            took=self._parts.clock.now() - occasion.since,
        )
        try:
            await self._parts.ledger.write(refusal_entry(slot.name, error.digest, error, occasion))
        except JournalFailed as failure:
            self._parts.news.tell(Kind.TROUBLE, message=f"the journal can't be written: {failure}", error=failure)

    async def _try_out(self, slot: Slot, question: Question) -> None:
        async with self._trials:
            await try_out(self._parts, slot, question)

    def _plan_retry(self, slot: Slot) -> None:
        # The operator's side may be mended without the folder changing: look again, ever less often.
        slot.stamp = None
        slot.tried = None
        slot.checked = False
        slot.retry_at = self._parts.clock.now() + min(RETRY_FIRST * 2**slot.retries, RETRY_LONGEST)
        slot.retries += 1

    async def reconsider(self, occasion: Occasion, *, anew: frozenset[str] = frozenset()) -> None:
        """The operator's rules changed: what serves is decided again now, and then what was refused or held. Of the skills in ``anew``
        other findings are accepted than before. Raises the first fault of ours, after all of that."""
        for name in anew & self.slots.keys():
            slot = self.slots[name]
            slot.question = None
            for generation in filter(None, (slot.current, slot.previous)):
                generation.survey = self._parts.examiner.renewed(generation.survey)
        try:
            await self.standing.check(list(self.slots.values()), occasion)
        finally:
            for slot in list(self.slots.values()):
                slot.forget_refusal()
                self.spawn_look(slot.name, occasion)

    def rebind(self, before: Bindings) -> None:
        """pod.yaml binds volumes or programs otherwise. What lost one, or the right to write there, is taken away at once; one that leads
        elsewhere is a new generation, at the next look; what is kept for rollback is not kept with what it had."""
        now = self._parts.bindings()
        for slot in list(self.slots.values()):
            kept = slot.previous
            if kept is not None and now.differ(before, kept.provision):
                slot.previous = None
                self.spawn(kept.discard())
            occasion = Occasion(trigger="config", actor="owner", since=self._parts.clock.now())
            self.spawn(self._take_what_lost(slot, occasion))

    def packages_changed(self) -> None:
        """In the store of packages: what could not be mounted, or tried, for want of one is mounted or tried again."""
        for slot in list(self.slots.values()):
            question = slot.question
            if question is not None and question.trial is not None and isinstance(question.trial.error, PackageUnusable):
                question.trial = None
                self.spawn(self._try_out(slot, question))
            if isinstance(slot.error, PackageUnusable):
                slot.forget_refusal()
                self.spawn_look(slot.name, Occasion(trigger="requires", actor=FOLDER, since=self._parts.clock.now()))

    async def _take_what_lost(self, slot: Slot, occasion: Occasion) -> None:
        await self._withdraw_what_lost(slot, occasion)  # before the lock: taking away never waits
        async with slot.lock:  # and what was on its way to be published meanwhile
            await self._withdraw_what_lost(slot, occasion)

    async def _withdraw_what_lost(self, slot: Slot, occasion: Occasion) -> None:
        lost = list(self._parts.bindings().lost(slot.current.provision)) if slot.current else []
        if lost:
            await self.swap.withdraw(slot, occasion, reason=f"pod.yaml no longer gives it {' and '.join(lost)}")

    def _look_at_dependents(self, changed: str) -> None:
        """A skill came, went or changed its version: those that require it, or wanted its names, are decided again."""
        for slot in list(self.slots.values()):
            current = slot.current
            waits = changed in slot.awaits and isinstance(slot.error, (Waiting, NameTaken))
            unmet = current is not None and changed in current.manifest.requires.skills and bool(self.swap.planner.unmet(current.manifest))
            if waits or unmet:
                self.spawn(self._decide_again(slot))

    async def _decide_again(self, slot: Slot) -> None:
        occasion = Occasion(trigger="requires", actor=FOLDER, since=self._parts.clock.now())
        async with slot.lock:
            current = slot.current
            missing = self.swap.planner.unmet(current.manifest) if current else []
            if current is not None and missing:
                error = Waiting(f"it requires {' and '.join(missing)}", hint="it is mounted by itself when they are", at="requires")
                await self.swap.withdraw(slot, occasion, reason=error.message, kind=Kind.WAITING)
                slot.error = error.about(skill=slot.name, digest=current.digest)
                slot.awaits = frozenset(current.manifest.requires.skills)
            slot.forget_refusal()
        self.spawn_look(slot.name, occasion)


def _unchanged(slot: Slot, stamp: Stamp) -> bool:
    return slot.stamp is not None and slot.stamp == stamp and not slot.stamp.is_racy


def _kind_of(error: SkillpodError) -> Kind:
    if isinstance(error, Held):
        return Kind.HELD
    return Kind.WAITING if isinstance(error, Waiting) else Kind.REFUSED
