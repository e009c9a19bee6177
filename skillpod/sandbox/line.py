"""The bytes between host and one guest, without ever waiting on it: frames in as fast as the loop can spare, bytes out as it takes them,
and what it prints.

A wake-up of the loop reads at most one chunk, handles at most a few frames of it, and stops earlier when one of them was long work.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from contextlib import suppress
from time import perf_counter
from typing import Any, Protocol

from skillpod.model.manifest import MIB
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.output import Output
from skillpod.sandbox.wire import Decoder, FrameTooLarge, WireError

_CHUNK = 64 * 1024
_FRAMES_PER_WAKE = 16
_BREATH_SECONDS = 0.002
"""For so long a guest is not listened to after so many frames at once, and when it has cost more than this for as long as that: one that
floods us with log records costs a tenth of a processor, one that sends what is long work half of one."""

_PRINT_SECONDS, _PRINT_REST = 0.001, 10
"""What a guest prints is taken for so long, and then left alone for so many times as long: its pipe is full meanwhile, and it waits."""

_UNSENT_CAP = 1 * MIB  # a guest that asks and does not read the answers is not listened to meanwhile
_LAST_CHUNKS = 8  # more than a dead guest can have left in a socket; one that is only said to be dead could go on for ever


class Ear(Protocol):
    """Who hears what comes in; on the loop's thread."""

    @property
    def is_busy(self) -> bool:
        """Whether the guest has anything to do for us: only then is it given time to breathe between frames."""

    def hear(self, frame: dict[str, Any]) -> None:
        """One frame, in order. Raises WireError."""

    def caught_up(self, pending: int) -> None:
        """Every whole frame that came was heard; so many bytes are left of the next."""

    def broken(self, fault: WireError) -> None:
        """The bytes are no frame, a frame was not in order, or one is too large. Nothing after it means anything."""

    def hung_up(self) -> None:
        """The guest has closed its end."""


class Line:
    """From its making until ``close``. ``cap`` is the longest frame taken, in bytes."""

    def __init__(self, forked: Forked, ear: Ear, *, cap: int, output: Output) -> None:
        self._loop = asyncio.get_running_loop()
        self._forked = forked
        self._ear = ear
        self._output = output
        self._decoder = Decoder(cap)
        self._unsent: deque[memoryview] = deque()
        self._is_clogged = False  # it left too many answers unread
        self._is_hushed = False
        self._owed = 0.0  # seconds of work it cost, less the seconds that have passed since ``_left_off``
        self._left_off = 0.0
        self._breath: asyncio.TimerHandle | None = None
        self._printed = 0.0  # seconds that taking what it prints took, since the last rest from it
        self._print_rest: asyncio.TimerHandle | None = None
        self._loop.add_reader(forked.wire, self._readable)
        self._loop.add_reader(forked.output, self._drain)

    @property
    def pending(self) -> int:
        """How many bytes came and were not heard yet."""
        return self._decoder.pending

    def send(self, data: bytes) -> None:
        """Now, or when the guest has room for them."""
        view = memoryview(data)
        if not self._unsent:
            view = view[self._write(view) :]
            if not view or self._is_hushed:
                return
            self._loop.add_writer(self._forked.wire, self._writable)
        self._unsent.append(view)

    def answer(self, data: bytes) -> None:
        """As ``send``, for what the guest asked: while it leaves too many answers unread, it is not listened to."""
        self.send(data)
        if self._unsent and sum(map(len, self._unsent)) > _UNSENT_CAP:
            self._is_clogged = True
            self._loop.remove_reader(self._forked.wire)

    def hang_up(self) -> None:
        """It has closed its end, and is not listened to any more."""
        self._loop.remove_reader(self._forked.wire)

    def hush(self) -> None:
        """Neither hear nor send anything more."""
        self._is_hushed = True
        self._loop.remove_reader(self._forked.wire)
        if self._unsent:
            self._loop.remove_writer(self._forked.wire)
            self._unsent.clear()

    def last_words(self) -> None:
        """What a guest that is gone had sent before it went."""
        try:
            with suppress(OSError):
                for _ in range(_LAST_CHUNKS):
                    self._decoder.feed(self._forked.wire.recv(_CHUNK))
            for frame in self._decoder.frames():
                self._ear.hear(frame)
        except WireError as fault:
            self._ear.broken(fault)

    def close(self) -> None:
        """Keep what it printed last, and give every descriptor back."""
        if self._print_rest is not None:
            self._print_rest.cancel()
        for _ in range(2):  # a pipe holds at most 64 KiB here; a child that outlived the guest can't keep us
            with suppress(OSError):
                self._output.write(os.read(self._forked.output, _CHUNK))
        self._loop.remove_reader(self._forked.output)
        self._forked.close()

    # --- in ------------------------------------------------------------------------------------------------------------------------

    def _readable(self) -> None:
        try:
            data = self._forked.wire.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._ear.hung_up()
            return
        try:
            self._decoder.feed(data)
        except FrameTooLarge as fault:
            self._ear.broken(fault)
        else:
            self._hear_frames()

    def _hear_frames(self) -> None:
        left, started = _FRAMES_PER_WAKE, perf_counter()
        owed = max(0.0, self._owed - started + self._left_off)
        try:
            for frame in self._decoder.frames():
                self._ear.hear(frame)
                left -= 1
                if self._is_hushed or self._is_clogged:
                    return
                costs = owed + perf_counter() - started
                if not left or (costs > _BREATH_SECONDS and self._ear.is_busy):
                    self._breathe(max(costs, _BREATH_SECONDS))
                    return
        except WireError as fault:
            self._ear.broken(fault)
        else:
            self._ear.caught_up(self._decoder.pending)
        finally:
            self._left_off = perf_counter()
            self._owed = owed + self._left_off - started

    def _breathe(self, seconds: float) -> None:
        self._loop.remove_reader(self._forked.wire)
        self._breath = self._loop.call_later(seconds, self._breathed)

    def _breathed(self) -> None:
        self._breath = None
        self._resume()

    def _resume(self) -> None:
        """Go on with what was read before, and listen again, once there is breath and room for answers."""
        if self._is_hushed or self._breath is not None or self._is_clogged:
            return
        self._loop.add_reader(self._forked.wire, self._readable)
        self._hear_frames()

    # --- out -----------------------------------------------------------------------------------------------------------------------

    def _write(self, view: memoryview) -> int:
        """How many bytes the kernel took. A broken wire takes all: the guest's end is noticed elsewhere."""
        try:
            return self._forked.wire.send(view)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            return len(view)

    def _writable(self) -> None:
        view = self._unsent.popleft()
        rest = view[self._write(view) :]
        if rest:
            self._unsent.appendleft(rest)
        elif not self._unsent:
            self._loop.remove_writer(self._forked.wire)
            self._is_clogged = False
            self._resume()

    def _drain(self) -> None:
        started = perf_counter()
        try:
            data = os.read(self._forked.output, _CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._forked.output)
            return
        self._output.write(data)
        self._printed += perf_counter() - started
        if self._printed > _PRINT_SECONDS:
            self._loop.remove_reader(self._forked.output)
            self._print_rest = self._loop.call_later(_PRINT_REST * self._printed, self._listen_to_prints)

    def _listen_to_prints(self) -> None:
        self._print_rest, self._printed = None, 0.0
        self._loop.add_reader(self._forked.output, self._drain)
