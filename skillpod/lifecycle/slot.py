"""All that the pod holds under one name: the generation that serves, the one kept for rollback, and the last word on what failed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from skillpod.errors import Held, Quarantined, SkillpodError, Waiting
from skillpod.lifecycle.generation import Generation
from skillpod.model.digest import Digest

if TYPE_CHECKING:
    from skillpod.intake.snapshot import Stamp
    from skillpod.lifecycle.question import Question


class Turn(asyncio.Lock):
    """A lock that also knows who waits: between its release and the next one's turn nobody holds it."""

    def __init__(self) -> None:
        super().__init__()
        self._coming = 0

    async def acquire(self) -> Literal[True]:
        self._coming += 1
        try:
            return await super().acquire()
        finally:
            self._coming -= 1

    @property
    def is_wanted(self) -> bool:
        """Whether somebody has it or is going to."""
        return self.locked() or self._coming > 0


class Slot:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = Turn()
        self.builder: asyncio.Task[None] | None = None  # the look that holds the lock, if one does
        self.current: Generation | None = None
        self.previous: Generation | None = None
        self.leaving: set[Generation] = set()  # replaced or withdrawn, with calls that are not over
        self.question: Question | None = None  # what people must answer, when the newest attempt is held
        self.error: SkillpodError | None = None  # why the newest attempt did not become the current generation
        self.refused: tuple[str, str, str] | None = None  # (digest, code, message) of that attempt: told once, not at every look
        self.tried: tuple[Digest, Digest] | None = None  # (digest, evidence) of the folder that did not come to serve
        self.seen: Digest | None = None  # what the folder held when it was read last
        self.stamp: Stamp | None = None
        self.checked = False  # an operator's source was brought up, or tried, and nothing it depends on has changed since
        self.awaits: frozenset[str] = frozenset()  # the skills whose coming or going may change a no
        self.retries = 0
        self.retry_at = 0.0
        self.first_seen = 0.0

    @property
    def state(self) -> str:
        """One word for a person: live | waiting | held | quarantined | refused | absent."""
        if self.current is not None:
            return "live"
        match self.error:
            case None:
                return "absent"
            case Waiting():
                return "waiting"
            case Held():
                return "held"
            case Quarantined():
                return "quarantined"
            case _:
                return "refused"

    def forget_refusal(self) -> None:
        """Look again at the next occasion, whatever the folder's stamp says."""
        self.refused = None
        self.tried = None
        self.stamp = None
        self.checked = False
        self.retries = 0
        self.retry_at = 0.0
