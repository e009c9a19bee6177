"""What attackers share. The text of this file is the head of every attacking skill's handler: the standard library only."""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Mapping
from typing import Any

NUMBERS: Mapping[str, int] = {}
"""System calls by name; each skill's handler fills them in for its machine."""


def system_call(name: str, *arguments: Any) -> int:
    """By its number, past what the C library checks. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    answer: int = libc.syscall(ctypes.c_long(NUMBERS[name]), *words)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def volume(given: Mapping[str, Any], name: str) -> str:
    """Where a volume is: below /volumes, or at its path on the host for a guest that has no root of its own."""
    place = f"/volumes/{name}"
    return place if os.path.isdir(place) else str(given["volumes"][name])


def wire() -> int:
    """The descriptor of the guest's line to the host, wherever the runtime has put it."""
    for number in range(4096, 2, -1):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            continue
    raise LookupError("there is no socket")


def nonce() -> str:
    """That of the call which is running, out of the runtime's own frames."""
    at = sys._getframe()
    while not hasattr(at.f_locals.get("call"), "_nonce"):
        assert at.f_back is not None
        at = at.f_back
    found: str = at.f_locals["call"]._nonce
    return found


def result(known: str, value: str) -> bytes:
    """The frame that answers the call of a nonce with a value, which is JSON."""
    body = f'{{"t":"result","nonce":"{known}","cpu":0,"peak":1,"value":{value}}}'.encode()
    return len(body).to_bytes(4, "big") + body


def send(frame: bytes) -> None:
    left = memoryview(frame)
    while left:
        left = left[os.write(wire(), left) :]
