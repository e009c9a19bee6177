"""Give a file of a volume a second name outside, to keep it after the volume was taken away."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os

    os.link(volume(given, "out") + "/a.txt", given["written"])
    return True


ATTACK = Attack(
    walls=("seccomp", "pivot_root", "landlock"),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: host.written.exists(),
    leaves=("guest write", "kernel call"),
)
