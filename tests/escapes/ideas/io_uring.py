"""Hand the kernel a list of calls to make, past the filter of calls."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import calls, setting, together


def attack(call: Call, given: Given) -> bool:
    import ctypes

    return call("io_uring_setup", 4, ctypes.create_string_buffer(120)) >= 0


ATTACK = Attack(
    walls=("seccomp", "rlimits"),
    needs=together(setting("kernel/io_uring_disabled", "0"), calls("io_uring_setup", 4, bytes(120))),
    leaves=("kernel call",),
)
