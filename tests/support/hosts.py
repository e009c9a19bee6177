"""Hosts that are not this one: an ordinary user, the system's own interpreter, a kernel that refuses something."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parent.parent.parent
ORDINARY_USER = ("setpriv", "--reuid", "61234", "--regid", "61234", "--clear-groups")
SYSTEM_PYTHON = Path("/usr/bin/python3")


def on_a_host(
    refusing: str, source: str, *without: str, prefix: Sequence[str] = (), module: str = "tests.support.show_walls"
) -> dict[str, Any]:
    """Run ``source`` behind the walls another host can put up: an ordinary system interpreter, and what its kernel refuses. ``module`` is
    what takes it."""
    if not SYSTEM_PYTHON.exists() or not _system_python_fits():
        pytest.skip("needs a system interpreter that this package supports")
    if not readable_by_others(REPOSITORY):
        pytest.skip("needs a working copy that everyone may read")
    done = subprocess.run(
        [*prefix, str(SYSTEM_PYTHON), "-m", "tests.support.poorer_host", refusing, module, source, *without],
        env={"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]},
        cwd="/",
        capture_output=True,
        timeout=60,
        check=False,
    )
    shown: dict[str, Any] = json.loads(done.stdout or done.stderr)
    return shown


def _system_python_fits() -> bool:
    check = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    return subprocess.run([SYSTEM_PYTHON, "-c", check], check=False).returncode == 0


def readable_by_others(path: Path) -> bool:
    return all(part.stat().st_mode & 0o5 == 0o5 for part in (path, *path.parents))
