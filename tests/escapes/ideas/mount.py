"""Mount something over its own /tmp."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import namespaces


def attack(call: Call, given: Given) -> bool:
    return call("mount", b"none", b"/tmp", b"tmpfs", 0, 0) == 0


ATTACK = Attack(walls=("seccomp", "capabilities", "landlock"), needs=namespaces)
