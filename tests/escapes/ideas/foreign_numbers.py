"""Make a call by the numbers of x32, which a filter may have forgotten."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import runs, x86_64

MADE = "import ctypes, os; raise SystemExit(ctypes.CDLL(None).syscall(ctypes.c_long(0x40000027)) != os.getpid())"


def attack(call: Call, given: Given) -> bool:
    import ctypes
    import os

    return bool(ctypes.CDLL(None).syscall(ctypes.c_long(0x40000027)) == os.getpid())


ATTACK = Attack(walls=("seccomp",), fails=("SIGSYS",), lacks=x86_64, needs=runs(MADE, "a kernel with x32"))
