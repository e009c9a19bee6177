"""Put a link to elsewhere in the place of a directory that is bound: before it is opened, before it is mounted, or after."""

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from skillpod.errors import VolumeUnusable
from skillpod.model.volume import Volume
from skillpod.sandbox import volumes
from tests.escapes.host import SECRET, Host
from tests.support import jail
from tests.support.volumes import volume

STOPPED_BY = ("no link on a volume's path is followed", "a directory is known by its device and inode", "what is mounted is a descriptor")
REFUSED = "refused"


def in_the_jail(folder: Path) -> None:
    assert _read("before it is opened") == REFUSED
    assert _read("before it is mounted") == ("data" if os.geteuid() == 0 else REFUSED), "an ordinary user's guests walk the path once more"
    assert _read("after") == "data"


def without_the_wall(folder: Path) -> None:
    """A host that opens a path when it is needed, and takes what is there."""
    if os.geteuid() != 0:
        pytest.skip("needs root: an ordinary user's zygote walks the path once more, without following a link")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(volumes, "hold", _follow)
        assert _read("before it is opened") == SECRET


def _follow(meant: Iterable[Volume]) -> dict[Volume, int]:
    return {one: os.open(one.path, os.O_PATH | os.O_DIRECTORY) for one in meant}


def _read(moment: str) -> str:
    """What a guest finds in the volume's file when the link came at this moment."""
    with Host() as host:
        place = host.volumes["data"]

        def comes(now: str) -> None:
            if now == moment:
                place.rename(f"{place}-moved")
                place.symlink_to(host.volumes["private"])

        try:
            return asyncio.run(_started(volume(place), comes))
        except VolumeUnusable:
            return REFUSED
        finally:
            place.unlink()


async def _started(meant: Volume, comes: Callable[[str], None]) -> str:
    comes("before it is opened")
    held = volumes.hold([meant])
    try:
        comes("before it is mounted")
        async with jail.zygote(held=held) as zygote:
            comes("after")
            answer = await jail.probe(zygote, "result = open('/volumes/data/a.txt').read()")
            return str(answer.value)
    finally:
        volumes.let_go(held)
