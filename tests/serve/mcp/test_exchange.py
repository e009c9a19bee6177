"""A call in the task of its request: its end is not the request's."""

from __future__ import annotations

import asyncio

import pytest

from skillpod.serve.mcp.exchange import Stay


class Request:
    """A task that stays in a call, and says what became of both."""

    def __init__(self) -> None:
        self.is_inside = asyncio.Event()
        self.goes_on = False

    async def run(self) -> bool:
        self.call = Stay()
        self.is_inside.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.goes_on = self.call.leave()
            if not self.goes_on:
                raise
        await asyncio.sleep(0)  # a cancellation that was left over would end it here
        return self.goes_on


def test_a_call_that_is_ended_leaves_its_request_to_answer() -> None:
    async def scenario() -> None:
        request = Request()
        task = asyncio.create_task(request.run())
        await request.is_inside.wait()
        request.call.end()
        request.call.end()
        assert await task
        assert request.call.over.done()
        assert not task.cancelling()

    asyncio.run(scenario())


def test_a_request_that_is_cancelled_too_ends_with_its_call() -> None:
    async def scenario() -> None:
        request = Request()
        task = asyncio.create_task(request.run())
        await request.is_inside.wait()
        request.call.end()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert request.call.over.done()

    asyncio.run(scenario())


def test_a_call_that_is_over_is_not_ended_any_more() -> None:
    async def scenario() -> None:
        call = Stay()
        assert not call.leave()
        call.end()
        await asyncio.sleep(0)

    asyncio.run(scenario())
