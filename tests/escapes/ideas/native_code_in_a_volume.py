"""Map native code that lies in a volume."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os

    opened = os.open(volume(given, "out") + "/a.txt", os.O_RDONLY)
    call("mmap", 0, 4096, 5, 2, opened, 0)  # PROT_READ | PROT_EXEC, MAP_PRIVATE
    return True


ATTACK = Attack(walls=("pivot_root",), volumes={"data": "read", "out": "write"})
