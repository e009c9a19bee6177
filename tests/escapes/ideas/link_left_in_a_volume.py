"""Leave a link in a volume, for a program of the host that follows it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os

    os.symlink(given["secret"], volume(given, "out") + "/left")
    return True


ATTACK = Attack(
    walls=("seccomp", "landlock"),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: (host.volumes["out"] / "left").is_symlink(),
    leaves=("kernel call",),
)
