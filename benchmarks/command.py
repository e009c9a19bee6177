"""Cold starts of the command line, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import interleave
from benchmarks.table import Row


def cold_starts(rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        (Path(directory) / "skills").mkdir()
        skillpod = str(Path(sys.executable).with_name("skillpod"))
        series = interleave(
            rounds,
            1,
            {
                "pass": lambda: _run(directory, sys.executable, "-c", "pass"),
                "version": lambda: _run(directory, skillpod, "--version"),
                "list": lambda: _run(directory, skillpod, "list"),
            },
        )
    return [
        Row("skillpod --version", series["version"], "python -c pass", series["pass"], target=0.1),
        Row("skillpod list, no pod running", series["list"], "python -c pass", series["pass"]),
    ]


def _run(directory: str, *argv: str) -> None:
    subprocess.run(argv, cwd=directory, check=True, stdout=subprocess.DEVNULL, timeout=30)
