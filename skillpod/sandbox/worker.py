"""Runs the operator's own programs, such as the alert command: never a skill's."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

from skillpod.errors import PathUnusable

KILLED = -9
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


class ProgramWorker:
    """``skillpod.ports.Worker``. The environment is built from a fixed list of names; secrets of the pod's own are not in it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = {name: environment[name] for name in _PASSED_ON if name in environment}

    async def run(self, argv: Sequence[str], *, stdin: bytes, timeout: float) -> int:
        """The exit status; minus the signal when one ended it; -9 when it, and all it started, was killed at ``timeout`` seconds.

        Its output is thrown away. Raises PathUnusable when there is no such program.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as fault:
            why = f"the program {argv[0]!r} can't be run: {fault.strerror or fault}"
            raise PathUnusable(why, at=argv[0], hint="check the command in HOME/pod.yaml") from fault
        try:
            async with asyncio.timeout(timeout):
                await process.communicate(stdin)
            return await process.wait()
        except TimeoutError:
            return KILLED
        finally:
            if process.returncode is None:  # not reaped, so the group is still this one's
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
