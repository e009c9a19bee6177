"""``capabilities``: no part of root's power is left, not even inside the namespaces, and none can come back.

A capability in a user namespace is what most kernel holes of the last years needed first. Sources: capabilities(7), capset(2), prctl(2).
"""

from __future__ import annotations

from functools import partial

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls.namespaces import WallFailed, attempt


def keep_for_forks(*, mounting: bool, changing_id: bool, signalling: bool) -> None:
    """What the zygote still needs to put its guests behind their walls, and nothing regains any. Raises WallFailed.

    ``signalling``: its death is to end guests that are other users than it is. The signal is sent in its name (prctl(2), PR_SET_PDEATHSIG),
    and a pid namespace, whose first process takes all others with it, is not there.
    """
    if not kernel.capabilities():
        return
    kept = 1 << kernel.CAP_SYS_ADMIN if mounting else 0
    kept |= 1 << kernel.CAP_SETUID | 1 << kernel.CAP_SETGID if changing_id else 0
    kept |= 1 << kernel.CAP_KILL if signalling else 0
    attempt("capabilities", kernel.drop_bounding_set)
    attempt("capabilities", partial(kernel.prctl, kernel.PR_SET_SECUREBITS, kernel.SECUREBITS_LOCKED))
    attempt("capabilities", partial(kernel.set_capabilities, kept))
    if kernel.capabilities() != kept or kernel.bounding_set():
        raise WallFailed("capabilities", "the kernel did not take them away")


def drop(bounding: int) -> str:
    """All of a guest's. ``bounding`` is what the zygote could not take out of the bounding set."""
    kernel.set_capabilities(0)
    if kernel.capabilities():
        raise OSError("a capability is still held")
    return "none held, bounding set empty" if not bounding else f"none held; bounding set {bounding:x} is out of reach behind no_new_privs"
