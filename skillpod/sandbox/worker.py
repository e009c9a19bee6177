"""Runs the operator's own programs, such as the alert command: never a skill's."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

from skillpod.errors import PathUnusable

KILLED = -9
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Said:
    """How a program ended and what it wrote, which its repr does not show: it may be a secret."""

    status: int
    output: bytes = field(repr=False)


class ProgramWorker:
    """``skillpod.ports.Worker``. The environment is built from a fixed list of names; secrets of the pod's own are not in it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = {name: environment[name] for name in _PASSED_ON if name in environment}

    async def run(self, argv: Sequence[str], *, stdin: bytes, timeout: float) -> int:
        """The exit status; minus the signal when one ended it; -9 when it, and all it started, was killed at ``timeout`` seconds.

        Its output is thrown away. Raises PathUnusable when there is no such program.
        """
        async with self._started(argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL) as process:
            try:
                async with asyncio.timeout(timeout):
                    await process.communicate(stdin)
                return await process.wait()
            except TimeoutError:
                return KILLED
            finally:
                if process.returncode is None:
                    _kill_group(process)

    async def ask(self, argv: Sequence[str], *, timeout: float, most: int) -> Said:
        """What it writes to stdout, with nothing on its stdin and within ``timeout`` seconds; one that writes more than ``most`` bytes is
        killed then. What it writes to stderr is thrown away. Raises PathUnusable when there is no such program."""
        with closing(_Pipe()) as pipe:
            async with self._started(argv, stdin=asyncio.subprocess.DEVNULL, stdout=pipe.end) as process:
                pipe.give_away()
                try:
                    async with asyncio.timeout(timeout):
                        output = await pipe.read(most)
                        return Said(KILLED if len(output) > most else await process.wait(), output)
                except TimeoutError:
                    return Said(KILLED, b"")
                finally:
                    if process.returncode is None or not pipe.has_ended:  # one that it started may live in its group
                        _kill_group(process)

    @asynccontextmanager
    async def _started(self, argv: Sequence[str], *, stdin: int, stdout: int) -> AsyncIterator[asyncio.subprocess.Process]:
        """Reaped at the end, at which it must have been killed or have ended."""
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=stdin,
                stdout=stdout,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as fault:
            why = f"the program {argv[0]!r} can't be run: {fault.strerror or fault}"
            raise PathUnusable(why, at=argv[0], hint="check the command in HOME/pod.yaml") from fault
        try:
            yield process
        finally:
            await process.wait()


class _Pipe:
    """What a program writes, read here and not by asyncio: its ``Process.wait`` waits for the end of every pipe it reads, and who left the
    program's group may hold one open for ever. ``end`` is the program's."""

    def __init__(self) -> None:
        self._own, self.end = os.pipe()
        os.set_blocking(self._own, False)
        self.has_ended = False

    def give_away(self) -> None:
        """The program has its end: ours would keep it from being the last."""
        if self.end >= 0:
            os.close(self.end)
            self.end = -1

    async def read(self, most: int) -> bytes:
        """All of it, or, of more than ``most`` bytes, one more than that."""
        output = b""
        while len(output) <= most and (piece := await self._piece(most + 1 - len(output))):
            output += piece
        return output

    async def _piece(self, most: int) -> bytes:
        loop = asyncio.get_running_loop()
        while True:
            with suppress(BlockingIOError):
                piece = os.read(self._own, most)
                self.has_ended = not piece
                return piece
            readable = asyncio.Event()
            loop.add_reader(self._own, readable.set)
            try:
                await readable.wait()
            finally:
                loop.remove_reader(self._own)

    def close(self) -> None:
        self.give_away()
        os.close(self._own)


def _kill_group(process: asyncio.subprocess.Process) -> None:
    """It and all it started, but for those that left its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
