"""``parent_death``: no guest outlives its zygote, and no process may look into one.

Sources: prctl(2), PR_SET_PDEATHSIG and PR_SET_DUMPABLE; ptrace(2).
"""

from __future__ import annotations

import os
import signal

from skillpod.sandbox.guest import kernel


def hide() -> None:
    """The process itself, whatever it is: killed with its parent, closed to others. A change of ids or capabilities clears both."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def die_with(parent: int) -> str:
    """Set after the last change of ids or capabilities."""
    hide()
    if kernel.parent_death_signal() != signal.SIGKILL or kernel.prctl(kernel.PR_GET_DUMPABLE):
        raise OSError("the kernel did not keep it")
    if os.getppid() != parent:  # it ended before it was asked for
        os._exit(0)
    return "killed when the zygote ends; not dumpable"
