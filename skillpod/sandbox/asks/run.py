"""One run of a program, from the host: forked behind its walls, told what to start, fed, listened to and ended in time.

What it writes is a stranger's bytes: frames are length-checked, and no more is kept than was allowed.
"""

from __future__ import annotations

import asyncio
import binascii
import signal
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from skillpod.errors import WireBroken
from skillpod.model.capability import Lifetime
from skillpod.model.guest import IsolationReport
from skillpod.model.manifest import MIB, Limits
from skillpod.sandbox.asks.asking import Denied
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.reports import read_walls
from skillpod.sandbox.wire import OVERHEAD, Decoder, WireError, encode

_READ = 64 * 1024
_REAP_SECONDS = 2.0
_STATUSES = range(-64, 256)

Fork = Callable[[Limits, Lifetime], Awaitable[Forked]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be started. ``volume`` is the one to start it in, empty for its scratch; ``seconds`` and the limits bound it."""

    name: str
    path: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    volume: str
    stdin: bytes
    seconds: float
    limits: Limits


@dataclass(slots=True)
class Ended:
    """``status`` as subprocess has it; None until it is known."""

    status: int | None = None
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)


async def carry_out(fork: Fork, order: Order, *, since: float) -> tuple[Ended, IsolationReport]:
    """``since`` is when its seconds began, by the loop's clock. Raises Denied where it can't be started, writes too much or takes too
    long; IsolationUnavailable, ProgramUnusable, VolumeUnusable, GuestDied, WireBroken. However it ends, nothing that it started is left."""
    try:
        async with asyncio.timeout_at(since + order.seconds):
            forked = await fork(order.limits, Lifetime.CALL)
            try:
                return await _Run(forked, order).through()
            finally:
                forked.close()
    except TimeoutError:
        raise Denied(f"`{order.name}` took longer than {order.seconds:.3g} s and was ended, with all that it had started") from None


class _Run:
    def __init__(self, forked: Forked, order: Order) -> None:
        self._forked = forked
        self._order = order
        self._decoder = Decoder(OVERHEAD * 2)
        self._room = order.limits.output
        self._ended = Ended()
        self._loop = asyncio.get_running_loop()

    async def through(self) -> tuple[Ended, IsolationReport]:
        try:
            report = await self._report()
            feeding = self._loop.create_task(self._feed(report))
            try:
                while self._ended.status is None:
                    self._hear(await self._frame())
            finally:
                feeding.cancel()
                with suppress(asyncio.CancelledError, OSError):  # it may have ended before it took all its input
                    await feeding
        except WireError as fault:
            raise WireBroken(f"what runs `{self._order.name}` broke the protocol: {fault}") from fault
        return self._ended, report

    async def _report(self) -> IsolationReport:
        """Nothing is started behind walls that are not as they should be."""
        return read_walls(await self._frame())

    async def _feed(self, report: IsolationReport) -> None:
        order = self._order
        place = report.volumes[order.volume]["at"] if order.volume else "."
        run = {
            "t": "run",
            "path": order.path,
            "argv": order.argv,
            "environment": dict(order.environment),
            "directory": place,
            "stdin": len(order.stdin),
            "output": order.limits.output,
        }
        await self._loop.sock_sendall(self._forked.wire, encode(run) + order.stdin)

    async def _frame(self) -> dict[str, Any]:
        """Raises WireError, and Denied when it has ended without a word."""
        while True:
            for frame in self._decoder.frames():
                return frame
            try:
                data = await self._loop.sock_recv(self._forked.wire, _READ)
            except OSError:
                data = b""
            if not data:
                raise Denied(await self._how_it_died())
            self._decoder.feed(data)

    def _hear(self, frame: Mapping[str, Any]) -> None:
        match frame:
            case {"t": "wrote", "to": 1 | 2 as to, "data": str(data)}:
                self._keep(self._ended.stdout if to == 1 else self._ended.stderr, data)
            case {"t": "ended", "status": int(status), "over": False} if status in _STATUSES:
                self._ended.status = status
            case {"t": "ended", "over": True}:
                raise Denied(self._too_much())
            case {"t": "failed", "why": str(why)}:
                raise Denied(f"`{self._order.name}` can't be started: {why[:OVERHEAD]}")
            case _:
                raise WireError("a frame that is none of the protocol's")

    def _keep(self, stream: bytearray, data: str) -> None:
        try:
            written = b64decode(data, validate=True)
        except (binascii.Error, ValueError) as fault:
            raise WireError("output that is no base64") from fault
        self._room -= len(written)
        if self._room < 0:
            raise Denied(self._too_much())
        stream += written

    def _too_much(self) -> str:
        most = self._order.limits.output
        return f"`{self._order.name}` wrote more than {most} bytes and was ended: ask it for less, or raise limits.output in manifest.yaml"

    async def _how_it_died(self) -> str:
        name = self._order.name
        try:
            async with asyncio.timeout(_REAP_SECONDS):
                ended = await asyncio.shield(self._forked.exited)
        except TimeoutError:
            return f"`{name}` ended; how is not known"
        if ended.domain:
            return f"all guests together reached their {ended.domain / MIB:g} MiB of memory, and the kernel ended `{name}`"
        return f"`{name}` was ended from outside ({signal_name(-ended.status) if ended.signal else f'status {ended.status}'})"


def signal_name(number: int) -> str:
    try:
        return signal.Signals(abs(number)).name
    except ValueError:
        return f"signal {abs(number)}"
