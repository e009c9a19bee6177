"""Change a directory that is bound for a link and back, all the time, while it is opened."""

import ctypes
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from skillpod.errors import VolumeUnusable
from skillpod.model.volume import Volume
from skillpod.sandbox import volumes
from skillpod.sandbox.guest.directories import identity
from tests.escapes.host import PATIENCE, Host
from tests.support.volumes import volume

STOPPED_BY = ("no link on a volume's path is followed", "a directory is known by its device and inode")
_AT, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
_TRIES = 2000

Place = tuple[int, int]
"""A device and an inode."""


def in_the_jail(folder: Path) -> None:
    opened: Counter[Place | None] = Counter()
    with Host() as host:
        meant = volume(host.volumes["data"])
        for place in _opened(host, meant):
            opened[place] += 1
            if len(opened) > 1 and opened.total() >= _TRIES:
                break
    assert opened.keys() - {None} == {(meant.device, meant.inode)}


def without_the_wall(folder: Path) -> None:
    """A host that follows links, and believes that it got what it was to get."""
    with pytest.MonkeyPatch.context() as patch, Host() as host:
        meant = volume(host.volumes["data"])
        patch.setattr(volumes, "_opened", lambda name, path: os.open(path, os.O_PATH | os.O_DIRECTORY))
        patch.setattr(volumes, "identity", lambda descriptor: (meant.device, meant.inode))
        elsewhere = host.volumes["private"].stat()
        assert (elsewhere.st_dev, elsewhere.st_ino) in _opened(host, meant)


def _opened(host: Host, meant: Volume) -> Iterator[Place | None]:
    """What was opened each time; None where it was refused."""
    until = time.monotonic() + PATIENCE
    with _exchanging(host.volumes["data"], host.volumes["private"]):
        while time.monotonic() < until:
            yield _held(meant)


def _held(meant: Volume) -> Place | None:
    with suppress(VolumeUnusable):
        held = volumes.hold([meant])
        try:
            return identity(held[meant])
        finally:
            volumes.let_go(held)
    return None


@contextmanager
def _exchanging(place: Path, elsewhere: Path) -> Iterator[None]:
    """A link to elsewhere and the directory change their names in one step each time, so that one of them is always there."""
    link = place.with_name("link")
    link.symlink_to(elsewhere)
    is_over = threading.Event()
    libc = ctypes.CDLL(None, use_errno=True)

    def exchange() -> None:
        while not is_over.is_set():
            libc.renameat2(_AT, os.fsencode(place), _AT, os.fsencode(link), _EXCHANGE)

    racer = threading.Thread(target=exchange)
    racer.start()
    try:
        yield
    finally:
        is_over.set()
        racer.join()
