"""Ask the machine for its name."""

import platform

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    return bool(os.uname().nodename == given["node"])


ATTACK = Attack(
    walls=("uts_namespace",),
    fails=("nothing",),
    needs=lambda: "a machine that is not called guest" if platform.node() == "guest" else "",
)
