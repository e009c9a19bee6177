"""Keep a secret in the kernel's keyring."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import calls


def attack(call: Call, given: Given) -> bool:
    import ctypes

    key = call("add_key", b"user", b"note", b"hunter2", 7, -2)
    read = ctypes.create_string_buffer(16)
    return call("keyctl", 11, key, read, 16) == 7 and read.value == b"hunter2"


ATTACK = Attack(walls=("seccomp",), needs=calls("add_key", b"user", b"note", b"hunter2", 7, -2), leaves=("kernel call",))
