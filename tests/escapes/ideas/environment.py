"""Look for the host's secrets in the environment it was started with, where the C library keeps it."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import ctypes

    environment = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    at = 0
    while (entry := environment[at]) is not None:
        if b"hunter2" in entry:
            return True
        at += 1
    return False


ATTACK = Attack(walls=("environment",), fails=("nothing",))
