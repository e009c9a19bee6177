"""The fuzzer's targets stand, whether or not the fuzzer is here: each takes its own seeds, cut anywhere, and says nothing."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds_and_every_beginning_of_them(name: str) -> None:
    for seed in TARGETS[name].seeds:
        for end in range(0, len(seed), 1 + len(seed) // 20):
            TARGETS[name].attack(seed[:end])
        TARGETS[name].attack(seed)
