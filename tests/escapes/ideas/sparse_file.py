"""Make a file of a tebibyte that holds nothing."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    with open("/tmp/sparse", "wb") as file:
        os.truncate(file.fileno(), 1 << 40)
    return True


ATTACK = Attack(walls=("rlimits",), fails=("limits.scratch",))
