"""The pod's own cgroup v2: found, taken as far as it is delegated, and given back.

Whether it is delegated is learned by trying, never read off a name. A cgroup that has processes can give its children no controllers, so
the pod first moves into a child of its own; the root of all cgroups is exempt. Sources: Linux ``Documentation/admin-guide/cgroup-v2.rst``,
"Delegation" and "No Internal Process Constraint"; cgroups(7); proc_pid_mountinfo(5).
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

POD = "pod"
"""The child the pod itself moves into."""

GUESTS = "skillpod-"
"""How the names begin of those that bound a pod's guests."""

_REASONS = {
    errno.EACCES: "may not be written by this user",
    errno.EPERM: "may not be written by this user",
    errno.EROFS: "is mounted read-only",
    errno.EBUSY: "has other processes in it",
}


@dataclass(frozen=True, slots=True)
class Undelegated:
    """There is no cgroup to bound guests with. ``reason`` is for a person."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A cgroup whose children are ours to make. ``controllers`` are those its children have; ``enabled`` the ones we gave them;
    ``has_moved`` is whether the pod went into its child for that."""

    base: Path
    controllers: frozenset[str]
    enabled: tuple[str, ...]
    has_moved: bool

    def give_back(self) -> None:
        """As it was before, where no other pod uses it. Never raises: what is left is found at the next start."""
        with suppress(OSError):
            if any(child.name.startswith(GUESTS) for child in self.base.iterdir()):
                return  # the kernel would take that pod's bounds away, and say nothing
        for name in self.enabled:
            with suppress(OSError):
                write(self.base / "cgroup.subtree_control", f"-{name}")
        if self.has_moved:
            with suppress(OSError):
                write(self.base / "cgroup.procs", str(os.getpid()))
                (self.base / POD).rmdir()


def find(proc: Path = Path("/proc/self")) -> Path | Undelegated:
    """The directory of this process's own cgroup."""
    try:
        own = next((line[3:] for line in (proc / "cgroup").read_text().splitlines() if line.startswith("0::")), None)
        mounts = (proc / "mountinfo").read_text().splitlines()
    except OSError as fault:
        return Undelegated(f"{proc} can't be read: {fault.strerror}")
    if own is None:
        return Undelegated("this kernel has no cgroup v2")
    for mount in mounts:
        fields, _, kind = mount.partition(" - ")
        root, point = map(_plain, fields.split()[3:5])
        if kind.startswith("cgroup2 ") and PurePosixPath(own).is_relative_to(root) and ".." not in own.split("/"):
            return Path(point) / PurePosixPath(own).relative_to(root)
    return Undelegated(f"no cgroup v2 is mounted here that shows the pod's own ({own})")


def take(base: Path, wanted: Collection[str]) -> Delegation | Undelegated:
    """Give the children of ``base`` those of the ``wanted`` controllers that are there. When that fails nothing has changed."""
    try:
        there = sorted({*(base / "cgroup.controllers").read_text().split()}.intersection(wanted))
        if not there:
            return Undelegated(f"none of the controllers {', '.join(sorted(wanted))} is in cgroup v2 here ({base})")
        if not (base / "cgroup.type").exists():  # only the root of all cgroups has none
            return _enabled(base, there, has_moved=False)
        others = {*(base / "cgroup.procs").read_text().split()}.difference({str(os.getpid())})
        if others:
            return Undelegated(f"{base} {_REASONS[errno.EBUSY]}")
        move_into(base / POD)
        return _enabled(base, there, has_moved=True)
    except OSError as fault:
        return Undelegated(why(base, fault))


def why(path: Path, fault: OSError) -> str:
    """What a person is told of a cgroup that refused."""
    return f"{path} {_REASONS.get(fault.errno or 0, f'refused: {fault.strerror}')}"


def write(path: Path, text: str) -> None:
    """One write(2), as the kernel's files want it; never makes one. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def move_into(child: Path) -> None:
    """Put this process, with all its threads, into a child of its cgroup, made where there is none. Raises OSError with nothing changed."""
    child.mkdir(mode=0o755, exist_ok=True)
    try:
        write(child / "cgroup.procs", str(os.getpid()))
    except OSError:
        with suppress(OSError):  # others are in it
            child.rmdir()
        raise


def _enabled(base: Path, names: list[str], *, has_moved: bool) -> Delegation | Undelegated:
    """One by one: a machine may refuse a single controller (cpu, while real-time tasks run)."""
    before = frozenset((base / "cgroup.subtree_control").read_text().split())
    enabled: list[str] = []
    fault: OSError | None = None
    for name in names:
        try:
            if name not in before:
                write(base / "cgroup.subtree_control", f"+{name}")
                enabled.append(name)
        except OSError as refused:
            fault = refused
    controllers = frozenset(names) & frozenset((base / "cgroup.subtree_control").read_text().split())
    taken = Delegation(base=base, controllers=controllers, enabled=tuple(enabled), has_moved=has_moved)
    if controllers or fault is None:
        return taken
    taken.give_back()
    return Undelegated(why(base, fault))


def _plain(field: str) -> str:
    """Without the octal escapes of mountinfo."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)
