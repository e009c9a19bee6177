"""Read the kernel's log, which tells where things are in its memory."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import setting


def attack(call: Call, given: Given) -> bool:
    import ctypes

    return call("syslog", 3, ctypes.create_string_buffer(4096), 4096) >= 0


ATTACK = Attack(walls=("seccomp",), needs=setting("kernel/dmesg_restrict", "0"), leaves=("kernel call",))
