"""Two calls, one after the other, of a warm guest that may answer as it likes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.ports import Guests
from tests.escapes.attack import Call, Given
from tests.escapes.skill import handler
from tests.support.guests import launch
from tests.support.jailed import jailed, value


def two_answers(function: Callable[[Call, Given], Any]) -> tuple[list[Any], list[str]]:
    """What each call gave, or its error's code, and the codes of what its guests died of."""

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        return [await _said(guests), await _said(guests)], [death.code for death in deaths]

    found: tuple[list[Any], list[str]] = jailed(launch(handler(function), lifetime=Lifetime.SKILL), act)
    return found


async def _said(guests: Guests) -> Any:
    try:
        return await value(guests, "run", given={})
    except SkillpodError as error:
        return error.code
