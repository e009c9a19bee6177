"""Change the times of a file of the host's. Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    os.utime(given["secret"])
    return True


ATTACK = Attack(
    walls=("seccomp", "pivot_root"),
    fails=("FileNotFoundError",),
    seen=lambda host, patience: host.secret.stat().st_mtime > 1,
    leaves=("guest write",),
)
