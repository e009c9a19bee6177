"""Live on after the process it was forked from, and so after the pod."""

import asyncio
import os
import select
import signal
from pathlib import Path

from tests.escapes.host import PATIENCE
from tests.support import jail

STOPPED_BY = ("parent_death", "pid_namespace")


def in_the_jail(folder: Path) -> None:
    assert _ends_with_its_zygote(PATIENCE)
    assert _ends_with_its_zygote(PATIENCE, "pid_namespace")
    assert _ends_with_its_zygote(PATIENCE, "parent_death")


def without_the_wall(folder: Path) -> None:
    assert not _ends_with_its_zygote(0.3, "pid_namespace", "parent_death")


def _ends_with_its_zygote(patience: float, *without: str) -> bool:
    async def ended() -> bool:
        async with jail.zygote(*without) as zygote, jail.guest(zygote) as guest:
            await guest.report()
            pidfd = os.dup(guest.forked.pidfd)
            try:
                await zygote.close()
                return _has_ended(pidfd, patience)
            finally:
                guest.forked.kill()
                os.close(pidfd)

    return asyncio.run(ended())


def _has_ended(pidfd: int, patience: float) -> bool:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    ended = bool(poll.poll(patience * 1000))
    if not ended:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    return ended
