"""Ask how large a file of the host is, and so whether it is there. Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    return os.stat(given["secret"]).st_size == 7


ATTACK = Attack(walls=("pivot_root",), fails=("FileNotFoundError",))
