"""Take back that it is to die with its parent."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    return call("prctl", 1, 0, 0, 0, 0) == 0


ATTACK = Attack(walls=("seccomp",))
