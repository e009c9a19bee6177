"""End while the host has yet to take what the kernel tells of it, to leave the host deaf for what comes after."""

import asyncio
import fcntl
import select
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from skillpod.model.guest import Act, WallState
from skillpod.sandbox import witness
from tests.escapes.host import PATIENCE
from tests.support import jail

STOPPED_BY = ("a witness that outlives whom it hears of",)
TRY = "import os; os.memfd_create('x')"


def in_the_jail(folder: Path) -> None:
    assert _told_of_the_next() == ["memfd_create"]


def without_the_wall(folder: Path) -> None:
    """A witness that takes the news of a death for the end of all news."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(witness, "errno", SimpleNamespace(ENOENT=-1))
        assert _told_of_the_next() == []


def _told_of_the_next() -> list[str]:
    """What is heard of a guest that tries the same after another one was killed in that moment."""
    told: list[str] = []

    def hear(act: Act, target: str) -> None:
        told.append(target)

    async def act() -> None:
        async with jail.zygote() as zygote:
            async with jail.guest(zygote) as first:
                report = await first.report()
                if not any(wall.name == "witness" and wall.state is WallState.ACTIVE for wall in report.walls):
                    pytest.skip("needs a kernel that tells what it refuses")
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(witness, "fcntl", SimpleNamespace(ioctl=_after_the_end_of(first.forked.pidfd)))
                    assert await first.ask(TRY) is None
            async with jail.guest(zygote) as second:
                await second.report()
                second.forked.on_refused = hear
                assert await second.ask(TRY) is not None

    asyncio.run(act())
    return told


def _after_the_end_of(pidfd: int) -> Callable[[int, int, bytearray], int]:
    def ioctl(listener: int, request: int, data: bytearray) -> int:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        assert poll.poll(PATIENCE * 1000)
        heard: int = fcntl.ioctl(listener, request, data)
        return heard

    return ioctl
