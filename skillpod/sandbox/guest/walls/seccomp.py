"""``seccomp``: the kernel answers a guest only the system calls CPython needs; all others are refused before the kernel looks at them.

The last wall to go up, for the others need calls that it refuses. The program comes from the host (``skillpod.sandbox.seccomp``). Source:
seccomp(2).
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from skillpod.sandbox.guest import kernel


def enforce(filtered: bytes, own_pid: Iterable[int]) -> str:
    """``own_pid`` are the places in the program where the guest's process id goes, known only now."""
    program = bytearray(filtered)
    for offset in own_pid:
        program[offset : offset + 4] = os.getpid().to_bytes(4, "little")
    kernel.seccomp_enforce(bytes(program))
    return f"{len(program) // 8} steps"
