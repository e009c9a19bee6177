"""Kill a process of the host."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    os.kill(given["process"], 9)
    return True


ATTACK = Attack(
    walls=("seccomp", "landlock_scopes", "guest_identity", "pid_namespace"),
    seen=lambda host, patience: host.killed(patience),
    leaves=(
        "guest signal",
        "kernel signal",
    ),
)
