"""Read a file that some other program left in the host's /tmp, open to everyone."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    with open(given["secret"], encoding="utf-8") as file:
        return file.read() == "hunter2"


ATTACK = Attack(walls=("pivot_root", "landlock"), fails=("FileNotFoundError", "PermissionError"), leaves=("guest open",))
