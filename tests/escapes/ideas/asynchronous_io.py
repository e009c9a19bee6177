"""Hand the kernel a list of calls to make by the older way."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import calls


def attack(call: Call, given: Given) -> bool:
    import ctypes

    return call("io_setup", 4, ctypes.create_string_buffer(8)) == 0


ATTACK = Attack(walls=("seccomp",), needs=calls("io_setup", 4, bytes(8)), leaves=("kernel call",))
