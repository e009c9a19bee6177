"""Take a lease on a file of a volume: whoever opens it on the host waits until the kernel's patience ends, most of a minute."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import fcntl
    import os

    opened = os.open(volume(given, "out") + "/mine", os.O_RDWR | os.O_CREAT)
    fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    return True


ATTACK = Attack(walls=("seccomp",), volumes={"data": "read", "out": "write"})
