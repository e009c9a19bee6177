"""The command line in this process, and a small pod on a real socket for it to speak to."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from skillpod.cli.program import run
from skillpod.model.event import Kind
from skillpod.serve.listener import serve_socket
from tests.support.pod import StandInPod


@dataclass(frozen=True, slots=True)
class Ended:
    """How one command line ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


CommandLine = Callable[..., Ended]


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches what a test starts: jobs in the background of a script ignore it, and their children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], skills: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Run a command line in this process, on ``skills`` and ``home``."""
    monkeypatch.setenv("SKILLPOD_HOME", str(home))
    monkeypatch.setenv("SKILLPOD_SKILLS", str(skills))
    monkeypatch.delenv("SKILLPOD_DEBUG", raising=False)

    def call(*arguments: str) -> Ended:
        capsys.readouterr()
        code = run(arguments)
        printed = capsys.readouterr()
        assert "Traceback" not in (printed.err + printed.out).replace("| Traceback", "")  # a skill's own may be quoted
        return Ended(code, printed.out, printed.err)

    return call


class Served:
    """A stand-in pod on the socket of ``home``, in a thread of its own."""

    def __init__(self, pod: StandInPod, loop: asyncio.AbstractEventLoop) -> None:
        self.pod = pod
        self._loop = loop

    def tell(self, kind: Kind, **said: Any) -> None:
        self._loop.call_soon_threadsafe(lambda: self.pod.tell(kind, **said))


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    home.mkdir(mode=0o700)
    ready: Future[Served] = Future()
    ending: Future[Callable[[], object]] = Future()

    async def serve() -> None:
        end = asyncio.Event()
        loop = asyncio.get_running_loop()
        ending.set_result(lambda: loop.call_soon_threadsafe(end.set))
        pod = StandInPod("alpha", "beta")
        async with serve_socket(pod, home):
            ready.set_result(Served(pod, loop))
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield ready.result(10)
    finally:
        ending.result(10)()
        thread.join(20)
