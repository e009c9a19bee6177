"""What a function in a throw-away process might do, once something in it has got the better of its interpreter."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

SINK = 3


def eat() -> bytes:
    held = []
    while True:
        held.append(bytearray(1 << 20))


def eat_and_hold_on() -> bytes:
    held: list[bytearray] = []
    while True:
        try:
            held.append(bytearray(1 << 20))
        except MemoryError:
            time.sleep(0.01)


def spin() -> bytes:
    while True:
        pass


def spin_deaf() -> bytes:
    for number in (signal.SIGXCPU, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return spin()


def sleep() -> bytes:
    time.sleep(1000)
    return b"late"


def crash() -> bytes:
    return ctypes.string_at(0)


def overflow() -> bytes:
    """Of the C stack, which nothing looks at here."""
    nest: tuple[object, ...] = ()
    for _ in range(1_000_000):
        nest = (nest,)
    return str(hash(nest)).encode()


def abort() -> bytes:
    os.abort()


def leave() -> bytes:
    os._exit(3)


def raise_it() -> bytes:
    raise SystemExit(0)


def leave_without_a_word() -> bytes:
    os._exit(0)


def flood() -> bytes:
    while True:
        os.write(SINK, b"x" * (1 << 16))


def hang_up() -> bytes:
    os.closerange(0, 1000)
    return sleep()


def say_and_stay() -> bytes:
    os.write(SINK, b"said")
    return hang_up()


def look_around() -> bytes:
    """What is within reach, tried."""
    return json.dumps({name: _tried(attempt) for name, attempt in ATTEMPTS.items()}).encode()


def limits() -> bytes:
    names = ("RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NPROC", "RLIMIT_NOFILE")
    return json.dumps({name: resource.getrlimit(getattr(resource, name)) for name in names}).encode()


def descriptors() -> bytes:
    return json.dumps([number for number in range(256) if _is_open(number)]).encode()


def environment() -> bytes:
    return json.dumps(dict(os.environ)).encode()


def _tried(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as refused:
        return type(refused).__name__
    return "done"


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _fork() -> None:
    if not os.fork():
        os._exit(0)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "fork": _fork,
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "connect": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "read a file": lambda: Path("/etc/hostname").read_bytes(),
    "read an environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "list the root": lambda: os.listdir("/"),
    "make a file": lambda: os.open("/tmp/skillpod-throwaway", os.O_CREAT | os.O_WRONLY),
    "kill the parent": lambda: os.kill(os.getppid(), signal.SIGKILL),
    "trace the parent": lambda: os.kill(os.getppid(), 0),
}


def answer(request: bytes) -> bytes:
    """The request back, or what the attack of that name does."""
    if not request.startswith(b"do "):
        return request
    made: bytes = globals()[request.removeprefix(b"do ").decode()]()
    return made


def nothing() -> None:
    """Nothing has to be imported."""


_completed: list[int] = []


def complete() -> None:
    _completed.append(os.getpid())


def completed(_request: bytes) -> bytes:
    """Whether the process that this one was forked from had done what could wait."""
    return b"yes" if os.getppid() in _completed else b"no"


def slow(request: bytes) -> bytes:
    time.sleep(float(request))
    return request
