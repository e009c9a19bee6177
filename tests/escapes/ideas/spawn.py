"""Start another program beside itself."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.host import loader


def attack(call: Call, given: Given) -> bool:
    import os

    child = os.posix_spawn(given["loader"], ["loader", "--version"], {})
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


ATTACK = Attack(
    walls=("seccomp", "landlock"), lacks=lambda: "" if loader() else "a dynamic loader where C libraries put it", leaves=("guest execute",)
)
