"""Runs the operator's own programs, such as the alert command: never a skill's."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from skillpod.errors import PathUnusable

KILLED = -9
_CLOSING_SECONDS = 1.0
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

    async def ask(self, argv: Sequence[str], *, timeout: float, most: int) -> Said:
        """What it writes to stdout, with nothing on its stdin and within ``timeout`` seconds; one that writes more than ``most`` bytes is
        killed then. What it writes to stderr is thrown away. Raises PathUnusable when there is no such program."""
        async with self._started(argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE) as process:
            output = b""
            try:
                async with asyncio.timeout(timeout):
                    while len(output) <= most and (piece := await _piece(process, most + 1 - len(output))):
                        output += piece
                    return Said(KILLED if len(output) > most else await process.wait(), output)
            except TimeoutError:
                return Said(KILLED, b"")

    @asynccontextmanager
    async def _started(self, argv: Sequence[str], *, stdin: int, stdout: int) -> AsyncIterator[asyncio.subprocess.Process]:
        """It, and all it started, is gone at the end."""
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
            is_running, held = process.returncode is None, _held(process)
            if is_running or held is not None:  # so the group is still this one's: not reaped, or one that it started is in it
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            if is_running:
                await process.wait()
            elif held is not None:
                with suppress(TimeoutError):  # one that left the group
                    await asyncio.wait_for(held.read(), _CLOSING_SECONDS)


def _held(process: asyncio.subprocess.Process) -> asyncio.StreamReader | None:
    """Its output, where somebody may write to it yet."""
    return None if process.stdout is None or process.stdout.at_eof() else process.stdout


async def _piece(process: asyncio.subprocess.Process, most: int) -> bytes:
    return b"" if process.stdout is None else await process.stdout.read(most)
