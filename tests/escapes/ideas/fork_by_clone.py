"""Become two processes by the call behind fork()."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    child = call("clone", 17, 0, 0, 0, 0)
    if not child:
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


ATTACK = Attack(walls=("seccomp",))
