"""One guest as its zygote hands it out: asked for, forked, killed, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from skillpod.model.guest import Act
from skillpod.sandbox.wire import WireError

_CPUCLOCK_SCHED = 2  # a process's CPU time, all threads; how a clock's id is made of a process id: clock_getcpuclockid(3)


@dataclass(frozen=True, slots=True)
class Exit:
    """How a guest ended. ``status`` is its exit status, or minus the signal that killed it; ``cpu`` in seconds; ``peak`` resident bytes;
    ``domain`` the bytes that all guests together may have, where the kernel ended this one for them, else 0."""

    status: int
    cpu: float = 0.0
    peak: int = 0
    domain: int = 0

    @property
    def signal(self) -> int:
        """The signal that killed it, 0 if none did."""
        return max(0, -self.status)


def _unheard(act: Act, target: str) -> None:
    """Nobody listens."""


@dataclass(slots=True, eq=False)
class Forked:
    """One guest, from its fork on. Who takes it owns it: ``kill`` ends it, ``close`` also frees the host's descriptors.

    ``wire`` is non-blocking, and its first frame is ``walls`` (see ``read_walls``); ``output`` is the non-blocking read end of the
    guest's stdout and stderr; ``exited`` is done when it was reaped, or when its zygote ended. ``process`` is its id on the host, for
    reading its clock only: a signal never goes by number. ``switchboard`` is the non-blocking line on which it asks for connections, where
    it has one. ``on_refused`` hears of system calls the kernel refused it. ``was_killed`` is whether we did it.
    """

    wire: socket.socket
    output: int
    pidfd: int
    exited: asyncio.Future[Exit]
    process: int
    switchboard: socket.socket | None = None
    on_refused: Callable[[Act, str], None] = _unheard
    was_killed: bool = False

    def kill(self) -> None:
        """SIGKILL by pidfd; nothing happens when it has ended."""
        if self.pidfd >= 0:
            self.was_killed = True
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def cpu(self) -> float:
        """CPU seconds used so far, as the kernel counts them; 0.0 once it has ended."""
        if self.process <= 0 or self.exited.done():
            return 0.0
        try:
            return time.clock_gettime(~self.process << 3 | _CPUCLOCK_SCHED)
        except OSError:
            return 0.0

    def close(self) -> None:
        """``exited`` still becomes done. A second call does nothing."""
        self.kill()
        self.wire.close()
        if self.switchboard is not None:
            self.switchboard.close()
        if self.pidfd >= 0:
            os.close(self.output)
            os.close(self.pidfd)
            self.pidfd = self.output = -1


class Asked:
    """A guest that was asked for: both ends of its wire and output, and, ``with_line``, of its line to the network, until its pidfd comes;
    then ``given``, if it could be."""

    def __init__(self, *, with_line: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self._output, self._guest_output = os.pipe()
        self._switchboard: socket.socket | None = None
        self._guest_line: socket.socket | None = None
        try:
            self._wire, self._guest_wire = socket.socketpair()
            if with_line:
                self._switchboard, self._guest_line = _line()
        except OSError:
            os.close(self._output)
            os.close(self._guest_output)
            raise
        self._wire.setblocking(False)
        os.set_blocking(self._output, False)
        self._forked: asyncio.Future[Forked] = loop.create_future()
        self.given: Forked | None = None
        self.exited: asyncio.Future[Exit] = loop.create_future()

    def guest_ends(self) -> tuple[int, ...]:
        """Wire, output and, where it has one, line."""
        line = () if self._guest_line is None else (self._guest_line.fileno(),)
        return (self._guest_wire.fileno(), self._guest_output, *line)

    def close_guest_ends(self) -> None:
        self._guest_wire.close()
        if self._guest_line is not None:
            self._guest_line.close()
        os.close(self._guest_output)

    async def wait(self) -> Forked:
        """Who is cancelled while waiting leaves no guest behind."""
        try:
            return await self._forked
        except asyncio.CancelledError:
            if self._forked.done() and not self._forked.cancelled() and not self._forked.exception():
                self._forked.result().close()
            raise

    def succeed(self, pidfd: int, process: int) -> None:
        forked = self.given = Forked(
            wire=self._wire,
            output=self._output,
            pidfd=pidfd,
            exited=self.exited,
            process=process,
            switchboard=self._switchboard,
        )
        if self._forked.done():
            forked.close()
        else:
            self._forked.set_result(forked)

    def fail(self, error: Exception) -> None:
        self.close()
        if not self._forked.done():
            self._forked.set_exception(error)
            self._forked.exception()  # who asked may have been told another way, or be gone: it is no loose end

    def end(self, how: Exit) -> None:
        if not self.exited.done():  # who waited for it may have been cancelled, and it with them
            self.exited.set_result(how)

    def close(self) -> None:
        """A second call does nothing."""
        self._wire.close()
        if self._switchboard is not None:
            self._switchboard.close()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1


def _line() -> tuple[socket.socket, socket.socket]:
    """Packets, so that a descriptor comes with the answer it belongs to."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    return ours, theirs


def process_of(pidfd: int) -> int:
    """Its id on this side of the pid namespace; -1 when it has ended already (pidfd_open(2), fdinfo). Raises WireError for another kind
    of descriptor, OSError when there is no room to look."""
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("Pid:"):
                return int(line.split()[1])
    raise WireError("a descriptor that is no process")
