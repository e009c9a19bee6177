"""The host's end of one guest's line: it answers what the guest asks, makes its connections, and holds each of them until it is closed.

The guest is the enemy. A packet that is not in order breaks the guest; a connection is to an address that was found here for a granted
name, and never to one that the guest names; what it says it has closed is shut down here too, so that saying it gains nothing."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from skillpod.model.manifest import Limits
from skillpod.model.reach import Traffic
from skillpod.sandbox.asks.asking import Reached
from skillpod.sandbox.network.addresses import IP, literal
from skillpod.sandbox.network.dial import Resolver, Unresolved, connect
from skillpod.sandbox.network.gate import Address, Barred, Gate
from skillpod.sandbox.network.meter import Count, Meter, read
from skillpod.sandbox.wire import WireError, parse

_LARGEST = 4096
_BREATH_SECONDS = 0.002
"""When the packets of a line have cost so much more than has passed between them, it rests for as long: it costs the loop at most half its
time, and one that asks less is never held up."""

_ROOM = 8 * 1024
"""Bytes on the line that the guest has not read, for the kernel, which takes twice as many: about twenty answers. A descriptor in one that
is not read is nobody's and counts against this user, who may have no more of these in all than one process may have open."""

_PENDING = 64
_REMEMBERED, _NAMES_OF_ONE = 4096, 64
"""Addresses, and names of one."""

_LOOK_SECONDS = 0.1
_RESOLVE, _CONNECT, _CLOSED = {"t", "id", "host", "port"}, {"t", "id", "ip", "port"}, {"t", "serial"}
_MOST_PORT, _MOST_ID = (1 << 16) - 1, 1 << 53


class Listener(Protocol):
    """Who hears of a guest's line; on the loop's thread."""

    def was_barred(self, destination: str) -> None:
        """The guest asked for a destination that was not granted."""

    def line_broke(self, why: str) -> None:
        """A packet was not in order."""

    def overran(self, call: Reached | None) -> None:
        """More than ``limits.traffic`` passed, in this call, or, None, between calls."""


@dataclass(slots=True)
class _Held:
    """A connection that was handed over, and what of it was counted."""

    socket: socket.socket
    destination: str
    counted: Count = Count(0, 0, is_over=False)  # noqa: RUF009  # SAFE: a frozen value


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the guests of one generation share: its grants, and who looks names up."""

    gate: Gate
    resolver: Resolver


class Switchboard:
    """From its making until ``close``, which closes every connection."""

    def __init__(self, line: socket.socket, exchange: Exchange, listener: Listener, limits: Limits) -> None:
        self._loop = asyncio.get_running_loop()
        self._line = line
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
        self._exchange = exchange
        self._listener = listener
        self._limits = limits
        self._meter = Meter(limits.traffic)
        self._known: dict[IP, dict[str, None]] = {}
        self._held: dict[int, _Held] = {}
        self._serial = 0
        self._pending: set[asyncio.Task[None]] = set()
        self._unsent: deque[tuple[bytes, int | None]] = deque()
        self._owed = 0.0  # seconds of work it cost, less the seconds that have passed since ``_left_off``
        self._left_off = 0.0
        self._rest: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._loop.add_reader(line, self._readable)

    # --- calls -------------------------------------------------------------------------------------------------------------------

    def begin(self, call: Reached) -> None:
        """What passes from now on is charged to it."""
        self._count()
        self._meter.begin(call)

    def settle(self, call: Reached) -> bool:
        """Charge what has passed until now. Whether it is more than the call may."""
        self._count()
        return call in self._meter.exceeded()

    def end(self, call: Reached) -> None:
        self._meter.end(call)

    def close(self) -> None:
        """A second call does nothing."""
        if self._is_closed:
            return
        self._count()
        self._is_closed = True
        self._loop.remove_reader(self._line)
        self._loop.remove_writer(self._line)
        for timer in (self._rest, self._look):
            if timer is not None:
                timer.cancel()
        for task in self._pending:
            task.cancel()
        for held in self._held.values():
            _shut(held.socket)
        self._held.clear()
        self._line.close()

    # --- what the guest asks -----------------------------------------------------------------------------------------------------

    def _readable(self) -> None:
        started = perf_counter()
        try:
            data = self._line.recv(_LARGEST + 1)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._line)
            return
        try:
            self._hear(data)
        except WireError as fault:
            self._listener.line_broke(str(fault))
            return
        owed = max(0.0, self._owed - started + self._left_off)
        self._left_off = perf_counter()
        self._owed = owed + self._left_off - started
        if self._owed > _BREATH_SECONDS and not self._is_closed:
            self._loop.remove_reader(self._line)
            self._rest = self._loop.call_later(self._owed, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self._listen()

    def _listen(self) -> None:
        """Once it has rested, and there is room for answers."""
        if self._rest is None and not self._unsent and not self._is_closed:
            self._loop.add_reader(self._line, self._readable)

    def _hear(self, data: bytes) -> None:
        """Raises WireError."""
        if len(data) > _LARGEST:
            raise WireError("a packet on the line to the network that is too long")
        message = parse(data)
        match message:
            case {"t": "resolve", "id": number, "host": str(host), "port": port} if message.keys() == _RESOLVE:
                self._resolve(_within(number, _MOST_ID), host, _within(port, _MOST_PORT, least=0))
            case {"t": "connect", "id": number, "ip": str(ip), "port": port} if message.keys() == _CONNECT:
                self._connect(_within(number, _MOST_ID), ip, _within(port, _MOST_PORT, least=0))
            case {"t": "closed", "serial": serial} if message.keys() == _CLOSED:
                self._let_go(_within(serial, self._serial))
            case _:
                raise WireError("a packet on the line to the network that is not in order")

    def _resolve(self, number: int, host: str, port: int) -> None:
        try:
            known = self._exchange.resolver.known(self._exchange.gate, host, port)
        except Barred as refusal:
            self._bar(number, refusal)
            return
        if known is not None:
            self._found(number, known)
            return
        if len(self._pending) >= _PENDING:
            raise WireError(f"more than {_PENDING} names asked for at once")
        task = self._loop.create_task(self._resolved(number, host, port))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _resolved(self, number: int, host: str, port: int) -> None:
        try:
            addresses = await self._exchange.resolver.resolve(self._exchange.gate, host, port)
        except Barred as refusal:
            self._bar(number, refusal)
        except Unresolved as fault:
            self._answer({"id": number, "error": str(fault), "kind": "unresolved", "code": fault.code})
        else:
            self._found(number, addresses)

    def _found(self, number: int, addresses: tuple[Address, ...]) -> None:
        for address in addresses:
            self._remember(address)
        self._answer({"id": number, "addresses": [str(address.ip) for address in addresses]})

    def _remember(self, address: Address) -> None:
        """The newest last: it is the one a connection that follows is for."""
        names = self._known.setdefault(address.ip, {})
        names.pop(address.host, None)
        names[address.host] = None
        if len(names) > _NAMES_OF_ONE:
            del names[next(iter(names))]
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]

    def _connect(self, number: int, ip: str, port: int) -> None:
        try:
            address = self._address(ip, port)
        except Barred as refusal:
            self._bar(number, refusal)
            return
        if len(self._held) >= self._limits.connections:
            self._count()  # some may have ended by themselves
        if len(self._held) >= self._limits.connections:
            most = self._limits.connections
            words = f"{most} connections are open, and limits.connections allows no more: close some, or raise it in manifest.yaml"
            self._answer({"id": number, "error": words, "kind": "failed", "code": errno.EMFILE})
            return
        try:
            made = connect(address)
        except OSError as fault:
            self._meter.count(address.destination, Traffic(connections=1))
            self._fail(number, fault)
            return
        self._serial += 1
        self._held[self._serial] = _Held(made, address.destination)
        self._meter.count(address.destination, Traffic(connections=1))
        if self._look is None:
            self._look = self._loop.call_later(_LOOK_SECONDS, self._look_again)
        self._answer({"id": number, "serial": self._serial}, made)

    def _fail(self, number: int, fault: OSError) -> None:
        code = fault.errno or errno.EIO
        self._answer({"id": number, "error": fault.strerror or os.strerror(code), "kind": "failed", "code": code})

    def _address(self, text: str, port: int) -> Address:
        """What was found for a granted name here, newest first, or an address that was granted itself. Raises Barred, WireError."""
        try:
            ip = literal(text)
        except ValueError:
            ip = None
        if ip is None:
            raise WireError("a connection asked for to what is no address")
        gate, refusal = self._exchange.gate, None
        if not port:  # to the gate it stands for any
            raise gate.barred(text, port)
        for host in (*reversed(self._known.get(ip, {})), str(ip)):
            try:
                return gate.address(host, ip, port)
            except Barred as barred:
                refusal = refusal or barred
        raise refusal or gate.barred(text, port)

    def _bar(self, number: int, refusal: Barred) -> None:
        self._meter.count(refusal.destination, Traffic(refused=1))
        self._listener.was_barred(refusal.destination)
        self._answer({"id": number, "error": str(refusal), "kind": "barred", "code": errno.EACCES})

    def _let_go(self, serial: int) -> None:
        held = self._held.pop(serial, None)
        if held is not None:  # else it had ended by itself
            with suppress(OSError):
                held.socket.shutdown(socket.SHUT_RDWR)
            self._charge(held)
            held.socket.close()

    # --- answers -----------------------------------------------------------------------------------------------------------------

    def _answer(self, message: Mapping[str, Any], connection: socket.socket | None = None) -> None:
        """Now, or when the guest has room for it; until then it is not listened to."""
        if self._is_closed:
            return
        serial = int(message["serial"]) if connection is not None else None
        data = json.dumps(message).encode()
        if self._unsent or not self._sent(data, serial):
            self._unsent.append((data, serial))
            self._loop.remove_reader(self._line)
            self._loop.add_writer(self._line, self._writable)

    def _sent(self, data: bytes, serial: int | None) -> bool:
        """False when there is no room. A line that is broken takes all: the guest's end is noticed elsewhere."""
        held = self._held.get(serial) if serial is not None else None
        try:
            socket.send_fds(self._line, [data], [held.socket.fileno()] if held is not None else [])
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as fault:
            if serial is None or fault.errno != errno.ETOOMANYREFS:
                return True
            # As many descriptors are on their way to somebody, unread, as this user may have.
            self._let_go(serial)
            error = {"id": json.loads(data)["id"], "error": "the host can hand over no connection now", "kind": "failed"}
            return self._sent(json.dumps(error | {"code": errno.EMFILE}).encode(), None)
        return True

    def _writable(self) -> None:
        while self._unsent and self._sent(*self._unsent[0]):
            self._unsent.popleft()
        if not self._unsent:
            self._loop.remove_writer(self._line)
            self._listen()

    # --- counting ----------------------------------------------------------------------------------------------------------------

    def _look_again(self) -> None:
        self._look = None
        self._count()
        over = list(self._meter.exceeded())
        if over:
            self._listener.overran(over[0])
        elif self._held and not self._is_closed:
            self._look = self._loop.call_later(_LOOK_SECONDS, self._look_again)

    def _count(self) -> None:
        for serial, held in tuple(self._held.items()):
            if self._charge(held).is_over:
                del self._held[serial]
                held.socket.close()

    def _charge(self, held: _Held) -> Count:
        before, now = held.counted, read(held.socket)
        held.counted = now
        if now != before:
            self._meter.count(held.destination, Traffic(sent=max(0, now.sent - before.sent), received=now.received - before.received))
        return now


def _within(number: object, most: int, *, least: int = 1) -> int:
    """Raises WireError for another number, and for what is none."""
    if type(number) is not int or not least <= number <= most:
        raise WireError("a packet on the line to the network that is not in order")
    return number


def _shut(connection: socket.socket) -> None:
    """For whoever else holds it, too."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
