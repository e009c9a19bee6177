"""Ignore every signal there is, and live on after the deadline."""

import select
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import DeadlineExceeded, SkillpodError
from skillpod.model.manifest import Limits
from skillpod.ports import Guests
from skillpod.sandbox.forked import Forked
from tests.escapes.host import PATIENCE
from tests.support.guests import launch
from tests.support.jailed import jailed, value

STOPPED_BY = ("SIGKILL, by the descriptor of its process",)
_WALL = 2.0
"""Seconds: long enough for it to ignore every signal first, on a busy machine."""
HANDLER = """
    import contextlib, signal, time
    from skillpod import tool

    @tool
    def stays() -> str:
        for number in signal.valid_signals():
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(60)
"""


def in_the_jail(folder: Path) -> None:
    assert _ended(Forked.kill, PATIENCE)


def without_the_wall(folder: Path) -> None:
    """A host that asks first."""
    assert not _ended(lambda forked: signal.pidfd_send_signal(forked.pidfd, signal.SIGTERM), 0.3)


def _ended(kill: Callable[[Forked], None], patience: float) -> bool:
    """Whether the guest that is over its deadline has ended within so many seconds."""
    ends: list[bool] = []
    began: list[float] = []
    here = threading.get_ident()

    def watched(forked: Forked) -> None:
        # Guests of the pod that other attacks share end meanwhile, too, in its own thread.
        is_over = threading.get_ident() == here and bool(began) and time.monotonic() - began[0] >= _WALL
        if forked.pidfd >= 0 and is_over and not ends:
            kill(forked)
            poll = select.poll()
            poll.register(forked.pidfd, select.POLLIN)
            ends.append(bool(poll.poll(patience * 1000)))
        really(forked)

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> None:
        began.append(time.monotonic())
        with pytest.raises(DeadlineExceeded):
            await value(guests, "stays")

    really = Forked.kill
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Forked, "kill", watched)
        jailed(launch(HANDLER, limits=Limits(wall=_WALL)), act)
    return ends[0]
