"""The first process of a program's jail: starts it, hands it its input, passes on what it writes, and says how it ended.

It is forked from a zygote of its own kind once its walls are up, and is process 1 of a pid namespace of its own: it ends with the
program, or is ended by the host, and all that the program ever started ends with it. From the host: ``run {path, argv, environment,
directory, stdin, output}`` and so many bytes of input. To the host: ``wrote {to, data}`` as it comes (1 output, 2 errors; base64), then
once ``ended {status, over}`` or ``failed {why}``. Sources: posix_spawn(3), pid_namespaces(7).
"""

from __future__ import annotations

import os
import select
import signal
import socket
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn

from skillpod.sandbox.wire import Reader, encode

_CHUNK = 48 * 1024  # as many bytes in base64 as a pipe holds
_FIRST_PROCESS = 1


def main(sock: socket.socket, limits: Mapping[str, Any]) -> NoReturn:
    """One program, over ``sock`` (blocking)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # the program may signal it: as its namespace's first process it hears nothing then
    wire = sock.detach()
    reader = Reader(lambda size: os.read(wire, size))
    run = reader.frame()
    if run is None:
        os._exit(0)
    with suppress(OSError, EOFError):  # the host is gone
        _write(wire, _carry_out(wire, reader, run))
    os._exit(0)


def _carry_out(wire: int, reader: Reader, run: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said last."""
    woken = _wake_at_an_end()
    try:
        started = _Started(run)
    except OSError as error:
        return {"t": "failed", "why": _why(error, run["path"])}
    return _Pump(wire, reader, started, run).until_it_ends(woken)


def _why(error: OSError, path: str) -> str:
    """Of a program that is there the kernel says that it is not, when what has to start it isn't (execve(2), ENOENT)."""
    if isinstance(error, FileNotFoundError) and error.filename == path and os.path.exists(path):
        return "the interpreter or loader it names is not in its jail; its operator puts it into the program's `reads`"
    return error.strerror or str(error)


def _wake_at_an_end() -> int:
    """A descriptor that can be read when a child has ended."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, _look_later)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    return woken


def _look_later(number: int, frame: object) -> None:
    """What it is about is read from the descriptor."""


class _Started:
    """The program, and our ends of its pipes; ``stdin`` is -1 where it has no input."""

    def __init__(self, run: Mapping[str, Any]) -> None:
        """Raises OSError."""
        os.chdir(run["directory"])
        self.stdout, out = os.pipe()
        self.stderr, err = os.pipe()
        given, self.stdin = os.pipe() if run["stdin"] else (os.open(os.devnull, os.O_RDONLY), -1)
        self.process = os.posix_spawn(
            run["path"],
            run["argv"],
            run["environment"],
            file_actions=[(os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate((given, out, err))],
            setsid=True,
            setsigmask=(),
            setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},  # Python ignores SIGPIPE, and programs must not
        )
        for end in (given, out, err):
            os.close(end)


class _Pump:
    """Input to the program and output from it, both as they come, and never more than a chunk at once in memory."""

    def __init__(self, wire: int, reader: Reader, started: _Started, run: Mapping[str, Any]) -> None:
        self._wire = wire
        self._reader = reader
        self._started = started
        self._unread: int = run["stdin"]  # of the input, by us
        self._room: int = run["output"]
        self._waiting = b""  # input that the program has not taken
        self._streams = {started.stdout: 1, started.stderr: 2}
        self._poll = select.poll()
        for stream in self._streams:
            self._poll.register(stream, select.POLLIN)
        if started.stdin >= 0:
            os.set_blocking(started.stdin, False)
            self._poll.register(started.stdin, select.POLLOUT)

    def until_it_ends(self, woken: int) -> Mapping[str, Any]:
        """When the program itself has ended, all that it left running is ended, and what was written is taken."""
        self._poll.register(woken, select.POLLIN)
        status: int | None = None
        while status is None or self._streams:
            for descriptor, _ in self._poll.poll():
                if descriptor == woken:
                    os.read(woken, 64)
                    status = self._ended() if status is None else status
                elif descriptor == self._started.stdin:
                    self._feed()
                elif not self._pass_on(descriptor):
                    return {"t": "ended", "status": -signal.SIGKILL, "over": True}
        return {"t": "ended", "status": status, "over": False}

    def _ended(self) -> int | None:
        """Its status, when it is its end that woke us; children it left behind are ours to reap."""
        found: int | None = None
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self._started.process:
                    found = os.waitstatus_to_exitcode(ended[1])
        if found is not None:
            self._end_the_rest()
        return found

    def _end_the_rest(self) -> None:
        """SAFE: only as the first process of a namespace does -1 mean what the program has started, and nobody else; where an operator
        does without that namespace, we wait for what holds the output."""
        if os.getpid() == _FIRST_PROCESS:
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)

    def _feed(self) -> None:
        if not self._waiting and self._unread:
            self._waiting = self._reader.exactly(min(self._unread, _CHUNK))
            self._unread -= len(self._waiting)
        try:
            self._waiting = self._waiting[os.write(self._started.stdin, self._waiting) :]
        except BrokenPipeError:
            self._waiting, self._unread = b"", 0  # it wants no more
        if not self._waiting and not self._unread:
            self._poll.unregister(self._started.stdin)
            os.close(self._started.stdin)

    def _pass_on(self, stream: int) -> bool:
        """False when it writes more than it may."""
        data = os.read(stream, _CHUNK)
        if not data:
            self._poll.unregister(stream)
            os.close(stream)
            del self._streams[stream]
            return True
        if len(data) > self._room:
            return False
        self._room -= len(data)
        _write(self._wire, {"t": "wrote", "to": self._streams[stream], "data": b64encode(data).decode()})
        return True


def _write(wire: int, frame: Mapping[str, Any]) -> None:
    """Raises OSError."""
    view = memoryview(encode(frame))
    while view:
        view = view[os.write(wire, view) :]
