"""``ctx.now`` and ``ctx.seed`` of a skill: the time and the chance of one call, constant within it and written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from secrets import randbelow
from time import time
from typing import Any

from skillpod.model.conditions import SEEDS
from skillpod.sandbox.asks.asking import Answer, Reached


class ConditionAsks:
    """What the caller fixed, and otherwise the moment's own, taken when it is first asked for."""

    def __init__(self, *, clock: Callable[[], float] = time, chance: Callable[[int], int] = randbelow) -> None:
        self._clock = clock
        self._chance = chance

    @property
    def operations(self) -> Mapping[str, Answer]:
        return {"call.now": self._now, "call.seed": self._seed}

    def _now(self, arguments: Mapping[str, Any], reached: Reached) -> float:
        if reached.now is None:
            given = reached.conditions.now
            reached.now = self._clock() if given is None else given
        return reached.now

    def _seed(self, arguments: Mapping[str, Any], reached: Reached) -> int:
        if reached.seed is None:
            given = reached.conditions.seed
            reached.seed = self._chance(SEEDS) if given is None else given
        return reached.seed
