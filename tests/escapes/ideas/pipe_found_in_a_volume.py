"""Write to a pipe that a program of the host has in a volume to be read. A mount that is only read is no wall for it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os

    return os.write(os.open(volume(given, "data") + "/pipe", os.O_WRONLY | os.O_NONBLOCK), b"hunter2") == 7


ATTACK = Attack(
    walls=("landlock",),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: host.piped(patience) == b"hunter2",
    leaves=("guest write",),
)
