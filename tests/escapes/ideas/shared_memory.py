"""Take memory of the kind that a limit on a program's data does not count."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import mmap

    return len(mmap.mmap(-1, 1 << 30)) == 1 << 30


ATTACK = Attack(walls=("rlimits",), fails=("OSError", "limits.memory"), limits={"memory": "64MiB"})
