"""Become two processes, and go on in the one that nobody watches."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    child = os.fork()
    if not child:
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


ATTACK = Attack(walls=("seccomp",), leaves=("guest fork",))
