"""Cold starts of the command line, beside a Python that does nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Series, interleave
from benchmarks.pods import running, write
from benchmarks.table import Row


async def cold_starts(rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        base = Path(directory)
        for number in range(3):
            write(base / "skills", f"skill{number}")
        async with running(base):
            live = await asyncio.to_thread(_measure, directory, rounds, ["skillpod list"])
        series = await asyncio.to_thread(_measure, directory, rounds, ["skillpod --version", "skillpod list"])
    return [
        Row("skillpod --version", series["skillpod --version"], "python -c pass", series["python"], target=0.1),
        Row("skillpod list, no pod running", series["skillpod list"], "python -c pass", series["python"]),
        Row("skillpod list, through the running pod", live["skillpod list"], "python -c pass", live["python"]),
    ]


def skillpod() -> list[str]:
    """How this environment's command line is started."""
    script = Path(sys.executable).with_name("skillpod")
    return [str(script)] if script.exists() else [sys.executable, "-m", "skillpod"]


def _measure(directory: str, rounds: int, commands: list[str]) -> dict[str, Series]:
    things = {command: [*skillpod(), *command.split()[1:]] for command in commands} | {"python": [sys.executable, "-c", "pass"]}
    return interleave(rounds, 1, {name: lambda argv=argv: _run(directory, argv) for name, argv in things.items()})  # type: ignore[misc]  # SAFE: a default binds the loop's value


def _run(directory: str, argv: list[str]) -> None:
    home = [] if argv[-1] in ("pass", "--version") else ["--home", "home"]
    subprocess.run([*argv, *home], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
