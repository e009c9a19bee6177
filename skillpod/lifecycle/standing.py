"""Whether what serves may go on serving: asked again when the operator's rules change, and when a leave ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

from skillpod.errors import Held, Revoked, RulesChanged, SkillpodError
from skillpod.lifecycle.generation import Generation
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.plan import rights
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.swap import Occasion, Swap, decided_entry
from skillpod.lifecycle.turns import own_up
from skillpod.lifecycle.wording import words_of
from skillpod.model.command import Desired, Mode
from skillpod.model.decision import Admission, Hold
from skillpod.model.event import Kind

PATIENCE = 2.0
"""Seconds for which something may serve on with more than the rules give, while it is brought up with less."""

_BREATH = 16
"""How many are judged before other work has its turn: a signature takes a third of a millisecond."""


class Standing:
    """``refuse`` keeps, tells and journals a no; ``interrupt`` stops what is being built under a name."""

    def __init__(
        self,
        parts: Parts,
        *,
        swap: Swap,
        desired: Callable[[str], Desired],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        refuse: Callable[[Slot, SkillpodError, Occasion], Awaitable[None]],
        interrupt: Callable[[Slot], None],
    ) -> None:
        self._parts = parts
        self._swap = swap
        self._desired = desired
        self._spawn = spawn
        self._refuse = refuse
        self._interrupt = interrupt

    async def check(self, slots: Iterable[Slot], occasion: Occasion) -> None:
        """Decide again on what serves in these slots and what is kept for rollback. What may not go on is taken away now; what may do
        less, or more, becomes a new generation. Raises the first fault of ours, after everything was looked at."""
        faults: list[Exception] = []
        for index, slot in enumerate(slots, 1):
            try:
                await self._check_serving(slot, occasion)
                await self._check_kept(slot)
                await self._check_leaving(slot)
            except Exception as fault:  # noqa: BLE001  # SAFE: raised below; it must not keep the others from being looked at
                faults.append(fault)
            if index % _BREATH == 0:
                await asyncio.sleep(0)
        if faults:
            raise faults[0]

    async def expire(self, slots: Iterable[Slot]) -> None:
        """As ``check``, for those whose leave has ended."""
        now = self._parts.clock.epoch()
        over = [slot for slot in slots if slot.current is not None and slot.current.admission.valid_until <= now]
        if over:
            await self.check(over, Occasion(trigger="expiry", actor="skillpod", since=self._parts.clock.now()))

    async def _check_serving(self, slot: Slot, occasion: Occasion) -> None:
        serving = slot.current
        if serving is None:
            return
        desired = self._desired(slot.name)
        try:
            judged = self._parts.judge.judge(serving.survey, desired, serving.update)
            if isinstance(judged.answer, Hold):
                slot.question = self._swap.planner.question(slot, judged, serving.survey, serving.update, desired)
            admission = judged.require()
        except Exception as fault:  # noqa: BLE001  # SAFE: told; what can't be judged does not serve
            await self._take_away(slot, serving, own_up(fault), occasion)
            return
        if rights(admission) != rights(serving.admission):
            self._spawn(self._change(slot, serving, admission, occasion))
            return
        is_new = (admission.rule, admission.policy) != (serving.admission.rule, serving.admission.policy)
        serving.renew(admission, judged.provenance)
        if is_new:
            await self._parts.ledger.take_away(decided_entry(serving, occasion))

    async def _take_away(self, slot: Slot, serving: Generation, error: SkillpodError, occasion: Occasion) -> None:
        kind = Kind.HELD if isinstance(error, Held) else Kind.UNMOUNTED
        slot.error = error.about(skill=slot.name, digest=serving.digest)  # first: who calls from now on is told why
        await self._swap.withdraw(slot, occasion, reason=words_of(error)["message"], kind=kind)
        if isinstance(error, Revoked):
            await serving.discard()  # its calls in flight end here: that code is not to run a moment longer
        slot.refused = None
        await self._refuse(slot, error, occasion)

    async def _change(self, slot: Slot, serving: Generation, admission: Admission, occasion: Occasion) -> None:
        """The same bytes with other rights. When they can't be brought up with less, they must not go on with more."""
        given = serving.admission
        is_wider = (given.isolation, given.opted_out) == (admission.isolation, admission.opted_out) and (
            given.grants.narrow(admission.grants) == given.grants
        )
        if not is_wider:
            self._interrupt(slot)
            self._spawn(self._lose_patience(slot, serving, occasion))
        async with slot.lock:
            if slot.current is not serving:
                return
            try:
                await self._swap.bring(slot, serving.survey.bundle, self._desired(slot.name), occasion)
            except Exception as fault:  # noqa: BLE001  # SAFE: told; with a fault of ours, too, it must not go on with more
                error = own_up(fault)
                if slot.current is serving and not is_wider:
                    await self._take_away(slot, serving, error, occasion)
                else:
                    await self._refuse(slot, error, occasion)

    async def _lose_patience(self, slot: Slot, serving: Generation, occasion: Occasion) -> None:
        """How long it takes to come up with less is the author's to say, and so is how long another build holds the lock."""
        await asyncio.sleep(PATIENCE)
        if slot.current is serving:
            error = RulesChanged("it may do less than before, and is not ready with less yet", hint="it serves again as soon as it is")
            slot.forget_refusal()  # should another build have the lock, a look brings it up after that one
            slot.error = error.about(skill=slot.name, digest=serving.digest)
            await self._swap.withdraw(slot, occasion, reason=error.message)

    async def _check_kept(self, slot: Slot) -> None:
        kept = slot.previous
        if kept is None:
            return
        pinned = replace(self._desired(slot.name), mode=Mode.PINNED, digest=kept.digest)
        try:
            self._parts.judge.judge(kept.survey, pinned).require()
        except Exception:  # noqa: BLE001  # SAFE: nothing is lost but that it was ready; what brings it back is told why it may not
            slot.previous = None
            await kept.discard()

    async def _check_leaving(self, slot: Slot) -> None:
        """What was replaced or withdrawn finishes its calls, unless it was revoked meanwhile: that code is not to run a moment longer."""
        for leaving in tuple(slot.leaving):
            pinned = replace(self._desired(slot.name), mode=Mode.PINNED, digest=leaving.digest)
            try:
                self._parts.judge.provenance(leaving.survey, pinned)
            except Revoked:
                await leaving.discard()
            except SkillpodError:
                continue
