"""Answer the next call without having read it."""

from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import SkillpodError, WireBroken
from skillpod.model.capability import Lifetime
from skillpod.ports import Guests
from skillpod.sandbox.connection import Connection
from tests.escapes.attack import Call, Given
from tests.escapes.inside import nonce, result, send, wire
from tests.escapes.skill import handler
from tests.support.guests import launch
from tests.support.jailed import jailed, value

STOPPED_BY = ("a nonce for each call",)


def answer(call: Call, given: Given) -> bool:
    import select
    import time

    send(result(nonce(), '"first"'))
    select.select([wire()], [], [])  # the next call is there, and stays there
    send(result(nonce(), '"forged"'))
    time.sleep(60)
    return False


def in_the_jail(folder: Path) -> None:
    assert _two_answers() == (["first", WireBroken.code], [WireBroken.code])


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "_nonce", lambda host: "0" * 32)
        assert _two_answers()[0] == ["first", "forged"]


def _two_answers() -> tuple[list[Any], list[str]]:
    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        return [await _said(guests), await _said(guests)], [death.code for death in deaths]

    found: tuple[list[Any], list[str]] = jailed(launch(handler(answer), lifetime=Lifetime.SKILL), act)
    return found


async def _said(guests: Guests) -> Any:
    try:
        return await value(guests, "run", given={})
    except SkillpodError as error:
        return error.code
