"""Keeps what the skill tries that reaches beyond itself, as CPython's own audit events tell it (PEP 578), for the next reply.

Best effort, and no wall: native code raises no event, and a skill that knows of this can fool it. The kernel's word is the witness's.
"""

from __future__ import annotations

import enum
import os
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from skillpod.sandbox.guest.faults import clean

MOST = 32
"""How many different things are kept between two replies."""
LONGEST = 200
"""Characters of one of them."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_OWN = ("/scratch", "/tmp", "/dev/null", "/dev/zero", "/dev/urandom", "/usr/share/zoneinfo", "/usr/lib", "/lib", "/lib64")  # noqa: S108  # SAFE: compared with, never opened
_IN_MEMORY = ":memory:"
_NO_PLACE = frozenset({"/", f"/{_IN_MEMORY}"})  # its root, and what sqlite3 keeps in memory
_MPTCP = 262

Words = tuple[str, str]
"""An act, as ``skillpod.model.guest.Act`` names it, and what it was done to."""


class Observer:
    """``install`` once; ``take`` hands out what was seen since. ``library`` are directories of the interpreter's, of no interest here;
    ``volumes`` those that were granted, of which it is told that they were used, and not each file: a thousand would hide what else was
    tried. With ``has_line`` connections are the host's to tell of, and what sockets of ours refuse is told by them."""

    def __init__(self, library: Sequence[str], volumes: Iterable[str] = (), *, has_line: bool = False) -> None:
        self._places = frozenset((*_OWN, *library))
        self._below = tuple(f"{place}/" for place in self._places)
        self._volumes = tuple(volumes)
        self._seen: dict[Words, None] = {}
        self._events: dict[str, Callable[[tuple[Any, ...]], Words | None]] = {
            "open": self._opened,
            **dict.fromkeys(("os.listdir", "os.scandir", "os.chdir"), self._read),
            **dict.fromkeys(_WRITES, lambda event: self._outside("write", event[0])),
            **dict.fromkeys(_WRITES_IN, lambda event: self._outside("write", event[0], event[-1])),
            "os.rename": lambda event: self._outside("write", event[0], event[2]) or self._outside("write", event[1], event[3]),
            "os.link": lambda event: self._outside("write", event[1], event[3]) or self._outside("open", event[0], event[2]),
            "os.symlink": lambda event: self._outside("write", event[1], event[2]),
            "sqlite3.connect": lambda event: self._outside("open", _database(_text(event[0]))),
            **dict.fromkeys(("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"), _connected),
            **dict.fromkeys(("socket.getaddrinfo", "socket.gethostbyname", "http.client.connect"), _resolved),
            "socket.__new__": lambda event: _made(*event[1:]),
            "subprocess.Popen": lambda event: ("execute", _text(event[0])),
            **dict.fromkeys(("os.exec", "os.posix_spawn", "os.system"), lambda event: ("execute", _text(event[0]))),
            **dict.fromkeys(("os.fork", "os.forkpty"), lambda event: ("fork", "fork")),
            **dict.fromkeys(("os.kill", "os.killpg"), lambda event: ("signal", f"signal {event[1]} to process {event[0]}")),
            "ctypes.dlopen": lambda event: ("load", _text(event[0]) or "the C library"),
        }
        if has_line:
            for name in ("http.client.connect", "socket.__new__"):
                del self._events[name]
            self._events["skillpod.refused"] = lambda event: (_text(event[0]), _text(event[1]))

    def install(self) -> None:
        """From now on, for good: a hook can't be taken out again (sys.addaudithook)."""
        events, keep = self._events, self._keep

        def hook(name: str, event: tuple[Any, ...]) -> None:
            if name in events:
                keep(name, event)

        sys.addaudithook(hook)

    def take(self) -> list[Words]:
        """What was seen since the last time, in its order; it is forgotten here."""
        if not self._seen:
            return []
        seen, self._seen = self._seen, {}
        return list(seen)

    def _keep(self, name: str, event: tuple[Any, ...]) -> None:
        try:
            words = self._events[name](event)
            if words is not None and len(self._seen) < MOST:
                self._seen[words[0], clean(words[1])[:LONGEST]] = None
        except Exception:  # noqa: BLE001, S110  # SAFE: a path may be the skill's own class; what it does must not depend on being seen
            pass

    def _opened(self, event: tuple[Any, ...]) -> Words | None:
        path, mode, flags = event
        is_writing = flags & _WRITING if mode is None else any(letter in mode for letter in "wax+")
        return self._outside("write" if is_writing else "open", path, _UNTOLD if mode is None else None)  # None: it is os.open

    def _read(self, event: tuple[Any, ...]) -> Words | None:
        return self._outside("open", event[0])

    def _outside(self, act: str, path: object, directory: object = None) -> Words | None:
        """None for what is the guest's own, and for a descriptor, or what lies in the ``directory`` of one: that was opened before."""
        if path is None or isinstance(path, int):
            return None
        name = _text(path)
        if directory not in (None, _NO_DIRECTORY) and not name.startswith(("/", "..")):
            return None
        place = os.path.abspath(name)
        if place in self._places or place in _NO_PLACE or place.startswith(self._below):
            return None
        return act, next((volume for volume in self._volumes if place.startswith(f"{volume}/")), place)


_NO_DIRECTORY, _UNTOLD = -1, 0
"""In place of ``dir_fd``: there was none; and what os.open may have had, of which its event says nothing."""

_WRITES = ("os.truncate", "os.setxattr", "os.removexattr")
_WRITES_IN = ("os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.utime", "shutil.rmtree")
"""Of which the last argument is ``dir_fd``."""


def _database(name: str) -> str:
    """The file of a database that may be named by a URI (https://sqlite.org/uri.html); ``:memory:`` for one without."""
    if not name.startswith("file:"):
        return name
    path, _, options = name.removeprefix("file:").partition("#")[0].partition("?")
    if "mode=memory" in options.split("&"):
        return _IN_MEMORY
    return f"/{path[2:].partition('/')[2]}" if path.startswith("//") else path


def socket_in_words(family: int, kind: int, protocol: int) -> str:
    """``socket AF_INET SOCK_STREAM``: in the words the host uses, too."""
    words = f"socket {_name(socket.AddressFamily, family)} {_name(socket.SocketKind, kind & 0xF)}"
    return f"{words} IPPROTO_MPTCP" if protocol == _MPTCP else words


def _name(names: type[enum.IntEnum], number: int) -> str:
    return names(number).name if number in set(names) else str(number)


def _made(family: int, kind: int, protocol: int) -> Words | None:
    """A local one is made of a socketpair, or is nothing before it connects."""
    return None if family == socket.AF_UNIX else ("socket", socket_in_words(family, kind, protocol))


def _connected(event: tuple[Any, ...]) -> Words:
    address = event[1]
    if isinstance(address, tuple) and len(address) > 1:
        return "connect", f"{_text(address[0])}:{_text(address[1])}"
    return "connect", _text(address)


def _resolved(event: tuple[Any, ...]) -> Words:
    """(host, port, ...), after the connection itself where there is one."""
    host, *rest = event if isinstance(event[0], str | bytes) or event[0] is None else event[1:]
    port = rest[0] if rest else None
    return "connect", _text(host) if port is None else f"{_text(host)}:{_text(port)}"


def _text(value: object) -> str:
    """A path, name or number in words; of the skill's own only what makes its object a path (``__fspath__``) is run for it."""
    if type(value) is str:
        return value
    if type(value) is bytes:
        return os.fsdecode(value)
    if type(value) is int:
        return str(value)
    if type(value) in (list, tuple):
        return _text(value[0]) if value else ""  # type: ignore[index]  # SAFE: of exactly these two types
    return str(os.fspath(value)) if isinstance(value, os.PathLike) else ""
