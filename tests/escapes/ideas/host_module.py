"""Import a module of the host."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import importlib
    import sys

    sys.path.insert(0, given["folder"])
    return bool(importlib.import_module("planted").word == "hunter2")


ATTACK = Attack(walls=("pivot_root", "landlock"), fails=("ModuleNotFoundError",))
