"""Programs that run in an environment of their own, each beside a real pod, and say in JSON what they saw."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

Run = Callable[[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a program of ``programs`` by the python of an environment."""

    def in_environment(environment: str, program: str) -> dict[str, Any]:
        place = ROOT / ".environments" / environment
        if not (place / ".installed").exists():
            pytest.skip(f"the environment `{environment}` is not there: make environments")
        folder = str(tmp_path_factory.mktemp(program))
        command = [str(place / "bin" / "python"), "-m", f"tests.environments.programs.{program}", folder]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    return in_environment
