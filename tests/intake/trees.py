"""Trees on disk, made from a mapping of names to contents, and read back the naive way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

MANIFEST = b'name: demo\nversion: "1.0.0"\n'
HANDLER = b"from skillpod import tool\n"
PLAIN = {"manifest.yaml": MANIFEST, "handler.py": HANDLER, "lib/inner.py": b"ANSWER = 42\n"}


def plant(folder: Path, files: Mapping[str, bytes] = PLAIN) -> Path:
    """Write the files, and the folders they need."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def read_naively(folder: Path) -> dict[str, bytes]:
    """Every plain file by its relative name."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found
