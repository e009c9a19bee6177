"""The guest's end of the wire."""

from __future__ import annotations

import fcntl
import os
import resource
import select
import socket
import threading
from collections.abc import Mapping
from typing import Any

from skillpod.sandbox.wire import Reader

_ROOM_ABOVE = 4


class Port:
    """The guest's end of the wire: whole frames out under one lock, frames in."""

    def __init__(self, sock: socket.socket) -> None:
        """Takes the socket over."""
        self._descriptor = descriptor = _out_of_the_way(sock)
        self._sending = threading.Lock()
        self._reader = Reader(lambda size: os.read(descriptor, size))
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._cancelled = ""
        self.cap = 0

    def send(self, data: bytes) -> None:
        """Blocks until the host has room. Ends the process when the host is gone."""
        view = memoryview(data)
        with self._sending:
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:
                os._exit(0)

    def take(self) -> dict[str, Any] | None:
        """The next frame; None when the host has closed the wire."""
        try:
            return self._reader.frame()
        except (OSError, EOFError):
            return None

    def exactly(self, size: int) -> bytes:
        return self._reader.exactly(size)

    # --- for a guest that runs one call at a time --------------------------------------------------------------------------------

    def call(self) -> dict[str, Any] | None:
        """The next call; None when the host has closed the wire. That the last one was cancelled may have come too late for it."""
        frame = self.take()
        while frame is not None and frame["t"] == "cancel":
            frame = self.take()
        return frame

    def answer(self, number: int) -> Mapping[str, Any]:
        """The answer to the ask just sent."""
        answer = self._unless_cancel()
        while answer is None:
            answer = self._unless_cancel()
        if answer.get("id") != number:
            os._exit(0)
        return answer

    def is_cancelled(self, nonce: str) -> bool:
        """Whether the host has cancelled this call: all else it may send while none of its answers is due is news of an earlier one."""
        while self._reader.pending or self._poll.poll(0):
            if self._unless_cancel() is not None:
                os._exit(0)
        return self._cancelled == nonce

    def _unless_cancel(self) -> dict[str, Any] | None:
        """The next frame; None when it cancels a call, which is remembered."""
        frame = self.take()
        if frame is None:
            os._exit(0)
        if frame["t"] != "cancel":
            return frame
        self._cancelled = frame["nonce"]
        return None


def _out_of_the_way(sock: socket.socket) -> int:
    """The same socket under a high number, where a skill that closes what it did not open won't meet it by accident."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = min(soft, 4096) - _ROOM_ABOVE
    moved = fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD_CLOEXEC, max(3, highest))
    os.close(sock.detach())
    return moved
