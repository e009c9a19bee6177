"""Give a file that it may only read a second name where it may write."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os

    second = volume(given, "out") + "/second"
    os.link(volume(given, "data") + "/a.txt", second)
    with open(second, "r+", encoding="utf-8") as file:
        file.write("mine")
    return True


ATTACK = Attack(
    walls=("seccomp", "pivot_root", "landlock"),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: (host.volumes["data"] / "a.txt").read_text() == "mine",
    leaves=("kernel call",),
)
