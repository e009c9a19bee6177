"""Read a file of the host by its path."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    with open("/etc/passwd", encoding="utf-8") as file:
        return "root:" in file.read()


ATTACK = Attack(walls=("pivot_root", "landlock"), fails=("FileNotFoundError", "PermissionError"), leaves=("guest open",))
