"""Mount something over its own /tmp."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    return call("mount", b"none", b"/tmp", b"tmpfs", 0, 0) == 0


ATTACK = Attack(walls=("seccomp", "capabilities", "landlock"))
