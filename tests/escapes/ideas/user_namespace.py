"""Become all-powerful in a user namespace of its own, where more of the kernel can be reached."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import namespaces


def attack(call: Call, given: Given) -> bool:
    return call("unshare", 0x10000000) == 0


ATTACK = Attack(walls=("seccomp",), needs=namespaces)
