"""A text file of somebody else's, replaced in one step, unless it changed since it was read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

Stamp = tuple[int, ...]
"""What a file was when it was read: time, size, number and, last, its mode; empty when there was none."""


def stamp(path: Path) -> Stamp:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode & 0o7777)


def replaced(path: Path, text: str, *, seen: Stamp, mode: int) -> bool:
    """Whether it was: not when the file is no longer what was seen. ``mode`` is exact for a file that was there, else under the umask."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")  # a name that no bundle ever holds
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "w", encoding="utf-8", newline="") as file:
            if seen:
                os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if stamp(path) != seen:
            return False
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return True
