"""Hand the kernel a list of calls to make by the older way."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import ctypes

    return call("io_setup", 4, ctypes.create_string_buffer(8)) == 0


ATTACK = Attack(walls=("seccomp",), leaves=("kernel call",))
