"""Hang a note on a file of the host's that the next one who comes by can read. Landlock does not see it."""

import os

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import extended_attributes


def attack(call: Call, given: Given) -> bool:
    import os

    os.setxattr(given["secret"], "user.note", b"hunter2")
    return True


ATTACK = Attack(
    walls=("seccomp", "pivot_root"),
    fails=("OSError",),
    seen=lambda host, patience: "user.note" in os.listxattr(host.secret),
    needs=extended_attributes,
    leaves=("guest write",),
)
