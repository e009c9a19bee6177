"""One cgroup around all guests of a pod, which bounds them together, and in it one for each zygote, which tells whose guest was too much.

A zygote is put in before it forks anything, so every guest is born there and no fork pays for it (attaching a process waits for an RCU
grace period: 8 to 22 ms, measured). Source: Linux ``Documentation/admin-guide/cgroup-v2.rst``, "Memory Interface Files", "PID" and "CPU".
"""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import secrets
import select
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from skillpod.model.domain import DomainBounds
from skillpod.sandbox import cgroup
from skillpod.sandbox.cgroup import GUESTS, Delegation, Undelegated, write

_GIB, _MIB = 1024**3, 1024**2
_PERIOD = 100_000  # microseconds; the kernel's own default for cpu.max
_ENDING_SECONDS = 2.0
_NAME = re.compile(rf"{GUESTS}[0-9a-f]{{8}}")
_WORDS: Mapping[str, Callable[[DomainBounds], str]] = {
    "memory": lambda bounds: f"memory {size_in_words(bounds.memory or 0)}",
    "pids": lambda bounds: f"{bounds.processes} processes and threads",
    "cpu": lambda bounds: f"{bounds.cpu:g} processors",
}


class Bounded:
    """The cgroup of all guests of one pod. ``held`` says in words which bounds hold, ``memory`` is that of memory in bytes, ``processes``
    that of processes and threads; 0 for none. It is this pod's for as long as its lock is held: see ``remove_leftovers``."""

    def __init__(self, path: Path, lock: int, *, held: str, memory: int = 0, processes: int = 0) -> None:
        self._path = path
        self._lock = lock
        self._numbers = itertools.count(1)
        self._claimed = 0
        self.held = held
        self.memory = memory
        self.processes = processes

    def enter(self, process: int) -> Domain | Undelegated:
        """A new cgroup in it, and the process there, read back."""
        path = self._path / f"domain-{next(self._numbers)}"
        try:
            path.mkdir()
            write(path / "cgroup.procs", str(process))
            if str(process) not in (path / "cgroup.procs").read_text().split():
                raise OSError(f"process {process} did not stay in it")
        except OSError as fault:
            _remove(path)
            return Undelegated(cgroup.why(path, fault) if fault.errno else str(fault))
        return Domain(path, self)

    def claim_shortage(self) -> bool:
        """Whether ``memory`` was reached once more than was claimed before."""
        is_new = _counted(self._path, "oom") > self._claimed
        self._claimed += is_new
        return is_new

    def remove(self) -> None:
        """End whatever is left in it, then take it away. What can't be removed now is found by the next pod that starts."""
        try:
            _remove(self._path)
        finally:
            os.close(self._lock)


class Domain:
    """The cgroup of one zygote and its guests. ``bounds`` holds them, together with all others."""

    def __init__(self, path: Path, bounds: Bounded) -> None:
        self._path = path
        self._claimed = 0
        self.bounds = bounds

    def claim_killed(self) -> bool:
        """Whether the kernel ended a process of this domain because all together reached their bound, one that nobody claimed before.

        ``oom_kill`` is counted where the process was, and also counts what the machine's own shortage ended; ``oom`` where the bound was
        the reason.
        """
        is_new = _counted(self._path, "oom_kill") > self._claimed and self.bounds.claim_shortage()
        self._claimed += is_new
        return is_new

    def remove(self) -> None:
        """End whatever is left in it, then take it away. A second call does nothing."""
        _remove(self._path)


Enter = Callable[[int], Domain | Undelegated]
"""Put a process into a new bounded cgroup. Called from a thread of its own."""


def unbounded(process: int) -> Undelegated:
    """Who forks guests without a pod around them bounds each, and not all together."""
    return Undelegated("it was not asked for")


class Domains:
    """Makes the domains of one pod, in the pod's own cgroup, as far as that is delegated. Each method waits for the kernel, 10 ms or more:
    not for the loop's thread."""

    def __init__(self, bounds: DomainBounds, *, find: Callable[[], Path | Undelegated] = cgroup.find) -> None:
        self._bounds = bounds
        self._find = find
        self._taking = threading.Lock()
        self._delegation: Delegation | None = None
        self._bounded: Bounded | Undelegated | None = None

    def open(self) -> None:
        """Take the pod's cgroup, once. Before the first zygote is started: in the same cgroup it would be what stands in the way."""
        with self._taking:
            if self._bounded is None:
                self._bounded = self._take()

    def enter(self, process: int) -> Domain | Undelegated:
        """A new domain around this process, which must not have forked yet."""
        if self._bounded is None:
            raise RuntimeError("open them before a zygote is started")
        return self._bounded if isinstance(self._bounded, Undelegated) else self._bounded.enter(process)

    def close(self) -> None:
        """Give the pod's cgroup back, ending what is left in its domains."""
        with self._taking:
            if isinstance(self._bounded, Bounded):
                self._bounded.remove()
            if self._delegation is not None:
                self._delegation.give_back()
            self._bounded = self._delegation = None

    def _take(self) -> Bounded | Undelegated:
        base = self._find()
        if isinstance(base, Undelegated):
            return base
        remove_leftovers(base)
        taken = cgroup.take(base, wanted(self._bounds))
        if isinstance(taken, Undelegated):
            return taken
        self._delegation = taken
        return make(taken, with_memory(self._bounds, base))


def make(delegation: Delegation, bounds: DomainBounds) -> Bounded | Undelegated:
    """A cgroup with those of the bounds that its controllers can hold, each read back."""
    held = [name for name in wanted(bounds) if name in delegation.controllers]
    try:
        path, lock = _new(delegation.base)
    except OSError as fault:
        return Undelegated(cgroup.why(delegation.base, fault))
    try:
        for file, value in settings(bounds, held).items():
            _set(path / file, value)
        if "memory" in held:
            write(path / "cgroup.subtree_control", "+memory")  # so that each domain counts its own dead
    except OSError as fault:
        _remove(path)
        os.close(lock)
        return Undelegated(cgroup.why(path, fault) if fault.errno else str(fault))
    missing = [name for name in wanted(bounds) if name not in held]
    return Bounded(
        path,
        lock,
        held=in_words(bounds, held, missing),
        memory=bounds.memory or 0 if "memory" in held else 0,
        processes=bounds.processes if "pids" in held else 0,
    )


def wanted(bounds: DomainBounds) -> list[str]:
    """The controllers that these bounds need."""
    return ["memory", "pids", *(["cpu"] if bounds.cpu else [])]


def with_memory(bounds: DomainBounds, base: Path) -> DomainBounds:
    """Bounds whose memory is a number: three quarters of the machine's, or of the container's where that has less."""
    if bounds.memory is not None:
        return bounds
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for place in (base, *base.parents):
        with suppress(OSError, ValueError):  # the root has no such file, and "max" is no number
            there = min(there, int((place / "memory.max").read_text()))
    return DomainBounds(memory=there // 4 * 3, processes=bounds.processes, cpu=bounds.cpu)


def settings(bounds: DomainBounds, held: list[str]) -> dict[str, str]:
    """What is written into which file. A guest that is too much for all dies alone (``oom.group``), and nothing of it goes to disk."""
    files: dict[str, str] = {}
    if "memory" in held:
        files |= {"memory.max": str(bounds.memory), "memory.swap.max": "0", "memory.oom.group": "0"}
    if "pids" in held:
        files["pids.max"] = str(bounds.processes)
    if "cpu" in held and bounds.cpu:
        files["cpu.max"] = f"{round(bounds.cpu * _PERIOD)} {_PERIOD}"
    return files


def in_words(bounds: DomainBounds, held: list[str], missing: list[str]) -> str:
    """``memory 4 GiB, 1024 processes and threads; no cpu controller here``."""
    said = ", ".join(_WORDS[name](bounds) for name in held)
    return f"{said}; no {' or '.join(missing)} controller here" if missing else said


def size_in_words(size: int) -> str:
    return f"{size / _GIB:.3g} GiB" if size >= _GIB else f"{size / _MIB:.3g} MiB"


def remove_leftovers(base: Path) -> None:
    """Cgroups whose pod was killed. Who lives holds a lock on its own, so that no pod takes another's away."""
    with suppress(OSError):
        for path in [path for path in base.iterdir() if _NAME.fullmatch(path.name)]:
            with suppress(OSError):
                lock = _locked(path)
                try:
                    _remove(path)
                finally:
                    os.close(lock)


def _new(base: Path) -> tuple[Path, int]:
    """A new cgroup that is locked for as long as this process lives. Mode 0700: nobody else can open it, so nobody else can lock it."""
    while True:
        path = base / f"{GUESTS}{secrets.token_hex(4)}"
        path.mkdir(mode=0o700)
        with suppress(BlockingIOError, FileNotFoundError):  # a pod that starts in this moment took it for a leftover
            lock = _locked(path)
            if path.exists():
                return path, lock
            os.close(lock)


def _locked(path: Path) -> int:
    """Raises BlockingIOError when it is locked, FileNotFoundError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _set(file: Path, value: str) -> None:
    """Raises OSError when the kernel did not keep it. Files that guard what this kernel has not (swap) may be absent."""
    if file.name == "memory.swap.max" and not file.exists():
        return
    write(file, value)
    kept = file.read_text().strip()
    if kept != value and not _is_near(kept, value):
        raise OSError(f"{file} was not kept: {kept} instead of {value}")


def _is_near(kept: str, value: str) -> bool:
    """Memory is counted in pages."""
    return kept.isdigit() and value.isdigit() and 0 <= int(value) - int(kept) < os.sysconf("SC_PAGE_SIZE")


def _remove(path: Path) -> None:
    """Kill, wait until the kernel says that it is empty, remove; what it has in it first."""
    with suppress(OSError):  # before Linux 5.14 there is none: the guests died with their zygote
        write(path / "cgroup.kill", "1")
    with suppress(OSError), open(path / "cgroup.events", "rb", buffering=0) as events:
        poll, until = select.poll(), time.monotonic() + _ENDING_SECONDS
        poll.register(events, select.POLLPRI)
        while b"populated 1" in events.read() and (left := until - time.monotonic()) > 0:
            poll.poll(left * 1000)
            events.seek(0)
    with suppress(OSError):
        for inner in [inner for inner in path.iterdir() if inner.is_dir()]:
            inner.rmdir()
        path.rmdir()


def _counted(path: Path, event: str) -> int:
    """How often, as ``memory.events`` has it; 0 where nobody counts."""
    try:
        counted = dict(line.split() for line in (path / "memory.events").read_text().splitlines())
        return int(counted.get(event, 0))
    except (OSError, ValueError):
        return 0


def told(bound: Domain | Undelegated) -> dict[str, Any]:
    """What the zygote is told of it, for its guests' reports."""
    return {"holds": isinstance(bound, Domain), "detail": bound.bounds.held if isinstance(bound, Domain) else bound.reason}
