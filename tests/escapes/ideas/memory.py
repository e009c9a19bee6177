"""Take memory until the machine has none."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    return sum(map(len, [bytearray(16 << 20) for _ in range(8)])) == 128 << 20


ATTACK = Attack(walls=("rlimits",), fails=("limits.memory",), limits={"memory": "64MiB"})
