"""Try so many different things that what matters is lost among them, or the disk is full."""

from collections.abc import Sequence

import pytest

from skillpod.lifecycle import attempts
from skillpod.model.entry import Entry, Fact
from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import contextlib

    for family in range(200):
        with contextlib.suppress(OSError):
            call("socket", family, 1, 0)
    return False


def is_flooded(entries: Sequence[Entry]) -> bool:
    return sum(entry.fact is Fact.ATTEMPTED for entry in entries) > 2 * 64


def everything_is_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attempts, "MOST", 10_000)


ATTACK = Attack(
    ours=("a number of attempts that are told for each generation",),
    remove=everything_is_told,
    fails=("nothing",),
    succeeds="nothing",
    shown=is_flooded,
    leaves=("kernel socket",),
)
