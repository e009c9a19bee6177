"""Change the interpreter for the one who calls next."""

from pathlib import Path
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.ports import Guests
from tests.support.guests import launch
from tests.support.jailed import jailed, value

STOPPED_BY = ("a guest for each call (lifetime: call, the default)",)
HANDLER = """
    import builtins
    from skillpod import tool

    @tool
    def plants() -> str:
        builtins.sorted = lambda values: ["forged"]
        return "planted"

    @tool
    def answers() -> list[str]:
        return sorted(["b", "a"])
"""


def in_the_jail(folder: Path) -> None:
    assert _next_answer(Lifetime.CALL) == ["a", "b"]


def without_the_wall(folder: Path) -> None:
    """A skill that asks to be kept from call to call."""
    assert _next_answer(Lifetime.SKILL) == ["forged"]


def _next_answer(lifetime: Lifetime) -> Any:
    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        await value(guests, "plants")
        return await value(guests, "answers")

    return jailed(launch(HANDLER, lifetime=lifetime), act)
