"""Become another program: the dynamic loader, the one that is in its root."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.host import loader


def attack(call: Call, given: Given) -> bool:
    import os

    os.execv(given["loader"], ["loader", "--version"])


ATTACK = Attack(
    walls=("seccomp", "landlock"),
    succeeds="exit status 0",
    lacks=lambda: "" if loader() else "a dynamic loader where C libraries put it",
    leaves=(
        "guest execute",
        "kernel execute",
    ),
)
