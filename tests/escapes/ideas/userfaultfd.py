"""Hold up the kernel's own access to memory, which makes races easy to win."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    return call("userfaultfd", 1) >= 0


ATTACK = Attack(walls=("seccomp",), leaves=("kernel call",))
