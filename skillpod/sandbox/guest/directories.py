"""Opening a directory or file by a path in which nothing may be a link: what a pod does before it starts guests, and their zygote once
more."""

from __future__ import annotations

import errno
import os
import stat

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


def open_place(path: str) -> int:
    """A descriptor (O_PATH) of the file or directory at an absolute path. Raises OSError, also where it, or a part of the path, is a
    link."""
    directory, name = os.path.split(path)
    outer = open_directory(directory)
    try:
        opened = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=outer)
    finally:
        os.close(outer)
    if stat.S_ISLNK(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    return opened


def identity(descriptor: int) -> tuple[int, int]:
    """The device and inode that tell a directory from every other one."""
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino
