"""Whom the kernel ends when memory is short: a guest, and not the zygote, with which all guests would end.

The kernel takes the largest process, and temporary files are no process's: where they filled a cgroup it took the zygote (tried). So
guests are born with a higher ``oom_score_adj``, which the zygote has for the moment of each fork. Source: proc_pid_oom_score_adj(5).
"""

from __future__ import annotations

import os
from contextlib import suppress

from skillpod.sandbox.guest import kernel

_HIGHER = 500
"""Half of all the memory there is, or of the cgroup's: more than any zygote has."""
_MOST = 1000


def look() -> int:
    """A descriptor of /proc, from before it goes out of sight; -1 where there is none."""
    with suppress(OSError):
        return os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    return -1


class Scores:
    """Forks children that are ended before this process. ``descriptor`` is -1 where that can't be had; no guest may hold it."""

    def __init__(self, proc: int) -> None:
        """``proc`` is what ``look`` gave, and is closed. Call it before the process hides: its own file is closed to it then."""
        self.descriptor = -1
        with suppress(OSError):
            kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
            with open(os.open("self/oom_score_adj", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc), "rb") as file:
                own = int(file.read())
            self._own, self._higher = b"%d" % own, b"%d" % min(own + _HIGHER, _MOST)
            self.descriptor = os.open("self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=proc)
        if proc >= 0:
            os.close(proc)

    @property
    def parent(self) -> int:
        """This process's id, as its children see it."""
        return os.getpid()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What no guest may hold."""
        return (self.descriptor,)

    def fork(self) -> int:
        """``os.fork``. Raises OSError."""
        if self.descriptor < 0:
            return os.fork()
        os.write(self.descriptor, self._higher)
        process = 1
        try:
            process = os.fork()
        finally:
            if process:
                os.write(self.descriptor, self._own)
        return process
