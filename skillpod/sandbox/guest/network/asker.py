"""The guest's end of its line: asks for addresses and connections, from any thread, and takes the descriptors that come back.

Packets of JSON. To the host: ``resolve {id, host, port}``, ``connect {id, ip, port}`` and ``closed {serial}``, which is not answered. From
it, by id: ``addresses``; ``serial`` with a descriptor, whose connection is still being made; or ``error`` in words with a ``kind`` and,
where there is one, a ``code``. Whoever waits reads for all: a thread of its own would count against the skill's."""

from __future__ import annotations

import _socket
import errno
import itertools
import json
import os
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from skillpod.sandbox.guest.walls.descriptors import LINE

_LARGEST = 16 * 1024
_LONGEST_NAME = 255
_GONE = "skillpod: the host has closed the line to the network"

Answer = tuple[Mapping[str, Any], list[int]]


class Asker:
    """One for a guest; made in its zygote, used after the fork."""

    def __init__(self) -> None:
        self._line: _socket.socket | None = None
        self._numbers = itertools.count(1)
        self._turn = threading.Condition()
        self._is_read = False
        self._answers: dict[int, Answer] = {}

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Addresses of a granted host, at this port or (0) at any. Raises PermissionError, socket.gaierror."""
        if len(host) > _LONGEST_NAME or not host.isprintable():  # a lone surrogate is none
            raise socket.gaierror(socket.EAI_NONAME, f"skillpod: {host[:_LONGEST_NAME]!a} is no host name")
        answer, _ = self._ask({"t": "resolve", "host": host, "port": port})
        found: Sequence[str] = answer["addresses"]
        return found

    def connect(self, ip: str, port: int) -> tuple[int, int]:
        """A descriptor whose connection is being made, non-blocking, and the number it is known to the host by. Raises OSError."""
        answer, descriptors = self._ask({"t": "connect", "ip": ip, "port": port})
        if not descriptors:  # there was no room for it here
            self.closed(answer["serial"])
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return descriptors[0], answer["serial"]

    def closed(self, serial: int) -> None:
        """The guest has no descriptor of it any more."""
        self._send({"t": "closed", "serial": serial})

    def _ask(self, question: dict[str, Any]) -> Answer:
        number = next(self._numbers)
        self._send({**question, "id": number})
        answer, descriptors = self._answer(number)
        if "error" in answer:
            raise _fault(answer)
        return answer, descriptors

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            os.write(LINE, json.dumps(message).encode())
        except BrokenPipeError:
            raise ConnectionAbortedError(errno.ECONNABORTED, _GONE) from None

    def _answer(self, number: int) -> Answer:
        with self._turn:
            while number not in self._answers:
                if self._is_read:
                    self._turn.wait()
                else:
                    self._read()
            return self._answers.pop(number)

    def _read(self) -> None:
        """One answer, whoever's it is. The lock is held, and let go of meanwhile."""
        self._is_read = True
        self._turn.release()
        taken: Answer | None = None
        try:
            taken = self._take()
        finally:
            self._turn.acquire()
            self._is_read = False
            if taken is not None:
                self._answers[taken[0]["id"]] = taken
            self._turn.notify_all()

    def _take(self) -> Answer:
        if self._line is None:
            self._line = _socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, LINE)
        data, descriptors, _, _ = socket.recv_fds(self._line, _LARGEST, 1)  # type: ignore[arg-type]  # SAFE: it only calls recvmsg
        if not data:
            raise ConnectionAbortedError(errno.ECONNABORTED, _GONE)
        return json.loads(data), list(descriptors)


def _fault(answer: Mapping[str, Any]) -> OSError:
    words = f"skillpod: {answer['error']}"
    if answer["kind"] == "unresolved":
        return socket.gaierror(answer["code"], words)
    return OSError(answer["code"], words)  # CPython makes the subclass of the number: PermissionError of EACCES
