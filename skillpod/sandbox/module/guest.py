"""One guest in this process: its calls and their deadlines, and what it asks of the host; the loop's side of a lane.

It keeps to what ``connection.Connection`` does for a guest behind walls. What it can't do is end a thread: a call that is over hears so
at its next function, loop or comprehension, and where none comes (a long search of ``re``, a power of large numbers) its thread is left
behind.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import Context as Bare
from copy import deepcopy
from functools import partial
from inspect import isawaitable
from time import perf_counter
from typing import Any

from skillpod.errors import GuestDied, LimitExceeded, SkillpodError
from skillpod.model.conditions import FREE, Conditions
from skillpod.model.guest import Hear, Launch, Reply, Usage, charge, unheard
from skillpod.sandbox.asks.asking import Denied, Reached
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.flight import Deadlines, note_left
from skillpod.sandbox.frames import call_frame, cap_of, failure_of
from skillpod.sandbox.guest.channel import Channel
from skillpod.sandbox.guest.tools import Tool
from skillpod.sandbox.module.call import ModuleCall, Outcome, told
from skillpod.sandbox.module.held import Held, Outlet
from skillpod.sandbox.module.lanes import Lane, Overlapping, Turns
from skillpod.sandbox.module.program import Program
from skillpod.sandbox.module.running import CURRENT, Voice
from skillpod.sandbox.module.space import Space
from skillpod.sandbox.output import Output
from skillpod.sandbox.wire import HEADER, WireError, encode, parse
from skillpod.sdk import Context

_ABANDON_SECONDS = 1.0
"""How long a thread may take to end once all its calls are over."""
_ASKS_PER_CALL = 100_000


def _nobody(guest: ModuleGuest, fault: SkillpodError | None) -> None:
    """Hears ``on_end`` until someone does."""


def _nothing() -> None:
    """Hears ``on_free`` until someone does."""


class ModuleGuest:
    """``skillpod.sandbox.serving.Serving``. ``overlaps``: whether it takes several calls at once. ``gone`` is done when nothing of it is
    left, or when its thread was left behind, of which ``abandoned`` hears: 1 more, and 1 less when it has ended after all."""

    def __init__(
        self,
        program: Program,
        launch: Launch,
        *,
        overlaps: bool,
        broker: Broker,
        output: Output,
        abandoned: Callable[[int], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._launch = launch
        self._limits = launch.manifest.limits
        self._broker = broker
        self._output = output
        self._abandoned = abandoned
        self._place = program.place
        self._loading = Voice()
        self._space = Space(program, self._loading)
        self._tools: Mapping[str, Tool] = {}
        self._calls: set[Held] = set()
        self._deadlines: Deadlines[Held] = Deadlines(self, self._limits)
        self._numbers = itertools.count(1)
        self._reaper: asyncio.TimerHandle | None = None
        self.on_end: Callable[[Any, SkillpodError | None], None] = _nobody
        self.on_free: Callable[[], None] = _nothing
        self.has_ended = False
        self.is_fit = True
        self.gone: asyncio.Future[None] = self._loop.create_future()
        make = Overlapping if overlaps else Turns
        name = f"skillpod-module-{launch.manifest.name}"
        self._lane: Lane = make(name, self._thread_ends, lambda message: self._post(self._output.line, f"asyncio: {message}"))

    async def describe(self) -> list[dict[str, Any]] | Mapping[str, str]:
        """Run the entry: what it says of its tools, or the error that came of it."""
        loaded: asyncio.Future[list[dict[str, Any]] | Mapping[str, str]] = self._loop.create_future()
        self._lane.post(lambda: Bare().run(self._load, loaded))
        try:
            return await loaded
        finally:
            self._printed(self._loading)

    def _load(self, loaded: asyncio.Future[Any]) -> None:
        """In the thread."""
        CURRENT.set(self._loading)
        try:
            self._tools = self._space.tools()
            said: Any = [tool.describe() for tool in self._tools.values()]
        except BaseException as fault:  # noqa: BLE001  # SAFE: importing runs the skill's code, which may raise anything
            said = told(fault, self._place)
        self._post(_settle_future, loaded, said)

    # --- calling -----------------------------------------------------------------------------------------------------------------

    async def call(
        self, tool: str, arguments: Mapping[str, Any], seconds: float, hear: Hear = unheard, conditions: Conditions = FREE
    ) -> Reply:
        """As ``connection.Connection.call``."""
        frame = parse(call_frame("", tool, arguments, seconds)[HEADER:])  # checked and copied as for a guest behind walls
        if self.has_ended:
            raise GuestDied("the guest ended before it was called")
        reached = Reached(perf_counter() + seconds, conditions)
        held = Held(tool, self._loop.create_future(), reached, cpu=self._lane.cpu(), hear=hear)
        held.outlet = Outlet(cap_of(self._limits), partial(self._post, self._heard, held), lambda: held.is_cancelled)
        channel = Channel(held.outlet, "", seconds, self._numbers)
        held.job = ModuleCall(
            self._tools[tool],
            frame["arguments"],
            context=lambda: Context(channel=channel, config=deepcopy(dict(self._launch.config)), files=self._launch.bundle.files),
            output=self._limits.output,
            place=self._place,
            done=lambda outcome: self._done(held, channel, outcome),
        )
        self._calls.add(held)
        self._deadlines.watch(held, seconds)
        self._lane.serve(held.job)
        try:
            return await held.future
        except asyncio.CancelledError as left:
            note_left(held, left, self.used(held))
            raise

    @property
    def load(self) -> int:
        return len(self._calls)

    @property
    def has_checkpoints(self) -> bool:
        return any(held.has_checkpoints for held in self._calls)

    def cancel_unseen(self) -> None:
        for held in tuple(self._calls):
            if held.future.cancelled() and not held.is_cancelled:
                self.cancel(held)

    def cancel(self, call: Held) -> None:
        """``flight.Guest``."""
        call.is_cancelled = True
        self._settle(call)
        self._tell_over(call)
        self._deadlines.press(call)

    def _tell_over(self, held: Held) -> None:
        held.job.voice.is_over = True
        self._space.alarm()
        held.outlet.hang_up()
        self._lane.cancel(held.job)

    def kill(self) -> None:
        self.finish(GuestDied("the guest was ended while the call ran", hint="the skill was unmounted, replaced or its pod stopped"), None)

    # --- what the thread says ----------------------------------------------------------------------------------------------------

    def _post(self, hears: Callable[..., Any], *said: Any) -> None:
        """Have the loop's thread call this."""
        with suppress(RuntimeError):  # the loop has ended: nobody is left to hear
            self._loop.call_soon_threadsafe(hears, *said)

    def _done(self, held: Held, channel: Channel, outcome: Outcome) -> None:
        """In the thread."""
        channel.finish(b"")
        self._post(self._answered, held, outcome)

    def _answered(self, held: Held, outcome: Outcome) -> None:
        self._printed(held.job.voice)
        if held not in self._calls:
            return  # it was over before
        self._calls.discard(held)
        self._settle(held)
        if not any(each.is_cancelled for each in self._calls):
            self._space.calm()
        failure = None if outcome.error is None else failure_of(outcome.error, self._limits, held.tool, self._broker.disclosed)
        if isinstance(failure, LimitExceeded) and failure.at != "limits.output":
            self.is_fit = False  # what it still holds is not known
        if held.future.done():  # nobody waits for it any more
            self.on_free()
        elif failure is None:
            held.future.set_result(Reply(value=outcome.value, usage=self.used(held)))
        else:
            charge(failure, self.used(held))
            held.future.set_exception(failure)

    def _printed(self, voice: Voice) -> None:
        said = voice.take()
        if said:
            self._output.write(said.encode("utf-8", "backslashreplace"))

    def _heard(self, held: Held, frame: Mapping[str, Any]) -> None:
        operation, arguments = frame["operation"], frame["arguments"]
        if frame["t"] == "ask":
            self._asked(held, frame["id"], operation, arguments)
        elif operation == "checkpoint":
            held.has_checkpoints = True
        else:
            with suppress(Denied):
                said = self._broker.tell(operation, arguments)
                if not held.future.done():
                    held.hear(said)

    def _asked(self, held: Held, number: int, operation: str, arguments: Mapping[str, Any]) -> None:
        held.asks += 1
        if held.is_settled or held.asks > _ASKS_PER_CALL:
            held.outlet.put(number, None)
            return
        try:
            value = self._broker.answer(operation, arguments, held.reached)
            if isawaitable(value):
                task = self._loop.create_task(self._answered_later(held, number, value))
                held.pending.add(task)
                task.add_done_callback(held.pending.discard)
                return
            answer = _copied(value)
        except (Denied, WireError) as refusal:
            answer = {"error": str(refusal)}
        held.outlet.put(number, answer)

    async def _answered_later(self, held: Held, number: int, value: Awaitable[Any]) -> None:
        try:
            answer = _copied(await value)
        except (Denied, WireError) as refusal:
            answer = {"error": str(refusal)}
        held.outlet.put(number, answer)

    # --- the end -----------------------------------------------------------------------------------------------------------------

    def finish(self, error: SkillpodError, own_fault: SkillpodError | None, *, culprit: Held | None = None) -> None:
        """``flight.Guest``, once: every call is over, and so is the thread when its code comes to look."""
        if self.has_ended:
            return
        self.has_ended, self.is_fit = True, False
        calls, self._calls = self._calls, set()
        self._loading.is_over = True
        self._space.alarm()
        for held in calls:
            is_its_own = culprit in (None, held)
            heard = copy.copy(error) if is_its_own else GuestDied(f"the guest was ended because of another call: {error}")
            charge(heard, self.used(held))
            self._settle(held)
            self._tell_over(held)
            if not held.future.done():
                held.future.set_exception(heard)
        self._lane.end()
        self._reaper = self._loop.call_later(_ABANDON_SECONDS, self._abandon, calls)
        self.on_end(self, own_fault)

    def clock(self) -> float:
        """``flight.Guest``."""
        return self._lane.cpu()

    def used(self, call: Held) -> Usage:
        """``flight.Guest``. How much memory a call used is not known: it is the pod's own."""
        return Usage(wall=perf_counter() - call.started, cpu=max(0.0, self._lane.cpu() - call.cpu), peak=0, reach=call.reached.told())

    def _settle(self, held: Held) -> None:
        """It is over, or told to be: nobody waits for what it asked."""
        held.is_settled = True
        for task in held.pending:
            task.cancel()
        if held.timer is not None:
            held.timer.cancel()

    def _thread_ends(self) -> None:
        """In the thread: nothing of the skill runs any more."""
        self._space.clear()
        self._tools = {}
        self._post(self._free)

    def _abandon(self, calls: set[Held]) -> None:
        """It did not end: it is left to itself, and counted."""
        if self.gone.done():
            return
        doing = ", ".join(sorted(held.tool for held in calls)) or "loading"
        self._output.line(f"skillpod: {doing} did not end when it was over; its thread was left behind and runs on in the pod")
        self._abandoned(1)
        self.gone.set_result(None)

    def _free(self) -> None:
        if self.gone.done():
            self._abandoned(-1)
            return
        if self._reaper is not None:
            self._reaper.cancel()
        self.gone.set_result(None)


def _copied(value: Any) -> dict[str, Any]:
    """An answer as JSON would bring it. Raises WireError for what JSON can't say."""
    return parse(encode({"value": value})[HEADER:])


def _settle_future(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)
