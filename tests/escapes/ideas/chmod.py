"""Open a file of the host's to everybody. Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    os.chmod(given["secret"], 0o777)
    return True


ATTACK = Attack(
    walls=("seccomp", "pivot_root", "guest_identity"),
    fails=("FileNotFoundError",),
    seen=lambda host, patience: host.secret.stat().st_mode & 0o777 == 0o777,
    leaves=("guest write",),
)
