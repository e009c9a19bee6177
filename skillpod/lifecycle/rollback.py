"""Back to what worked: guests that die are counted, a digest that keeps crashing is quarantined, an earlier one is brought back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from skillpod.errors import GuestDied, Quarantined, SkillpodError, WireBroken
from skillpod.lifecycle.generation import Generation
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.swap import Occasion, Swap
from skillpod.lifecycle.turns import own_up
from skillpod.lifecycle.wording import words_of
from skillpod.model.command import FOLDER, Desired, Mode
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.ports import Guests

STREAK_AFTER_TRIAL = 5
"""Deaths in a row, with no call answered between, that quarantine a digest which has outlived its trial."""


class Rollback:
    def __init__(
        self,
        parts: Parts,
        *,
        swap: Swap,
        desired: Callable[[str], Desired],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._parts = parts
        self._swap = swap
        self._desired = desired
        self._spawn = spawn

    def count(self, slot: Slot, guests: Guests, error: SkillpodError) -> None:
        """A guest died of itself: tell, journal and count it, and give the generation up when it keeps crashing."""
        owner = slot.current if slot.current is not None and slot.current.guests is guests else None
        self._parts.news.tell(
            Kind.GUEST_DIED,
            skill=slot.name,
            digest=owner.digest if owner else "",
            generation=owner.number if owner else 0,
            message=error.message,
            error=error,
        )
        self._parts.journal.mark(
            Entry(
                fact=Fact.GUEST_DIED,
                skill=slot.name,
                digest=owner.digest if owner else "",
                generation=owner.number if owner else 0,
                outcome="error",
                reason=error.message,
                error={"code": error.code},
            )
        )
        if owner is None or not isinstance(error, (GuestDied, WireBroken)):
            return
        if owner.count_death(self._parts.clock.now(), trial=self._parts.trial(), streak=STREAK_AFTER_TRIAL):
            self._spawn(self._give_up(slot, owner, error))

    async def _give_up(self, slot: Slot, failing: Generation, error: SkillpodError) -> None:
        """Quarantine a digest that keeps failing; within its trial, the generation before it comes back at once."""
        async with slot.lock:
            if slot.current is not failing:
                return
            now = self._parts.clock.now()
            in_trial = now - failing.published_at <= self._parts.trial()
            occasion = Occasion(trigger="trial" if in_trial else "crashes", actor="skillpod", since=now)
            why = f"{failing.deaths} of its guests died, the last one: {error.message}"
            verdict = Quarantined(why, hint=f"`skillpod resume {slot.name}` tries it again", skill=slot.name, digest=failing.digest)
            await self._parts.ledger.take_away(_quarantined(slot, failing, why, occasion))
            self._parts.news.tell(
                Kind.QUARANTINED, skill=slot.name, digest=failing.digest, generation=failing.number, message=why, error=verdict
            )
            back = self._before(slot, failing) if in_trial else None
            try:
                if back is not None:
                    await self.to(slot, back, occasion, reason=why)
                else:
                    await self._swap.withdraw(slot, occasion, reason=why)
            except Exception as failure:  # noqa: BLE001  # SAFE: told; what keeps crashing does not serve on
                said = words_of(own_up(failure))["message"]
                await self._swap.withdraw(slot, occasion, reason=f"{why}; and the version before it can't come back: {said}")
            slot.error = verdict

    def _before(self, slot: Slot, failing: Generation) -> Digest | None:
        """The digest that served before, if there is one that may serve."""
        quarantined = self._parts.state.quarantined()
        if slot.previous is not None and slot.previous.digest != failing.digest and slot.previous.digest not in quarantined:
            return slot.previous.digest
        remembered = self._parts.state.names().get(slot.name)
        history = remembered.history if remembered else ()
        return next((digest for digest in reversed(history) if digest != failing.digest and digest not in quarantined), None)

    async def to(self, slot: Slot, digest: Digest, occasion: Occasion, *, reason: str) -> None:
        """Return to an earlier admitted digest, and pin it. The caller holds the slot's lock; raises what ``Swap.bring`` raises."""
        before = slot.current
        known = self._desired(slot.name)
        over = slot.seen if known.source == FOLDER else None
        desired = replace(known, mode=Mode.PINNED, actor=occasion.actor, digest=digest, over=over, roles=occasion.roles)
        await self._swap.bring(slot, await self._parts.offload(self._parts.store.get, digest), desired, occasion)
        after = slot.current
        # It is published and durable already: a journal that fails from here on must not undo what came back.
        await self._parts.ledger.take_away(
            Entry(
                fact=Fact.ROLLED_BACK,
                actor=occasion.actor,
                trigger=occasion.trigger,
                skill=slot.name,
                digest=digest,
                generation=after.number if after else 0,
                previous=before.number if before else 0,
                previous_digest=before.digest if before else "",
                reason=reason,
            )
        )
        self._parts.news.tell(
            Kind.ROLLED_BACK,
            skill=slot.name,
            version=after.manifest.version if after else "",
            digest=digest,
            generation=after.number if after else 0,
            previous=before.number if before else 0,
            message=reason,
        )


def _quarantined(slot: Slot, failing: Generation, why: str, occasion: Occasion) -> Entry:
    return Entry(
        fact=Fact.QUARANTINED,
        actor=occasion.actor,
        trigger=occasion.trigger,
        skill=slot.name,
        version=failing.manifest.version,
        digest=failing.digest,
        generation=failing.number,
        reason=why,
    )
