"""What connections carried, as the kernel counts it, charged to the calls that run while it passes.

A guest's bytes can't be told apart by call: with several calls in flight each is charged with all of them. What passes while none runs (the
skill is loaded, or a kept connection is read between calls) is charged to the next. Source: tcp(7), TCP_INFO; ``include/uapi/linux/tcp.h``.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from skillpod.model.reach import Traffic
from skillpod.sandbox.asks.asking import Reached

_INFO = 256
_STATE, _ACKED, _RECEIVED, _UNSENT, _SENT, _REPEATED = 0, 120, 128, 144, 200, 208
"""Offsets in struct tcp_info. Of kernels before 4.19 only what was acknowledged is known, and not what was sent."""

_CLOSED = 7
"""TCP_CLOSE: reset, timed out, refused, or ended by both sides."""

_U32, _U64 = struct.Struct("=I"), struct.Struct("=Q")


@dataclass(frozen=True, slots=True)
class Count:
    """Bytes, and whether there is nothing more to come."""

    sent: int
    received: int
    is_over: bool


def read(connection: socket.socket) -> Count:
    """What passed since it was made; what waits to be sent counts as sent."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO)
    if len(info) >= _REPEATED + _U64.size:
        sent = _number(info, _SENT) - _number(info, _REPEATED) + _U32.unpack_from(info, _UNSENT)[0]
    else:
        sent = max(0, _number(info, _ACKED) - 1)  # the first is the SYN's
    return Count(sent=max(0, sent), received=_number(info, _RECEIVED), is_over=info[_STATE] == _CLOSED)


def _number(info: bytes, offset: int) -> int:
    return int(_U64.unpack_from(info, offset)[0])


class Meter:
    """The tallies of one guest's calls. ``limit`` is how many bytes one call may send and receive, together."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: dict[Reached, int] = {}  # bytes so far, of the guest's own connections
        self._between = Reached(0.0)
        self._spent_between = 0

    def begin(self, call: Reached) -> None:
        """It is charged from here on, and with what nobody was charged with yet."""
        call.network.update(self._between.network)
        self._running[call] = self._spent_between
        self._between.network.clear()
        self._spent_between = 0

    def end(self, call: Reached) -> None:
        """A second time does nothing."""
        self._running.pop(call, None)

    def count(self, destination: str, more: Traffic) -> None:
        for call in self._running or (self._between,):
            call.count(destination, more)
            if call is not self._between:
                self._running[call] += more.carried
        if not self._running:
            self._spent_between += more.carried

    def exceeded(self) -> Iterator[Reached | None]:
        """The calls that carried more than they may, with what the host carries for them; None for what was carried between calls.

        A call that the host alone carried for is refused there, in words."""
        yield from [call for call, carried in self._running.items() if carried and call.carried > self._limit]
        if self._spent_between > self._limit:
            yield None
