"""Write to a file of a volume that it may only read."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    with open(volume(given, "data") + "/a.txt", "r+", encoding="utf-8") as file:
        file.write("mine")
    return True


ATTACK = Attack(
    walls=("pivot_root", "landlock"),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: (host.volumes["data"] / "a.txt").read_text() == "mine",
    fails=("PermissionError", "OSError"),
    leaves=("guest write",),
)
