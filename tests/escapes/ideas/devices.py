"""Open a device that was not put into its root."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    return os.open("/dev/full", os.O_RDWR) >= 0


ATTACK = Attack(walls=("pivot_root", "landlock"), fails=("FileNotFoundError", "PermissionError"), leaves=("guest write",))
