"""Leave a device in a volume by a rename (RENAME_WHITEOUT), for which nobody has to ask for one. Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    out = volume(given, "out").encode()
    return call("renameat2", -100, out + b"/a.txt", -100, out + b"/moved", 4) == 0


ATTACK = Attack(
    walls=("seccomp",),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: (host.volumes["out"] / "a.txt").is_char_device(),
)
