"""Choose the processor it runs on, and so whom it gets in the way of."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return True


ATTACK = Attack(walls=("seccomp",))
