"""Kill the process that all guests are forked from."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os
    import time

    os.kill(os.getppid(), 9)
    time.sleep(0.5)  # it ends with it
    return False


ATTACK = Attack(
    walls=("seccomp", "landlock_scopes", "guest_identity", "pid_namespace"),
    succeeds="the process guests are forked from",
    leaves=(
        "guest signal",
        "kernel signal",
    ),
)
