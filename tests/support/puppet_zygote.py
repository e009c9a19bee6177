"""A zygote that is a socket in the test's hand: a real process, which does nothing, and its end of the control socket."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest

from skillpod.sandbox import bootstrap
from skillpod.sandbox.zygote import Zygote
from tests.support.puppet import GONE_SECONDS, quiet

READY = json.dumps({"t": "ready", "walls": []}).encode()


class PuppetZygotes:
    """Every zygote started while they ``stand_in``: each gives the next of ``answers`` to its start, READY when there are no more."""

    def __init__(self, answers: Iterator[bytes]) -> None:
        self._answers = answers
        self._loop = asyncio.get_running_loop()
        self.controls: list[socket.socket] = []
        self.asked: list[dict[str, Any]] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def stand_in(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bootstrap, "launch", self._launch)
            try:
                yield
            finally:
                for control in self.controls:
                    self._loop.remove_reader(control)
                    control.close()
                assert all(process.poll() is not None for process in self.processes), "a zygote was left alive"

    def say(self, data: bytes, descriptors: list[int]) -> None:
        with suppress(OSError):  # the host may have hung up
            socket.send_fds(self.controls[-1], [data], descriptors)

    def pidfd(self) -> int:
        """A guest to give away: the zygote's own process."""
        return os.pidfd_open(self.processes[-1].pid)

    def _launch(
        self, control: int, output: int, environment: Mapping[str, str], directories: Sequence[int] = (), program: str = ""
    ) -> subprocess.Popen[bytes]:
        mine = socket.socket(fileno=os.dup(control))
        mine.setblocking(False)
        self.controls.append(mine)
        self._loop.add_reader(mine, self._hear, mine)
        self.processes.append(subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, stdout=output, stderr=output))
        return self.processes[-1]

    def _hear(self, control: socket.socket) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 2)
        except OSError:
            data, descriptors = b"", []
        for descriptor in descriptors:
            os.close(descriptor)
        if not data:
            self._loop.remove_reader(control)
            return
        message = json.loads(data)
        if "start" in message:
            self.say(next(self._answers, READY), [])
        elif "t" in message:
            self.asked.append(message)


@asynccontextmanager
async def puppet_zygote(*answers: bytes) -> AsyncIterator[tuple[Zygote, PuppetZygotes]]:
    """Not yet started. At the end it is closed, and nothing of it may be left, nothing have been raised into the loop."""
    with quiet(asyncio.get_running_loop()):
        puppets, zygote = PuppetZygotes(iter(answers)), Zygote()
        with puppets.stand_in():
            try:
                yield zygote, puppets
            finally:
                await asyncio.wait_for(zygote.close(), GONE_SECONDS)
                await asyncio.sleep(0)


async def turned(is_so: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(GONE_SECONDS):
        while not is_so():
            await asyncio.sleep(0)
