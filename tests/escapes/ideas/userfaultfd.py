"""Hold up the kernel's own access to memory, which makes races easy to win."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import calls


def attack(call: Call, given: Given) -> bool:
    return call("userfaultfd", 1) >= 0


ATTACK = Attack(walls=("seccomp",), needs=calls("userfaultfd", 1), leaves=("kernel call",))
