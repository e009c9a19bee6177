"""Give a file of the host a second name, to keep it after its owner took it away."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    os.link(given["secret"], given["written"])
    return True


ATTACK = Attack(
    walls=("seccomp", "pivot_root", "landlock"),
    seen=lambda host, patience: host.written.exists(),
    leaves=(
        "guest write",
        "kernel call",
    ),
)
