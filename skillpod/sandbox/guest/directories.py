"""Opening a directory by a path in which nothing may be a link: what a pod does before it starts guests, and their zygote once more."""

from __future__ import annotations

import os

_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def open_directory(path: str) -> int:
    """A descriptor (O_PATH) of the directory at an absolute path. Raises OSError: where a part is a link, it is no directory (ENOTDIR)."""
    opened = os.open("/", _DIRECTORY)
    for part in filter(None, path.split("/")):
        outer = opened
        try:
            opened = os.open(part, _DIRECTORY, dir_fd=outer)
        finally:
            os.close(outer)
    return opened


def identity(descriptor: int) -> tuple[int, int]:
    """The device and inode that tell a directory from every other one."""
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino
