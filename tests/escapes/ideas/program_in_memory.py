"""Become a program that is in no file (memfd_create). Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.host import loader


def attack(call: Call, given: Given) -> bool:
    import os

    program = os.memfd_create("program")
    with open(given["loader"], "rb") as file:
        os.write(program, file.read())
    os.execve(program, ["program", "--version"], {})


ATTACK = Attack(
    walls=("seccomp",),
    succeeds="exit status 0",
    lacks=lambda: "" if loader() else "a dynamic loader where C libraries put it",
    leaves=("kernel call",),
)
