"""Reach the kernel's own virtual machine: what it answers is that there is no such map, and not that nobody may ask."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import errno
    import struct

    try:
        call("bpf", 1, struct.pack("I", 0xFFFFFFFF).ljust(128, b"\0"), 128)
    except OSError as error:
        if error.errno == errno.EBADF:
            return True
        raise
    return False


ATTACK = Attack(walls=("seccomp",), leaves=("kernel call",))
