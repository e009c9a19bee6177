"""A pid namespace for each fork: what is forked is its first process, and when that ends the kernel ends all that it ever started.

The namespace is made for the next child and not entered (unshare(2), CLONE_NEWPID); after the fork the zygote says that its further
children are its own again, for a second namespace can't be made from within the first. Sources: pid_namespaces(7), setns(2).
"""

from __future__ import annotations

import os

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.sacrifice import Scores
from skillpod.sandbox.guest.walls.namespaces import WallFailed


class Nested:
    """Forks as ``Scores`` does, each child into a namespace of its own. ``own`` is a descriptor of the zygote's, which no child may
    hold."""

    parent = 0
    """It is out of its children's sight."""

    def __init__(self, scores: Scores, own: int) -> None:
        self._scores = scores
        self._own = own

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What no guest may hold."""
        return (*self._scores.descriptors, self._own)

    def fork(self) -> int:
        """``os.fork``. Raises OSError."""
        kernel.unshare(kernel.NEWPID)
        process = 1
        try:
            process = self._scores.fork()
        finally:
            if process:
                kernel.enter_namespace(self._own, kernel.NEWPID)
        return process


def nested(proc: int) -> Nested:
    """``proc`` is a descriptor of /proc, which is out of sight by now; it is closed. Raises WallFailed."""
    try:
        own = os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    except OSError as error:
        raise WallFailed("pid_namespace", f"it can't be made for each program: {error}") from error
    return Nested(Scores(proc), own)
