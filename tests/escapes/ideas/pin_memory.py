"""Pin memory, so that nobody else can have it."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import ctypes
    import mmap

    page = mmap.mmap(-1, 4096)
    return call("mlock", ctypes.addressof(ctypes.c_char.from_buffer(page)), 4096) == 0


ATTACK = Attack(walls=("seccomp", "rlimits"))
