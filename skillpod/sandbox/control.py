"""The zygote's process on the host: started, spoken to over its control socket, listened to, killed and reaped."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from skillpod.errors import IsolationUnavailable
from skillpod.sandbox import bootstrap
from skillpod.sandbox.cgroup import Undelegated
from skillpod.sandbox.domain import Domain, Enter, told
from skillpod.sandbox.wire import WireError, parse

_START_SECONDS = 30.0
_OUTPUT_KEPT = 16 * 1024
_READ = 64 * 1024
_MESSAGES_PER_WAKE = 64

Heard = Callable[[Mapping[str, Any], list[int]], None]
"""Takes a message and its descriptors, or raises WireError for one that is not in order and takes nothing."""


class ZygoteProcess:
    """Messages are JSON objects, one a packet; descriptors ride along (unix(7), SCM_RIGHTS). ``directories`` are inherited by number;
    ``program`` is one of ``bootstrap``'s."""

    def __init__(self, environment: Mapping[str, str], directories: tuple[int, ...] = (), program: str = bootstrap.PLAIN) -> None:
        self._loop = asyncio.get_running_loop()
        self._sending = asyncio.Lock()
        self._room = asyncio.Event()
        self._tail = b""
        self._entering: asyncio.Future[Domain | Undelegated] | None = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._printed, output = os.pipe()
        try:
            self._process = bootstrap.launch(theirs.fileno(), output, environment, directories, program)
        except BaseException:
            self._control.close()
            os.close(self._printed)
            raise
        finally:
            theirs.close()
            os.close(output)
        try:
            self._pidfd = os.pidfd_open(self._process.pid)
        except BaseException:
            self._process.kill()
            self._process.wait()
            self._control.close()
            os.close(self._printed)
            raise
        self._control.setblocking(False)
        os.set_blocking(self._printed, False)
        self._loop.add_reader(self._printed, self._keep_printed)

    async def begin(self, start: Mapping[str, Any], enter: Enter) -> tuple[dict[str, Any], list[int]]:
        """Send it its program, then ``start``; wait for ``ready`` or ``failed``, and what descriptors come along.

        Before it is told to start, so before it forks, it is put into its domain by ``enter``, while its interpreter still loads.

        Raises IsolationUnavailable when it says neither.
        """
        data, descriptors = b"", list[int]()
        self._entering = self._loop.run_in_executor(None, enter, self._process.pid)
        try:
            async with asyncio.timeout(_START_SECONDS):
                for message in await asyncio.to_thread(bootstrap.module_messages, start["entry"]):
                    await self.send(message)
                await self.send({"start": {**start, "cgroup": told(await self._entered())}, "magic": bootstrap.magic()})
                await self._readable()
                data, descriptors, _, _ = socket.recv_fds(self._control, bootstrap.LARGEST, 1)
        except (TimeoutError, OSError):
            pass  # said below, with its own last words
        if not data:
            self._keep_printed()
            said = self._tail.decode(errors="replace").strip().rpartition("\n")[2] or "without a word"
            raise IsolationUnavailable(
                f"the process guests are forked from did not start: {said}",
                at="zygote",
                hint="run `skillpod doctor`; the interpreter must be able to run `python -I -S -E`",
            )
        try:
            return parse(data), descriptors
        except WireError as fault:
            for descriptor in descriptors:
                os.close(descriptor)
            raise IsolationUnavailable(f"the process guests are forked from did not start: it sent {fault}", at="zygote") from fault

    async def send(self, message: Mapping[str, Any], descriptors: tuple[int, ...] = ()) -> None:
        """Raises OSError when the process has ended."""
        data = json.dumps(message).encode()
        async with self._sending:
            while True:
                try:
                    socket.send_fds(self._control, [data], descriptors)
                except BlockingIOError:
                    await self._writable()
                else:
                    return

    @property
    def domain(self) -> Domain | None:
        """What bounds it and all its guests, once it has begun."""
        bound = self._entering.result() if self._entering is not None else None
        return bound if isinstance(bound, Domain) else None

    def listen(self, heard: Heard, ended: Callable[[], None]) -> None:
        """From now on hand over every message, and say when there will be no more: it has ended, or broke the protocol and was killed."""
        self._loop.add_reader(self._control, partial(self._receive, heard, ended))

    async def close(self) -> None:
        """Kill it, and with it every process in its namespace; reap it. A second call does nothing."""
        if self._control.fileno() >= 0:
            self._loop.remove_reader(self._control)
            self._loop.remove_writer(self._control)
            self._control.close()
            self._room.set()  # who waits for it learns that the socket is gone
            self._loop.remove_reader(self._printed)
            os.close(self._printed)
        self._kill()
        try:
            bound = await self._entered()  # before it is reaped: until then its id is nobody else's
        finally:
            await self._reaped()
        if isinstance(bound, Domain):
            await asyncio.to_thread(bound.remove)

    async def _entered(self) -> Domain | Undelegated:
        """Who stops waiting leaves the domain to ``close``."""
        return Undelegated("it never started") if self._entering is None else await asyncio.shield(self._entering)

    def _kill(self) -> None:
        """Not by Popen.kill, which would reap it first if it has ended."""
        if self._pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    async def _reaped(self) -> None:
        if self._pidfd < 0:
            return
        pidfd, self._pidfd = self._pidfd, -1
        done = asyncio.Event()
        self._loop.add_reader(pidfd, done.set)
        try:
            await done.wait()
        finally:
            self._loop.remove_reader(pidfd)
            os.close(pidfd)
            self._process.wait()  # it was killed

    async def _readable(self) -> None:
        there = asyncio.Event()
        self._loop.add_reader(self._control, there.set)
        try:
            await there.wait()
        finally:
            self._loop.remove_reader(self._control)

    async def _writable(self) -> None:
        self._room.clear()
        self._loop.add_writer(self._control, self._room.set)
        try:
            await self._room.wait()
        finally:
            if self._control.fileno() >= 0:
                self._loop.remove_writer(self._control)

    def _receive(self, heard: Heard, ended: Callable[[], None]) -> None:
        for _ in range(_MESSAGES_PER_WAKE):
            try:
                data, descriptors, _, _ = socket.recv_fds(self._control, bootstrap.LARGEST, 1)
            except BlockingIOError:
                return
            except OSError:
                data, descriptors = b"", []
            try:
                heard(parse(data), descriptors)  # no bytes are the end of the file, and no message either
            except WireError:
                for descriptor in descriptors:
                    os.close(descriptor)
                self._loop.remove_reader(self._control)
                self._kill()
                ended()
                return

    def _keep_printed(self) -> None:
        """What it printed is for a person whose zygote does not start; only the end is kept."""
        with suppress(BlockingIOError):
            data = os.read(self._printed, _READ)
            self._tail = (self._tail + data)[-_OUTPUT_KEPT:]
            if not data:
                self._loop.remove_reader(self._printed)
