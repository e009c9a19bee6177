"""The self-test: before a skill's first byte, each guest tries a few acts that its walls must refuse.

Ubuntu lets ``unshare`` succeed and fails later; Landlock has answered "done" and enforced nothing. A wall is believed when it holds.
"""

from __future__ import annotations

import _socket  # and not socket, whose sockets are made without the kernel where guests have a line
import os
from collections.abc import Callable, Collection, Iterator

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls import root
from skillpod.sandbox.guest.walls.board import Walls
from skillpod.sandbox.guest.walls.volumes import Said

REFUSED = "refused"
_OF_THE_HOST = "/etc/passwd"  # no program is shown anything of /etc
_UNLIKELY = ".skillpod-self-test"

Probe = tuple[str, Callable[[], object], tuple[str, ...]]
"""Its name, what is tried, and the walls of which one refuses it."""


def tried(walls: Walls, *, interpreter: str, parent: int, inherited: Collection[int], volumes: Said) -> dict[str, str]:
    """What must fail, where a wall stands against it: each probe's name and REFUSED, or what happened instead.

    ``interpreter`` is a file of the host's, ``parent`` the zygote, ``inherited`` descriptors of the zygote's that must be closed.
    """
    probes: tuple[Probe, ...] = (
        ("read a file of the host", lambda: _read(interpreter), ("pivot_root", "landlock")),
        ("read a file that is not granted", lambda: _read(root.CANARY), ("landlock",) if walls.stands("pivot_root") else ()),
        ("write to the root", lambda: os.open("/skillpod-was-here", os.O_WRONLY | os.O_CREAT | os.O_EXCL), ("pivot_root", "landlock")),
        ("make a socket", _make_a_socket, ("seccomp",)),
        ("signal the zygote", lambda: kernel.signal_process(parent, 0), ("seccomp",)),
        ("fork", _fork, ("seccomp",)),
        ("make a namespace", lambda: kernel.unshare(kernel.NEWUSER), ("seccomp",)),
        ("use an inherited descriptor", lambda: _any_open(inherited), ("descriptors",)),
        *_of_volumes(volumes),
    )
    return _answers(walls, probes)


def tried_for_programs(walls: Walls, *, inherited: Collection[int], volumes: Said) -> dict[str, str]:
    """As ``tried``, for what starts a program and waits for it: it may fork, and has a pid namespace of its own, in which it is alone."""
    probes: tuple[Probe, ...] = (
        ("read a file of the host", lambda: _read(_OF_THE_HOST), ("pivot_root", "landlock")),
        ("read a file that is not granted", lambda: _read(root.CANARY), ("landlock",) if walls.stands("pivot_root") else ()),
        ("write to the root", lambda: os.open("/skillpod-was-here", os.O_WRONLY | os.O_CREAT | os.O_EXCL), ("pivot_root", "landlock")),
        ("start a file that it wrote", _start_from_scratch, ("scratch_quota",)),
        ("make a socket", _make_a_socket, ("seccomp",)),
        ("make a namespace", lambda: kernel.unshare(kernel.NEWUSER), ("seccomp",)),
        ("find another process", lambda: os.getpgid(2), ("pid_namespace",)),
        ("use an inherited descriptor", lambda: _any_open(inherited), ("descriptors",)),
        *_of_volumes(volumes),
    )
    return _answers(walls, probes)


def _answers(walls: Walls, probes: Collection[Probe]) -> dict[str, str]:
    return {name: _answer(probe) for name, probe, against in probes if any(map(walls.stands, against))}


def _of_volumes(volumes: Said) -> Iterator[Probe]:
    """One a kind: of several volumes the zygote has made each in the same way."""
    places = {volume["access"]: volume["at"] for volume in volumes.values()}
    if "read" in places:
        file = os.path.join(places["read"], _UNLIKELY)
        yield "write to a volume that is read", lambda: os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL), ("pivot_root", "landlock")
    if "write" in places:
        directory = places["write"]
        yield "make a setuid file in a volume", lambda: os.open(directory, os.O_WRONLY | os.O_TMPFILE, 0o4700), ("seccomp",)


def _answer(probe: Callable[[], object]) -> str:
    try:
        probe()
    except OSError:
        return REFUSED
    return "succeeded"


def _make_a_socket() -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)


def _read(path: str) -> None:
    os.read(os.open(path, os.O_RDONLY), 1)


def _start_from_scratch() -> None:
    """Whether it may be: starting it for good would be the last thing that this process does (access(2), of a noexec mount)."""
    place = os.path.join(root.SCRATCH, _UNLIKELY)
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700))
    may_start = os.access(place, os.X_OK)
    os.unlink(place)
    if not may_start:
        raise PermissionError("nothing is started from there")


def _fork() -> None:
    if not os.fork():
        os._exit(0)


def _any_open(numbers: Collection[int]) -> None:
    """Raises OSError when each of them is closed."""
    if not any(map(_is_open, numbers)):
        raise OSError("all closed")


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
