"""Directories to be bound, where every user reaches them, and volumes made of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from skillpod.model.capability import Access, VolumeAsk
from skillpod.model.volume import Binding, Volume
from skillpod.sandbox.volumes import Places, hold, let_go, resolve

NOWHERE = Places.around({})


@contextmanager
def common_ground() -> Iterator[Path]:
    """``data`` to be read, ``out`` to be written, ``secret`` that is nobody's business; each with a file, and links from one to another."""
    place = Path(tempfile.mkdtemp(prefix="volumes-", dir="/var/tmp"))
    place.chmod(0o755)
    for name in ("data", "out", "secret"):
        (place / name).mkdir()
        (place / name / "a.txt").write_text(name)
    (place / "data" / "link").symlink_to(place / "secret" / "a.txt")
    (place / "data" / "up").symlink_to("../secret/a.txt")
    try:
        yield place
    finally:
        for directory in [path for path in place.iterdir() if os.geteuid() and path.is_dir() and not path.is_symlink()]:
            directory.chmod(0o700)  # a test may have closed it, and who is not root could not empty it
        shutil.rmtree(place)


def volume(path: Path, access: str = "read", name: str = "data") -> Volume:
    (found,) = resolve([VolumeAsk(name, access)], {name: Binding(path=str(path), access=Access(access))}, NOWHERE)
    return found


@contextmanager
def held(*volumes: Volume) -> Iterator[Mapping[Volume, int]]:
    descriptors = hold(volumes)
    try:
        yield descriptors
    finally:
        let_go(descriptors)
