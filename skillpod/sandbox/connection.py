"""The host's end of one guest: what its frames mean, its calls and their deadlines, and how it died.

The guest is the enemy. Every frame is checked before it means anything; the first that is not in order kills the guest, and the calls it
held end in WireBroken. Nothing here waits for it.
"""

from __future__ import annotations

import asyncio
import copy
import os
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from inspect import isawaitable
from time import perf_counter
from typing import Any

from skillpod.errors import GuestDied, LimitExceeded, SkillpodError, WireBroken
from skillpod.model.conditions import FREE, Conditions
from skillpod.model.guest import Act, Attempt, Hear, Reply, Source, Usage, Watch, charge, unheard, unwatched
from skillpod.model.manifest import Limits
from skillpod.model.reach import Reach
from skillpod.sandbox import frames
from skillpod.sandbox.asks.asking import Denied, Reached
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.death import explain, output_exceeded, traffic_exceeded
from skillpod.sandbox.flight import Deadlines, Flight, note_left
from skillpod.sandbox.forked import Exit, Forked
from skillpod.sandbox.frames import call_frame, cancel_frame, cap_of, failure_of, seen_of, usage_of
from skillpod.sandbox.line import Line
from skillpod.sandbox.network.switchboard import Exchange, Switchboard
from skillpod.sandbox.output import Output
from skillpod.sandbox.wire import FrameTooLarge, WireError, encode

_NONCE, _NONCES = 16, 12  # bytes of one, and how many are had at once: few, for most guests are called once
_ASKS_PER_CALL = 100_000
_ASKS_PENDING = 256  # a call of our runtime asks one thing at a time, and no guest has more calls than that
_REAP_SECONDS = 2.0
_NOBODY_WAITS = Denied("the call was cancelled: nobody waits for its answer")
_LINGER_SECONDS = 0.5  # a guest whose wire has ended is dying, and its end is told soon; one that lives on is made to


class _Call(Flight):
    """``pending`` are asks that are answered later, by the number of each."""

    __slots__ = ("nonce", "pending")

    def __init__(self, nonce: str, tool: str, future: asyncio.Future[Reply], reached: Reached, *, cpu: float, hear: Hear) -> None:
        super().__init__(tool, future, reached, cpu=cpu, hear=hear)
        self.nonce = nonce
        self.pending: dict[asyncio.Task[bytes], int] = {}


OnEnd = Callable[["Connection", SkillpodError | None], None]


def _nobody(guest: Connection, fault: SkillpodError | None) -> None:
    """Hears ``on_end`` until someone does."""


def _nothing() -> None:
    """Hears ``on_free`` until someone does."""


class Connection:
    """One guest of these ``limits``; each call is held to ``limits.cpu`` here, whether or not the kernel also does.

    ``on_end`` hears once that it is over, with the error when it died of itself; ``on_free`` that a call ended whose caller was no longer
    there. With an ``exchange``, what it asks on its line to the network is answered. ``is_fit`` is false once it should take no further
    call: it has ended, or used up its memory, threads or scratch. ``gone`` is done when nothing of it is left."""

    def __init__(
        self,
        forked: Forked,
        *,
        limits: Limits,
        broker: Broker,
        output: Output,
        watch: Watch = unwatched,
        exchange: Exchange | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._forked = forked
        self._limits = limits
        self._broker = broker
        self._output = output
        self._watch = watch
        self.on_end: OnEnd = _nobody
        self.on_free: Callable[[], None] = _nothing
        self._calls: dict[str, _Call] = {}
        self._deadlines: Deadlines[_Call] = Deadlines(self, limits)
        self._chance = b""
        self._inbox: deque[dict[str, Any]] = deque()  # what it says of itself before it serves
        self._waiting: asyncio.Future[None] | None = None
        self._is_serving = False
        self._fault: SkillpodError | None = None
        self._exit: Exit | None = None
        self._reaper: asyncio.TimerHandle | None = None
        self.has_ended = False
        self.is_fit = True
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self._line = Line(forked, self, cap=cap_of(limits), output=output)
        line = forked.switchboard
        self._switchboard = Switchboard(line, exchange, self, limits) if exchange is not None and line is not None else None
        forked.exited.add_done_callback(self._exited)

    # --- starting ----------------------------------------------------------------------------------------------------------------

    async def expect(self, *kinds: str) -> dict[str, Any]:
        """The next frame, of one of these kinds; before ``serve`` only. Raises WireBroken, GuestDied, LimitExceeded."""
        if not self._inbox and not self.has_ended:
            self._waiting = self._loop.create_future()
            await self._waiting
        if not self._inbox:
            raise copy.copy(self._fault) if self._fault else GuestDied("the guest was ended while it started")
        frame = self._inbox.popleft()
        if frame.get("t") not in kinds:
            raise self._broken(f"it sent {str(frame.get('t'))[:32]!r} where {' or '.join(kinds)} was due")
        return frame

    def send(self, data: bytes) -> None:
        """Bytes for the guest: now, or when it has room for them."""
        self._line.send(data)

    def watch(self) -> None:
        """From here on what the kernel refuses is the skill's doing; before, it was the self-test's."""
        self._forked.on_refused = lambda act, target: self._watch(self._attempt(act, target, Source.KERNEL))

    def heed(self, said: dict[str, Any]) -> None:
        """Hear what a frame that ``expect`` gave says the skill tried while it was loaded. Raises WireBroken."""
        try:
            self._saw(said)
        except WireError as fault:
            raise self._broken(str(fault)) from fault

    def _saw(self, frame: dict[str, Any]) -> None:
        """Take what the guest says its skill tried out of a frame. Raises WireError."""
        if "seen" in frame:
            for act, target in seen_of(frame):
                self._watch(self._attempt(act, target, Source.GUEST))

    def _attempt(self, act: Act, target: str, by: Source) -> Attempt:
        tools = {call.tool for call in self._calls.values()}
        return Attempt(act=act, target=target, by=by, tool=tools.pop() if len(tools) == 1 else "")

    def serve(self) -> None:
        """From here on frames belong to calls. Raises WireBroken when the guest said more than it was asked, GuestDied, LimitExceeded."""
        self._is_serving = True
        if self.has_ended:
            raise copy.copy(self._fault) if self._fault else GuestDied("the guest was ended while it started")
        if self._inbox or self._line.pending:
            raise self._broken("it sent more than it was asked before its first call")

    # --- calling -----------------------------------------------------------------------------------------------------------------

    @property
    def load(self) -> int:
        """How many calls are in flight."""
        return len(self._calls)

    async def call(
        self, tool: str, arguments: Mapping[str, Any], seconds: float, hear: Hear = unheard, conditions: Conditions = FREE
    ) -> Reply:
        """One call within ``seconds`` of wall time and ``limits.cpu`` of processor time; ``hear`` is told what it says.
        Raises the SkillFailed family, ArgumentsInvalid; what the call used is charged to what it raises, CancelledError too.

        When the caller is cancelled the call goes on, unseen, until it ends or its time does: ``kill`` the guest, or ``cancel_unseen``
        where it has other calls or ``has_checkpoints``.
        """
        nonce = self._nonce()
        data = call_frame(nonce, tool, arguments, seconds)
        if self.has_ended:
            raise GuestDied("the guest ended before it was called")
        reached = Reached(perf_counter() + seconds, conditions)
        call = _Call(nonce, tool, self._loop.create_future(), reached, cpu=self._forked.cpu(), hear=hear)
        self._calls[nonce] = call
        if self._switchboard is not None:
            self._switchboard.begin(call.reached)
        self._deadlines.watch(call, seconds)
        self.send(data)
        try:
            return await call.future
        except asyncio.CancelledError as left:
            note_left(call, left, self.used(call))
            raise

    def _nonce(self) -> str:
        """128 bits nobody has seen, in hex, from the kernel's generator: asked for by the dozen, for each asking is a system call."""
        if not self._chance:
            self._chance = os.urandom(_NONCE * _NONCES)
        nonce, self._chance = self._chance[:_NONCE], self._chance[_NONCE:]
        return nonce.hex()

    @property
    def has_checkpoints(self) -> bool:
        """Whether a call in flight has come to a checkpoint."""
        return any(call.has_checkpoints for call in self._calls.values())

    def cancel_unseen(self) -> None:
        """Ask the calls whose callers were cancelled to end, and end the guest when they don't."""
        for call in tuple(self._calls.values()):
            if call.future.cancelled() and not call.is_cancelled:
                self.cancel(call)

    def cancel(self, call: _Call) -> None:
        """``flight.Guest``."""
        call.is_cancelled = True
        unanswered = tuple(call.pending.values())
        self._settle(call)
        self._deadlines.press(call)
        self.send(cancel_frame(call.nonce))
        for number in unanswered:  # it could not end while it waits
            self._line.answer(_refusal_frame(number, _NOBODY_WAITS))

    def kill(self) -> None:
        """End the guest now. Its calls end in GuestDied; it does not count as having died of itself."""
        self.finish(GuestDied("the guest was ended while the call ran", hint="the skill was unmounted, replaced or its pod stopped"), None)

    # --- what the guest says -----------------------------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """``line.Ear``."""
        return bool(self._calls)

    def caught_up(self, pending: int) -> None:
        """``line.Ear``."""
        if pending and self._is_serving and not self._calls:
            self._broken("bytes outside of a call")

    def broken(self, fault: WireError) -> None:
        """``line.Ear``."""
        if isinstance(fault, FrameTooLarge):
            self.finish(error := output_exceeded(self._limits, f"the guest sent {fault.size} bytes at once"), error)
        else:
            self._broken(str(fault))

    def hear(self, frame: dict[str, Any]) -> None:
        """``line.Ear``."""
        if not self._is_serving:
            self._greeted(frame)
            return
        nonce = str(frame.get("nonce"))
        call = self._calls.get(nonce)
        if call is None:
            raise WireError("a frame that belongs to no call in flight")
        self._saw(frame)
        match frame.get("t"), frame.keys():
            case ("result", frames.RESULT) | ("failed", frames.FAILED):
                self._answered(nonce, call, frame)
            case ("ask", frames.ASK):
                self._asked(call, frame)
            case ("tell", frames.TELL):
                self._told(call, frame)
            case kind, _:
                raise WireError(f"a frame that is none of the protocol's: {str(kind)[:32]!r}")

    def _greeted(self, frame: dict[str, Any]) -> None:
        self._inbox.append(frame)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        elif len(self._inbox) > 1:
            raise WireError("it said more than it was asked while it started")

    def _answered(self, nonce: str, call: _Call, frame: Mapping[str, Any]) -> None:
        if len(self._calls) == 1 and self._line.pending:
            raise WireError("a reply with something behind it")
        if self._switchboard is not None and self._switchboard.settle(call.reached):
            self.overran(call.reached)
            return
        usage = usage_of(frame, perf_counter() - call.started, self._reach(call))
        disclosed = self._broker.disclosed
        failure = failure_of(frame["error"], self._limits, call.tool, disclosed) if frame["t"] == "failed" else None
        if isinstance(failure, LimitExceeded) and failure.at != "limits.output":
            self.is_fit = False  # what it still holds is not known: memory, threads, files
        del self._calls[nonce]
        self._settle(call)
        if call.future.done():  # nobody waits for it any more
            self.on_free()
        elif failure is None:
            call.future.set_result(Reply(value=disclosed.redacted_value(frame["value"]) if disclosed else frame["value"], usage=usage))
        else:
            charge(failure, usage)
            call.future.set_exception(failure)

    def _asked(self, call: _Call, frame: Mapping[str, Any]) -> None:
        number, operation, arguments = frame["id"], frame["operation"], frame["arguments"]
        if type(number) is not int or type(operation) is not str or type(arguments) is not dict:
            raise WireError("an ask that is not in order")
        call.asks += 1
        if call.asks > _ASKS_PER_CALL:
            raise WireError(f"more than {_ASKS_PER_CALL} asks in one call")
        if self._forked.exited.done():
            return  # nobody is left to read the answer
        try:
            value = self._broker.answer(operation, arguments, call.reached)
            if isawaitable(value):
                self._answer_later(call, number, value)
                return
            answer = _answer_frame(number, value)
        except (Denied, WireError) as refusal:
            answer = _refusal_frame(number, refusal)
        self._line.answer(answer)

    def _answer_later(self, call: _Call, number: int, value: Awaitable[Any]) -> None:
        """Raises WireError for more at once than any runtime of ours asks."""
        if sum(len(each.pending) for each in self._calls.values()) >= _ASKS_PENDING:
            raise WireError(f"more than {_ASKS_PENDING} asks at once")
        task = self._loop.create_task(_answered_later(number, value))
        call.pending[task] = number
        task.add_done_callback(partial(self._answer_came, call))

    def _answer_came(self, call: _Call, task: asyncio.Task[bytes]) -> None:
        if call.pending.pop(task, None) is not None and not self.has_ended:  # else its call was settled before
            self._line.answer(task.result())

    def _told(self, call: _Call, frame: Mapping[str, Any]) -> None:
        operation, arguments = frame["operation"], frame["arguments"]
        if type(operation) is not str or type(arguments) is not dict:
            raise WireError("a tell that is not in order")
        if operation == "checkpoint":
            call.has_checkpoints = True
            return
        try:
            said = self._broker.tell(operation, arguments)
        except Denied as refusal:
            raise WireError(str(refusal)) from refusal
        if not call.future.done():  # its caller is there to hear it
            self._loop.call_soon(call.hear, said)  # before the caller has its reply; what it raises is the loop's, not this wire's

    # --- the network ---------------------------------------------------------------------------------------------------------------

    def was_barred(self, destination: str) -> None:
        """``switchboard.Listener``."""
        self._watch(self._attempt(Act.CONNECT, destination, Source.BROKER))

    def line_broke(self, why: str) -> None:
        """``switchboard.Listener``."""
        self._broken(why)

    def overran(self, reached: Reached | None) -> None:
        """``switchboard.Listener``. What it holds by then is not known, so the guest ends with its connections."""
        culprit = next((call for call in self._calls.values() if call.reached is reached), None)
        error = traffic_exceeded(self._limits, doing=f"running {culprit.tool}" if culprit is not None else self._doing())
        self.finish(error, error, culprit=culprit)

    # --- the end -----------------------------------------------------------------------------------------------------------------

    def _broken(self, why: str) -> SkillpodError:
        """``why`` may quote the guest."""
        said = self._broker.disclosed.redacted_part(why)
        error = WireBroken(f"the guest broke the protocol: {said}", hint="only the skillpod runtime may write to the guest's wire")
        self.finish(error, error)
        return error

    def hung_up(self) -> None:
        """``line.Ear``. It is dying, or it is made to."""
        self._line.hang_up()
        if self._reaper is None:
            self._reaper = self._loop.call_later(_LINGER_SECONDS, self._linger)

    def _linger(self) -> None:
        """It closed its wire and lives on."""
        self._broken("it closed its wire")

    def _exited(self, exited: asyncio.Future[Exit]) -> None:
        """The process is gone. What it had sent before still counts."""
        if not self.has_ended:
            self._line.last_words()
        if not self.has_ended:
            self._exit = exited.result() if not exited.cancelled() and exited.exception() is None else None
            error = explain(self._exit, self._limits, doing=self._doing())
            self.finish(error, error)
        self._free()

    def _doing(self) -> str:
        if not self._is_serving:
            return "it was being started"
        running = sorted({call.tool for call in self._calls.values()})
        return f"running {', '.join(running)}" if running else "it waited for a call"

    def finish(self, error: SkillpodError, own_fault: SkillpodError | None, *, culprit: _Call | None = None) -> None:
        """``flight.Guest``, once: no more reading, no more life. ``own_fault`` is what the guest died of, if it died of itself.

        With a ``culprit``, ``error`` is that call's; the others that shared the guest hear that it was ended."""
        if self.has_ended:
            return
        self.has_ended = True
        self.is_fit = False
        calls, self._calls = self._calls, {}
        used = {call: self.used(call) for call in calls.values()}  # while its clock can be read
        if self._switchboard is not None:
            self._switchboard.close()
        self._fault = error
        self._line.hush()
        self._kill_process()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        shared = GuestDied(f"the guest was ended because of another call: {error}")
        for call, usage in used.items():
            self._settle(call)
            if not call.future.done():
                heard = copy.copy(error if culprit in (None, call) else shared)
                charge(heard, usage)
                call.future.set_exception(heard)
        if not self.gone.done():
            if self._reaper is not None:
                self._reaper.cancel()
            self._reaper = self._loop.call_later(_REAP_SECONDS, self._free)
        self.on_end(self, own_fault)

    def clock(self) -> float:
        """``flight.Guest``."""
        return self._forked.cpu()

    def used(self, call: _Call) -> Usage:
        """``flight.Guest``: what a call without a reply has used; the peak is known only of a guest that ended by itself."""
        if self._switchboard is not None:
            self._switchboard.settle(call.reached)
        cpu = self._forked.cpu() if self._exit is None else self._exit.cpu
        peak = 0 if self._exit is None else self._exit.peak
        return Usage(wall=perf_counter() - call.started, cpu=max(0.0, cpu - call.cpu), peak=peak, reach=self._reach(call))

    def _reach(self, call: _Call) -> Reach:
        """What it reached, for the log and its caller: a name it asked for may have a secret in it."""
        reach, disclosed = call.reached.told(), self._broker.disclosed
        return reach.renamed(disclosed.redacted) if disclosed else reach

    def _settle(self, call: _Call) -> None:
        """It is over, or told to be: nobody waits for what it asked."""
        pending, call.pending = call.pending, {}
        for task in pending:
            task.cancel()
        if call.timer is not None:
            call.timer.cancel()
        if self._switchboard is not None and call.nonce not in self._calls:
            self._switchboard.end(call.reached)

    def _kill_process(self) -> None:
        if not self.gone.done():
            self._forked.kill()

    def _free(self) -> None:
        """Give back every descriptor. After the process has ended, or when nobody said so in time."""
        if self.gone.done():
            return
        if self._reaper is not None:
            self._reaper.cancel()
        self._line.close()
        self.gone.set_result(None)


async def _answered_later(number: int, value: Awaitable[Any]) -> bytes:
    try:
        return _answer_frame(number, await value)
    except (Denied, WireError) as refusal:
        return _refusal_frame(number, refusal)
    except Exception as fault:  # noqa: BLE001  # SAFE: a fault of ours, which the loop tells of; who asked must not wait for it
        asyncio.get_running_loop().call_exception_handler({"message": "an ask was not answered", "exception": fault})
        return _refusal_frame(number, Denied("the host failed to answer; its operator can see why"))


def _answer_frame(number: int, value: Any) -> bytes:
    """Raises WireError for what JSON can't say."""
    return encode({"t": "answer", "id": number, "value": value})


def _refusal_frame(number: int, refusal: Exception) -> bytes:
    return encode({"t": "answer", "id": number, "error": str(refusal)})
