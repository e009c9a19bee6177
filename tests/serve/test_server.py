"""What an answer is written with."""

from __future__ import annotations

import asyncio

from skillpod.serve.server import HELD, Gathering


class Pipe(asyncio.Transport):
    """Keeps what is written, write by write, and says when it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    abort = close


def test_what_is_written_before_a_flush_goes_out_as_one() -> None:
    async def scenario() -> None:
        gathering = Gathering(pipe := Pipe())
        for part in (b"head", b"", b"body"):
            gathering.write(part)
        assert pipe.written == []
        gathering.flush()
        await asyncio.sleep(0)
        assert pipe.written == [b"headbody"]

    asyncio.run(scenario())


def test_the_head_of_an_answer_that_goes_on_later_is_not_kept_back() -> None:
    async def scenario() -> None:
        gathering = Gathering(pipe := Pipe())
        gathering.write(b"head")
        await asyncio.sleep(0)
        assert pipe.written == [b"head"]
        gathering.write(b"event")
        await asyncio.sleep(0)
        assert pipe.written == [b"head", b"event"]

    asyncio.run(scenario())


def test_much_is_not_held_for_the_end_of_the_turn() -> None:
    async def scenario() -> None:
        gathering = Gathering(pipe := Pipe())
        gathering.write(bytes(HELD))
        gathering.write(b"x")
        assert [len(written) for written in pipe.written] == [HELD + 1]

    asyncio.run(scenario())


def test_what_is_held_goes_out_before_the_end_and_not_after_an_abort() -> None:
    async def scenario() -> None:
        closed, aborted = Pipe(), Pipe()
        for pipe, end in ((closed, Gathering.close), (aborted, Gathering.abort)):
            gathering = Gathering(pipe)
            gathering.write(b"last")
            end(gathering)
            await asyncio.sleep(0)
            assert pipe.is_closed
        assert (closed.written, aborted.written) == ([b"last"], [])

    asyncio.run(scenario())
