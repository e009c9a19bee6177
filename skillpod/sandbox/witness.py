"""Answers the system calls that no guest may make: always no; and tells what was tried, as the kernel saw it.

Source: seccomp_unotify(2). The kernel holds the thread that called until it is answered here, so a guest learns nothing by waiting but that
it was refused. What a guest tried is not forged by it: the kernel names the caller and the call.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import select
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

from skillpod.model.guest import Act
from skillpod.sandbox.guest.observer import socket_in_words
from skillpod.sandbox.seccomp import told_names

_RECEIVE, _SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, SECCOMP_IOCTL_NOTIF_SEND
_NOTICE = struct.Struct("=QIIiIQ6Q")  # struct seccomp_notif: id, thread, flags, then seccomp_data: number, architecture, address, arguments
_ANSWER = struct.Struct("=QqiI")  # struct seccomp_notif_resp: id, value, error, flags
_NO = -errno.EPERM
_AT_ONCE = 16
_REST = 9
"""After so many at once nobody is heard for so many times as long as they took: guests that do nothing but try cost a tenth of a processor,
whatever one of them costs here, and not all of it."""

_ACTS = {
    "socket": Act.SOCKET,
    "connect": Act.CONNECT,
    "bind": Act.CONNECT,
    "execve": Act.EXECUTE,
    "execveat": Act.EXECUTE,
    "fork": Act.FORK,
    "vfork": Act.FORK,
    "kill": Act.SIGNAL,
    "tkill": Act.SIGNAL,
    "rt_sigqueueinfo": Act.SIGNAL,
    "rt_tgsigqueueinfo": Act.SIGNAL,
    "pidfd_send_signal": Act.SIGNAL,
}
_NAME_LOOKUP = [socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, 0]
"""The socket by which glibc looks for a daemon that caches names (nscd/nscd_helper.c), whenever a user, group or host is looked up: by
``tarfile`` for each file it adds. It is refused like any other and not told, for who hears of every one soon reads none."""

Told = Callable[[int, Act, str], None]
"""Hears of one try: the process on the host, what it did, and the call in words."""


class Witness:
    """Holds the listener of one zygote's filter, from its making to ``close``, on the loop's thread."""

    def __init__(self, listener: int, told: Told) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._told = told
        self._left = _AT_ONCE
        self._spent = 0.0  # seconds, since the last rest
        self._pause: asyncio.TimerHandle | None = None
        self._poll = select.poll()
        self._poll.register(listener, select.POLLIN)
        self._loop.add_reader(listener, self._hear)

    def close(self) -> None:
        """Whoever still waits for an answer is told that the call does not exist. A second call does nothing."""
        if self._listener >= 0:
            self._loop.remove_reader(self._listener)
            if self._pause is not None:
                self._pause.cancel()
            os.close(self._listener)
            self._listener = -1

    def _hear(self) -> None:
        """One notice a wake-up: the kernel gives one without waiting only when the loop has just said that one is there."""
        started = perf_counter()
        self._take_one()
        self._spent += perf_counter() - started
        self._left -= 1
        if not self._left and self._listener >= 0:
            self._loop.remove_reader(self._listener)
            self._pause = self._loop.call_later(_REST * self._spent, self._resume)

    def _take_one(self) -> None:
        ready = [events for _, events in self._poll.poll(0)]
        if not any(events & select.POLLIN for events in ready):
            if ready:  # nobody is left to hear of; an older kernel (6.1, tried) would wait here for ever, and the whole pod with it
                self.close()
            return
        notice = bytearray(_NOTICE.size)
        try:
            fcntl.ioctl(self._listener, _RECEIVE, notice)
        except OSError as fault:
            if fault.errno != errno.ENOENT:  # ENOENT: it was killed while it waited
                self.close()
            return
        call, thread, _, number, _, _, *arguments = _NOTICE.unpack(notice)
        process = _process_of(thread)
        with suppress(OSError):  # killed meanwhile
            fcntl.ioctl(self._listener, _SEND, bytearray(_ANSWER.pack(call, 0, _NO, 0)))
        name = told_names().get(number, f"call {number}")
        if name != "socket" or arguments[:3] != _NAME_LOOKUP:
            self._told(process, _ACTS.get(name, Act.CALL), _in_words(name, arguments))

    def _resume(self) -> None:
        self._pause = None
        self._left, self._spent = _AT_ONCE, 0.0
        self._loop.add_reader(self._listener, self._hear)


def _in_words(name: str, arguments: list[int]) -> str:
    """The call, with the arguments that say what it was for. Pointers are left alone: what they point to can change."""
    if name == "socket":
        family, kind, protocol = (argument & 0xFFFFFFFF for argument in arguments[:3])
        return socket_in_words(family, kind, protocol)
    return name


def _process_of(thread: int) -> int:
    """The process a thread belongs to (proc_pid_status(5), Tgid); the thread's own number when it has ended."""
    try:
        with open(f"/proc/{thread}/status", encoding="ascii", errors="replace") as lines:
            return next((int(line.split()[1]) for line in lines if line.startswith("Tgid:")), thread)
    except OSError:
        return thread
