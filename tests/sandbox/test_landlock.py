"""The numbers of a Landlock ruleset, by ABI; what they keep out is tests/escapes."""

from __future__ import annotations

import pytest

from skillpod.sandbox import landlock


@pytest.mark.parametrize(("abi", "bits"), [(0, 0), (1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (6, 16), (7, 16), (12, 16)])
def test_every_file_right_the_abi_knows_is_handled(abi: int, bits: int) -> None:
    assert landlock.plan(abi).files == (1 << bits) - 1


@pytest.mark.parametrize("abi", range(1, 8))
def test_nothing_is_granted_that_is_not_handled(abi: int) -> None:
    plan = landlock.plan(abi)
    for granted in (plan.read, plan.listing, plan.device, plan.scratch):
        assert granted & ~plan.files == 0


def test_ports_come_with_abi_4_and_scopes_with_6() -> None:
    assert [landlock.plan(abi).ports for abi in (3, 4)] == [0, 3]
    assert [landlock.plan(abi).scopes for abi in (5, 6)] == [0, 3]


def test_no_grant_executes_or_makes_anything_but_files_and_directories() -> None:
    plan = landlock.plan(7)
    refused = landlock.EXECUTE | landlock.MAKE_SOCK | landlock.MAKE_CHAR | landlock.MAKE_BLOCK | landlock.MAKE_FIFO | landlock.MAKE_SYM
    assert (plan.read | plan.listing | plan.device | plan.scratch) & refused == 0
    assert (plan.read | plan.listing) & landlock.WRITE_FILE == 0


def test_the_kernel_is_asked_and_not_a_file_in_sys() -> None:
    assert landlock.abi() >= 0
