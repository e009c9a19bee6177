"""Read in /proc what a process deleted from its environment: the kernel keeps it."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.support import jail

STOPPED_BY = ("environment",)


def in_the_jail(folder: Path) -> None:
    assert b"hunter2" not in _kept()


def without_the_wall(folder: Path) -> None:
    assert b"hunter2" in _kept("environment")


def _kept(*without: str) -> bytes:
    """What the host reads of a guest: it sees more than any guest does."""
    if os.geteuid() != 0:
        pytest.skip("needs root: a guest's /proc is root's")

    async def read() -> bytes:
        async with jail.zygote(*without) as zygote, jail.guest(zygote) as guest:
            await guest.report()
            return Path(f"/proc/{guest.forked.process}/environ").read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKILLPOD_SECRET", "hunter2-in-the-environment")
        return asyncio.run(read())
