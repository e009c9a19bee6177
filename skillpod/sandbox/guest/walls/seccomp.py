"""``seccomp`` and ``witness``: the kernel answers a guest only the system calls CPython needs, and tells the host what else it tried.

Two filters, of which the stricter answer holds: a long allowlist that the zygote puts on itself and every guest inherits, with the calls a
fork needs left in it; and a short one that each guest adds as its last wall, which takes those away. A fork pays for the short one only.

The witness: a list of refused calls (``told`` in ``seccomp.json``) is not answered by the kernel but by the host, which holds the listener
of the zygote's filter and says no, always (``skillpod.sandbox.witness``). No skill can bend what it hears so. With nobody listening such a
call does not exist. Sources: seccomp(2), SECCOMP_FILTER_FLAG_NEW_LISTENER; seccomp_unotify(2).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls.board import Walls
from skillpod.sandbox.guest.walls.namespaces import attempt


def filter_zygote(walls: Walls, filters: Mapping[str, Any]) -> int | None:
    """The zygote's own; the witness's listener, where there is one. Raises WallFailed."""
    if not walls.possible("seccomp"):
        walls.unavailable("witness", "needs seccomp")
        return None
    if walls.possible("no_new_privs"):
        attempt("no_new_privs", partial(kernel.prctl, kernel.PR_SET_NO_NEW_PRIVS, 1))
    if "told" in filters and walls.wanted("witness"):
        try:
            listener = kernel.seccomp_listen(base64.b64decode(filters["told"]["program"]))
        except OSError as error:  # EBUSY: the pod itself runs under such a filter; EINVAL: the kernel is older than 5.0
            walls.unavailable("witness", str(error))
        else:
            walls.active("witness", "by the system calls that are refused")
            return listener
    attempt("seccomp", partial(kernel.seccomp_enforce, base64.b64decode(filters["zygote"]["program"])))
    return None


class GuestFilter:
    """The short one, once for all guests. ``own_pid`` are the places in it where a guest's process id goes, known only after the fork."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        self._program = base64.b64decode(sent["program"])
        self._own_pid = tuple(sent["own_pid"])

    def enforce(self) -> str:
        program = bytearray(self._program)
        for offset in self._own_pid:
            program[offset : offset + 4] = os.getpid().to_bytes(4, "little")
        kernel.seccomp_enforce(bytes(program))
        return f"{len(program) // 8} steps, and the zygote's"
