"""Become a program that it wrote into a volume itself."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.host import loader
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os

    program = volume(given, "out") + "/program"
    with open(given["loader"], "rb") as own, open(os.open(program, os.O_WRONLY | os.O_CREAT, 0o755), "wb") as file:
        file.write(own.read())
    os.execv(program, ["program", "--version"])


ATTACK = Attack(
    walls=("seccomp", "pivot_root", "landlock"),
    volumes={"data": "read", "out": "write"},
    succeeds="exit status 0",
    lacks=lambda: "" if loader() else "a dynamic loader where C libraries put it",
    leaves=("guest execute", "kernel execute"),
)
