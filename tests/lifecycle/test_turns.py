"""What is done for ever is done again after a fault, and says so once."""

from __future__ import annotations

import asyncio

import pytest

from skillpod.errors import JournalCorrupt
from skillpod.lifecycle.turns import for_ever, own_up


def test_a_fault_of_one_turn_is_told_once_and_keeps_no_further_turn_from_being_taken() -> None:
    async def scenario() -> None:
        turns = iter([KeyError("one"), KeyError("one"), None, KeyError("one"), asyncio.CancelledError()])
        told: list[str] = []

        async def turn() -> None:
            fault = next(turns)
            if fault is not None:
                raise fault

        with pytest.raises(asyncio.CancelledError):
            await for_ever(turn, every=0.0, told=told.append)
        assert told == ["a fault of skillpod itself: KeyError('one')"] * 2

    asyncio.run(scenario())


def test_an_error_of_ours_stays_what_it_is() -> None:
    error = JournalCorrupt("it is cut")
    assert own_up(error) is error
