"""List a folder of the host."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    return "secret" in os.listdir(given["folder"])


ATTACK = Attack(walls=("pivot_root", "landlock"), fails=("FileNotFoundError", "PermissionError"), leaves=("guest open",))
