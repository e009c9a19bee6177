"""What a throw-away process does with itself between its fork and the first hostile byte, and how it answers.

Nothing here needs a right. What bounds it (memory, processor time, files, and the parent's clock) is had everywhere; the walls around that
(no system call but those a computation needs, no file but the interpreter's own modules) where the kernel has them: ``Walls.absent`` says
which do not stand, and why.
"""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

MIB = 1024 * 1024

SINK = 3
"""Where ``shut_in`` puts the first descriptor that is kept."""

CRASHED, NO_MEMORY, NO_ANSWER = 70, 71, 72
"""Exit statuses of a process whose function raised, that had no memory left, and whose answer nobody took."""

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", os.path.join(sys.base_prefix, "lib"))
"""Where the dynamic loader looks (ld.so(8)): modules in C may need others of these."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""Our own modules: an editable install has them where ``sys.path`` does not lead."""

_OPEN_FILES = 32
_CHUNK = 1 << 16

Function = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """``memory`` and ``answer`` in bytes, ``memory`` beside what the process has when it is forked; ``cpu`` and ``wall`` in seconds."""

    memory: int = 1024 * MIB
    cpu: int = 30
    wall: float = 60.0
    answer: int = 16 * MIB


class Walls:
    """Made once, before the forks: ``shut_in`` puts them up in a forked process.

    ``absent`` maps each wall this machine does not have to the reason.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._baseline = _address_space()
        self._ruleset: int | None = None
        self._filters: tuple[bytes, ...] = ()
        self.absent: dict[str, str] = {}
        if sys.platform != "linux":
            why = f"{sys.platform} has none"
            self.absent = dict.fromkeys(("parent death", "no new privileges", "landlock", "seccomp"), why)
            return
        self._try("landlock", self._make_ruleset)
        self._try("seccomp", self._make_filters)

    def shut_in(self, kept: tuple[int, ...], parent: int) -> None:
        """``kept`` become the descriptors from 3 on; all others are closed, and 0, 1 and 2 lead nowhere. Raises OSError, ValueError."""
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        ruleset = -1 if self._ruleset is None else self._ruleset
        *places, ruleset = _placed((*kept, ruleset))
        os.environ.clear()
        if sys.platform == "linux":
            self._die_with(parent)
        self._limit()
        if ruleset >= 0:
            _kernel().landlock_enforce(ruleset)
        os.closerange(3 + len(places), 2**31 - 1 if sys.platform == "linux" else 4096)
        for program in self._filters:
            _kernel().seccomp_enforce(program)

    def close(self) -> None:
        if self._ruleset is not None:
            os.close(self._ruleset)
            self._ruleset = None

    # --- made once --------------------------------------------------------------------------------------------------------------

    def _try(self, wall: str, make: Callable[[], None]) -> None:
        from skillpod.errors import IsolationUnavailable  # SAFE: here, as the kernel's calls below

        try:
            make()
        except (OSError, IsolationUnavailable) as fault:
            self.absent[wall] = str(fault)

    def _make_ruleset(self) -> None:
        """No file but what modules and the libraries below them are loaded from, and that only to be read; no port."""
        from skillpod.sandbox import landlock  # SAFE: here, so that other systems than Linux never load it

        kernel, abi = _kernel(), landlock.abi()
        if not abi:
            raise OSError("the kernel has no Landlock")
        plan = landlock.plan(abi)
        self._ruleset = kernel.landlock_ruleset(plan.files, plan.ports, plan.scopes)
        modules = [os.path.abspath(each) for each in (*sys.path, sys.pycache_prefix, _PACKAGE) if each]
        for path in dict.fromkeys((*modules, *_LIBRARIES)):
            with suppress(OSError):
                opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
                try:
                    kernel.landlock_grant(self._ruleset, opened, plan.read if os.path.isdir(path) else plan.read & plan.device)
                finally:
                    os.close(opened)

    def _make_filters(self) -> None:
        from skillpod.sandbox import seccomp  # SAFE: here, as above

        self._filters = seccomp.for_good()

    # --- put up in the fork -----------------------------------------------------------------------------------------------------

    def _die_with(self, parent: int) -> None:
        kernel = _kernel()
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if os.getppid() != parent:  # it ended before it was asked for
            os._exit(0)

    def _limit(self) -> None:
        memory, cpu = self._baseline + self._bounds.memory, self._bounds.cpu
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        if hard == resource.RLIM_INFINITY or hard > cpu:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))  # SIGXCPU says which limit it was, SIGKILL a second later would not
        for kind, most in (
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, _OPEN_FILES),
            (resource.RLIMIT_NPROC, 0),
            (resource.RLIMIT_DATA, memory),
            (resource.RLIMIT_AS, memory),
        ):
            hard = resource.getrlimit(kind)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            try:
                resource.setrlimit(kind, (least, least))
            except (OSError, ValueError):
                if kind != resource.RLIMIT_AS or sys.platform == "linux":  # macOS takes none below what is mapped already
                    raise


def answer(function: Function, take: Callable[[], bytes], give: Callable[[bytes], None]) -> NoReturn:
    """Compute, say, end. Nothing is cleaned up and nothing is flushed: what the fork copied is the parent's."""
    status = CRASHED
    gc.disable()  # it ends before it would pay
    try:
        made = function(take())
        status = NO_ANSWER
        give(made)
        status = 0
    except MemoryError:
        status = NO_MEMORY
    except BaseException as fault:  # noqa: BLE001  # SAFE: whatever it was, this process only ever ends here
        status = status if isinstance(fault, OSError) else CRASHED
    finally:
        os._exit(status)


def write_all(descriptor: int, data: bytes) -> None:
    """Raises OSError when nobody reads any more."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view[:_CHUNK]) :]


def _kernel() -> Any:
    from skillpod.sandbox.guest import kernel  # SAFE: here, so that other systems than Linux never load it

    return kernel


def _address_space() -> int:
    """Of this process, in bytes; 0 where the kernel does not say it there (proc_pid_statm(5))."""
    with suppress(OSError), open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()
    return 0


def _placed(descriptors: tuple[int, ...]) -> list[int]:
    """They move to 3, 4, ... in their order (-1 stays what it is), and nothing leads anywhere through 0, 1 and 2."""
    aside = [each if each < 0 else fcntl.fcntl(each, fcntl.F_DUPFD, 3 + len(descriptors)) for each in descriptors]
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    return [each if each < 0 else os.dup2(each, 3 + index) for index, each in enumerate(aside)]
