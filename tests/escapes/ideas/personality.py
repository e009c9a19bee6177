"""Have its programs laid out in memory where exploits expect them."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    return call("personality", 0x0040000) >= 0


ATTACK = Attack(walls=("seccomp",), leaves=("kernel call",))
