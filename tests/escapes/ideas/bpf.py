"""Reach the kernel's own virtual machine: what it answers is that there is no such map, and not that nobody may ask."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import runs
from tests.escapes.skill import numbers

REACHED = f"""
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall({numbers()["bpf"]}, 1, bytes([255] * 4).ljust(128, b"\\0"), 128)
raise SystemExit(ctypes.get_errno() != errno.EBADF)
"""


def attack(call: Call, given: Given) -> bool:
    import errno

    try:
        call("bpf", 1, bytes([255] * 4).ljust(128, b"\0"), 128)
    except OSError as error:
        if error.errno == errno.EBADF:
            return True
        raise
    return False


ATTACK = Attack(walls=("seccomp",), needs=runs(REACHED, "a kernel that answers bpf"), leaves=("kernel call",))
