"""Read the command line of a process of the host."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    with open(f"/proc/{given['host']}/cmdline", "rb") as file:
        return b"py" in file.read()


ATTACK = Attack(walls=("pivot_root", "landlock"), fails=("FileNotFoundError", "PermissionError"), leaves=("guest open",))
