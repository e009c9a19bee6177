"""Compute in C code without end, where no signal's handler runs."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.removal import no_clock


def attack(call: Call, given: Given) -> bool:
    return sum(range(60_000_000)) > 0


ATTACK = Attack(
    walls=("rlimits",),
    ours=("the host's look at its clock",),
    remove=no_clock,
    fails=("limits.cpu",),
    limits={"cpu": "0.1s", "wall": "30s"},
)
