"""Become another user: the one another guest is."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import root


def attack(call: Call, given: Given) -> bool:
    import os

    another = os.getuid() + 1
    os.setresuid(another, another, another)
    return os.getuid() == another


ATTACK = Attack(walls=("seccomp", "capabilities"), needs=root)
