"""Read what the kernel tells of the process it was forked from."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    with open("/proc/self/stat", encoding="ascii") as file:
        parent = file.read().rpartition(")")[2].split()[1]
    with open(f"/proc/{parent}/status", encoding="ascii") as file:
        return "Name:" in file.read()


ATTACK = Attack(walls=("pivot_root", "landlock"), fails=("FileNotFoundError", "PermissionError"), leaves=("guest open",))
