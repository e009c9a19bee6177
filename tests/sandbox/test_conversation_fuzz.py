"""A guest of several calls at once, honest and hostile in any order: each call ends in what it was itself answered, or an error of ours."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from skillpod.errors import SkillFailed, ToolRaised
from skillpod.model.guest import LogLine, Progress, Reply
from skillpod.model.manifest import Limits
from skillpod.sandbox.forked import Exit
from skillpod.sandbox.wire import Decoder
from tests.support.puppet import Frame, Held, frame, framed, held

LIMITS = Limits(wall=30.0, output=4096)
SHORT, LONG = 0.03, 30.0
ENDS_SECONDS = 5.0
CALLS = 3
MANY = 40  # more than the host takes at once
LIES = ["again", "short", "more", "list", "number", "of nobody", "too long", "not in order"]
ENDS = ["shuts", "exits", "is killed"]

T = TypeVar("T")


class Asked:
    """A call, and what the guest answered it while it was in order."""

    def __init__(self, task: asyncio.Task[Reply], nonce: str, *, is_long: bool) -> None:
        self.task = task
        self.nonce = nonce
        self.is_long = is_long
        self.answer: int | None = None
        self.is_failed = False
        self.is_left = False
        self.told: list[str] = []
        self.heard: list[str] = []

    def hear(self, said: Progress | LogLine) -> None:
        self.heard.append(said.message)


class Conversation(RuleBasedStateMachine):
    """What may come next is decided by the model alone, never by how far the host has got: else a slow machine could not repeat it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.serial = 0

    @initialize()
    def begin(self) -> None:
        self.stack = AsyncExitStack()
        self.asked: list[Asked] = []
        self.inbox: list[Frame] = []
        self.kept: dict[str, int] = {}
        self.is_in_order = True
        self.is_certain = True  # nothing but the guest's own words decides how its calls end
        self.rest = b""
        self.puppet: Held = self.run(self.stack.enter_async_context(held(LIMITS)))
        self.puppet.wire.setblocking(False)
        self.decoder = Decoder(2**24)
        self.call(is_long=True)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @property
    def open(self) -> list[Asked]:
        return [one for one in self.asked if one.answer is None and not one.is_left]

    @property
    def speaks(self) -> bool:
        """It is in order, is between two frames, and there is a call it may speak of."""
        return self.is_in_order and not self.rest and bool(self.open)

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def say(self, data: bytes) -> None:
        with suppress(OSError):  # the host may have hung up, or its buffer be full
            if self.puppet.wire.send(data) != len(data):
                self.is_certain = False
        self.turn()

    def turn(self, seconds: float = 0.0) -> None:
        async def turns() -> None:
            for _ in range(4):
                await asyncio.sleep(0)
            if seconds:
                await asyncio.sleep(seconds)

        self.run(turns())
        with suppress(BlockingIOError, ConnectionResetError):
            while data := self.puppet.wire.recv(65536):
                self.decoder.feed(data)
        self.inbox += self.decoder.frames()

    def answers(self) -> list[Frame]:
        """What the host answers, in bounded time: it may have much to hear before."""
        until = time.perf_counter() + ENDS_SECONDS
        while not (found := [frame for frame in self.inbox if frame["t"] == "answer"]):
            if self.puppet.guest.has_ended or time.perf_counter() > until:
                break
            self.turn(0.001)
        return found

    # --- in order ----------------------------------------------------------------------------------------------------------------

    @precondition(lambda self: not self.rest and self.is_in_order and len(self.open) < CALLS)
    @rule(is_long=st.sampled_from([True, True, True, False]))
    def call(self, is_long: bool) -> None:
        self.turn()
        self.inbox.clear()
        index = len(self.asked)
        work = self.puppet.guest.call("look", {}, LONG if is_long else SHORT, lambda said: self.asked[index].hear(said))
        task = self.loop.create_task(work)
        self.is_certain &= is_long
        self.turn()
        sent = [frame["nonce"] for frame in self.inbox if frame["t"] == "call"]
        self.asked.append(Asked(task, sent[0] if sent else "", is_long=is_long))
        assert sent or not self.is_certain

    @precondition(lambda self: self.speaks)
    @rule(data=st.data(), in_pieces=st.booleans(), is_failed=st.booleans())
    def answer(self, data: st.DataObject, in_pieces: bool, is_failed: bool) -> None:
        one = data.draw(st.sampled_from(self.open))
        one.answer, one.is_failed = self.number(), is_failed
        error = {"type": "E", "message": str(one.answer), "traceback": ""}
        what: Frame = {"t": "failed", "error": error} if is_failed else {"t": "result", "value": one.answer}
        reply = frame(**what, nonce=one.nonce, cpu=0.1, peak=1)
        if in_pieces:
            self.say(reply[:-5])
            self.say(reply[-5:])
        else:
            self.say(reply)

    @precondition(lambda self: self.speaks)
    @rule(data=st.data(), many=st.sampled_from([1, 2, MANY]))
    def tell(self, data: st.DataObject, many: int) -> None:
        one = data.draw(st.sampled_from(self.open))
        words = [str(self.number()) for _ in range(many)]
        one.told += words
        self.say(b"".join(frame(t="tell", nonce=one.nonce, operation="log", arguments={"message": word}) for word in words))

    @precondition(lambda self: self.speaks)
    @rule(data=st.data(), key=st.sampled_from("ab"), writes=st.booleans())
    def ask(self, data: st.DataObject, key: str, writes: bool) -> None:
        one, number = data.draw(st.sampled_from(self.open)), self.number()
        self.inbox.clear()
        operation = "state.put" if writes else "state.get"
        self.say(frame(t="ask", nonce=one.nonce, id=number, operation=operation, arguments={"key": key, "value": number}))
        answers = self.answers()
        if writes:
            self.kept[key] = number
        if answers or self.is_certain:
            expected = None if writes else {"found": key in self.kept, "value": self.kept.get(key)}
            assert answers == [{"t": "answer", "id": number, "value": expected}]

    @precondition(lambda self: self.is_in_order)
    @rule(data=st.binary(max_size=200))
    def print(self, data: bytes) -> None:
        with suppress(OSError):  # the host may have closed it
            os.write(self.puppet.printed, data)
        self.turn()

    @precondition(lambda self: self.open)
    @rule()
    def wait(self) -> None:
        self.turn(0.002)

    @precondition(lambda self: len(self.open) > 1)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """A caller is gone."""
        one = data.draw(st.sampled_from(self.open))
        one.is_left, self.is_certain = True, False
        one.task.cancel()
        self.turn()
        self.puppet.guest.cancel_unseen()

    # --- out of order ------------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.speaks)
    @rule(data=st.data())
    def half(self, data: st.DataObject) -> None:
        """The rest may come, or never."""
        one = data.draw(st.sampled_from(self.open))
        whole = frame(t="tell", nonce=one.nonce, operation="log", arguments={"message": "slow"})
        cut = data.draw(st.integers(1, len(whole) - 1))
        self.say(whole[:cut])
        self.rest = whole[cut:]
        one.told.append("slow")

    @precondition(lambda self: self.rest and self.is_in_order)
    @rule()
    def other_half(self) -> None:
        self.say(self.rest)
        self.rest = b""

    @precondition(lambda self: self.is_in_order and self.asked)
    @rule(data=st.data(), how=st.sampled_from([*LIES, *ENDS, "garbage"]))
    def misbehave(self, data: st.DataObject, how: str) -> None:
        match how:
            case "garbage":
                self.is_in_order = False
                self.say(data.draw(st.binary(min_size=1, max_size=40) | st.binary(max_size=40).map(framed)))
            case "shuts" | "exits" | "is killed":
                self.end(how)
            case _:
                self.lie(data.draw(st.sampled_from(self.open or self.asked)), how)

    @precondition(lambda self: not (self.is_in_order and self.is_certain))
    @rule()
    def another(self) -> None:
        """Another guest takes its place."""
        self.run(self.finish())
        self.begin()

    def lie(self, one: Asked, shape: str) -> None:
        """With a nonce the guest may well know."""
        reply: Frame = {"t": "result", "nonce": one.nonce, "value": -1, "cpu": 0.1, "peak": 1}
        lies = {
            "again": frame(**reply) * 2,
            "short": frame(**{name: value for name, value in reply.items() if name != "peak"}),
            "more": frame(**reply, more=1),
            "list": framed(b"[1]"),
            "number": frame(**{**reply, "cpu": 10**400}),
            "of nobody": frame(**{**reply, "nonce": "0" * 32}),
            "too long": b"\xff\xff\xff\xff",
            "not in order": frame(t="ask", nonce=one.nonce, id=1.5, operation="state.get", arguments={}),
        }
        self.is_in_order = False
        if shape == "again" and one in self.open:
            one.answer = -1  # the first of the two is in order when another call is in flight
        self.say(lies[shape])

    def end(self, how: str) -> None:
        self.is_in_order = False
        match how:
            case "shuts":
                with suppress(OSError):
                    self.puppet.wire.shutdown(1)
            case "exits":
                if not self.puppet.puppet.exited.done():
                    self.puppet.puppet.exited.set_result(Exit(0, 0.0, 1))
            case _:
                self.puppet.guest.kill()
        self.turn()

    # --- what must hold ----------------------------------------------------------------------------------------------------------

    @invariant()
    def nobody_hears_what_was_said_to_another(self) -> None:
        for one in self.asked:
            assert one.heard == one.told[: len(one.heard)]
            if one.task.done() and not one.task.cancelled():
                self.check(one)

    def check(self, one: Asked) -> None:
        """How this call ended is how it was answered, or an error of the family the caller is promised."""
        error = one.task.exception()
        if error is None:
            assert one.answer is not None
            assert not one.is_failed
            assert one.task.result().value == one.answer
        elif isinstance(error, ToolRaised):
            assert one.is_failed
            assert error.message == str(one.answer)
        else:
            assert isinstance(error, SkillFailed)
            assert not (self.is_certain and self.is_in_order), f"{error} came from nowhere"

    def teardown(self) -> None:
        try:
            if hasattr(self, "puppet"):
                self.run(self.finish())
        finally:
            self.loop.close()

    async def finish(self) -> None:
        """What was answered arrives; a short call ends by itself; the others with their guest."""
        due = [one.task for one in self.asked if not one.is_long or (one.answer is not None and self.is_certain and self.is_in_order)]
        if due:
            _, late = await asyncio.wait(due, timeout=ENDS_SECONDS)
            assert not late, "a call did not end in its time"
        await self.stack.aclose()
        tasks = [one.task for one in self.asked]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=ENDS_SECONDS)
            assert not late, "a call outlived its guest"
        self.is_in_order = False
        for one in self.asked:
            if not one.task.cancelled():
                self.check(one)


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
