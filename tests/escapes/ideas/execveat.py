"""Become another program by its descriptor (fexecve)."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.host import loader


def attack(call: Call, given: Given) -> bool:
    import ctypes
    import os

    program = os.open(given["loader"], os.O_RDONLY)
    words = (ctypes.c_char_p * 3)(b"loader", b"--version", None)
    return call("execveat", program, b"", words, None, 0x1000) == 0


ATTACK = Attack(
    walls=("seccomp", "landlock"),
    succeeds="exit status 0",
    lacks=lambda: "" if loader() else "a dynamic loader where C libraries put it",
    leaves=("kernel execute",),
)
