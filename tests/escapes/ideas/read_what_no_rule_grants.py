"""Read a file that is in the guest's own root and that no rule grants."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    with open("/canary", encoding="utf-8") as file:
        return bool(file.read())


ATTACK = Attack(walls=("landlock",), leaves=("guest open",))
