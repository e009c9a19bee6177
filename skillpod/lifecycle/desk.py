"""What people see of what waits for them, and of what runs on nobody's word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from skillpod.errors import NothingHeld, SkillpodError
from skillpod.lifecycle.held import held, held_summary
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.pipeline import Survey
from skillpod.lifecycle.question import Question
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.trial import try_out


class Desk:
    """``slots`` are the supervisor's, by name, as they are at any time."""

    def __init__(self, parts: Parts, slots: Mapping[str, Slot]) -> None:
        self._parts = parts
        self._slots = slots

    def holds(self) -> list[dict[str, Any]]:
        """What waits for people's answers, sorted by name."""
        return [held_summary(slot.question) for _, slot in sorted(self._slots.items()) if slot.question is not None]

    async def held(self, slot: Slot) -> dict[str, Any]:
        """All about what is held there, its trial included, which is waited for. Raises NothingHeld."""
        question = slot.question
        if question is None:
            raise NothingHeld(f"nothing is held under `{slot.name}`", hint=f"`skillpod show {slot.name}` says its state", skill=slot.name)
        await try_out(self._parts, slot, question)
        before = slot.current.survey if slot.current else await self._before(slot.name, question)
        return await self._parts.offload(held, question, before)  # an author decides how much there is to compare

    async def _before(self, name: str, question: Question) -> Survey | None:
        """The version that served last, None when there is none or the store has lost it: the update's findings say so, too."""
        remembered = self._parts.state.names().get(name)
        history = [digest for digest in (remembered.history if remembered else ()) if digest != question.hold.digest]
        if not history:
            return None
        try:
            bundle = await self._parts.offload(self._parts.store.get, history[-1])
        except SkillpodError:
            return None
        return await self._parts.offload(self._parts.examiner.survey, bundle, folder=name)

    def reviews(self) -> list[dict[str, Any]]:
        """The broken glass that nobody has reviewed yet, oldest first."""
        return [each.as_dict() for each in self._parts.state.reviews()]

    def unsigned(self) -> dict[str, int]:
        """How many skills run unsigned, by the rule that lets them."""
        serving = [slot.current for slot in self._slots.values() if slot.current and not slot.current.provenance.is_signed]
        return dict(Counter(generation.admission.rule for generation in serving))
