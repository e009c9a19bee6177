"""Leave a device in a volume. The kernel gives an ordinary user one kind only: 0:0."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os
    import stat

    os.mknod(volume(given, "out") + "/left", stat.S_IFCHR | 0o666, os.makedev(0, 0))
    return True


ATTACK = Attack(
    walls=("seccomp", "landlock"),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: (host.volumes["out"] / "left").is_char_device(),
    leaves=("kernel call",),
)
