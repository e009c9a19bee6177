"""A filesystem of its own for a directory, so small that it can be filled."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def small_filesystem(path: Path, size: str) -> Iterator[Path]:
    """A tmpfs mounted at ``path``, ``size`` as mount(8) takes it. Skips where mounting is not allowed: it takes root with CAP_SYS_ADMIN."""
    path.mkdir(mode=0o700)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", path], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"a filesystem must be mounted, which takes root: {made.stderr.decode().strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


def use_up(ballast: Path) -> None:
    """Write a file until the filesystem is full."""
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
