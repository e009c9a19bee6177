"""``witness``: the host hears of what guests try that no guest may, from the kernel itself, which no skill can bend.

The zygote puts a filter on itself that hands a list of calls (``told`` in ``seccomp.json``) to whoever holds its listener, the host, and
every guest inherits it; the host answers no, always (``skillpod.sandbox.witness``). One listener for all guests, so a fork pays nothing for
it. It takes no wall away: with nobody listening, such a call does not exist. Source: seccomp(2), SECCOMP_FILTER_FLAG_NEW_LISTENER;
seccomp_unotify(2).
"""

from __future__ import annotations

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls.board import Walls


def post(walls: Walls, program: bytes) -> int | None:
    """The listener; None where there is none, and the guests' own filter refuses those calls without a word."""
    if not walls.wanted("witness"):
        return None
    if not (walls.possible("seccomp") and walls.possible("no_new_privs")):
        walls.unavailable("witness", "it is a part of seccomp, which needs no_new_privs")
        return None
    try:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        listener = kernel.seccomp_listen(program)
    except OSError as error:  # EBUSY: the pod itself runs under such a filter; EINVAL: the kernel is older than 5.0
        walls.unavailable("witness", str(error))
        return None
    walls.active("witness", "the kernel tells the host what is refused")
    return listener
