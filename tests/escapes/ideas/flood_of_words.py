"""Print without end, to fill the memory of whoever keeps it."""

from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.ports import Guests
from skillpod.sandbox.output import CAP, Output
from tests.support.guests import launch
from tests.support.jailed import jailed, value

STOPPED_BY = ("a cap on the output that is kept",)
HANDLER = """
    from skillpod import tool

    @tool
    def talks() -> str:
        for _ in range(4096):
            print("x" * 1023)
        return "told"
"""


def in_the_jail(folder: Path) -> None:
    assert _kept() <= CAP + 100


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Output, "_cut", lambda self: None)
        assert _kept() > 3 * 1024 * 1024


def _kept() -> int:
    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> int:
        assert await value(guests, "talks") == "told"
        return len(guests.output())

    kept: int = jailed(launch(HANDLER), act)
    return kept
