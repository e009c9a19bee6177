"""Guests that were given packages, for ideas that begin in one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from skillpod.errors import SkillpodError, ToolRaised
from skillpod.model.provision import Package, Provision
from skillpod.ports import Guests
from tests.escapes.stage import interpreter_is_closed
from tests.support.guests import launch
from tests.support.jailed import jailed, value
from tests.support.wheels import unpacked

HANDLER = """
    from skillpod import tool

    @tool
    def tried(text: str) -> str:
        names = {}
        exec(text, names)
        return str(names["got"])
"""
FILES_ARE_WALLED = ("pivot_root", "landlock")


def behind_each() -> Iterator[tuple[str, ...]]:
    """What is left out so that both walls around files stand, or one of them alone."""
    yield ()
    yield ("landlock",)
    if not interpreter_is_closed():
        yield ("pivot_root",)


@contextmanager
def open_place() -> Iterator[Path]:
    """A directory that every user of the host may enter: what then keeps a guest out is a wall, and no mode."""
    place = Path(tempfile.mkdtemp(prefix="packages-", dir="/var/tmp"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def words(place: Path, name: str = "words") -> Package:
    return unpacked(place, name, {f"{name}/__init__.py": "WORD = 'hunter2'\n"})


def tried(source: str, *packages: Package, without: tuple[str, ...] = ()) -> Any:
    """What ``got`` is after this code has run in a guest with these packages; the exception's name when it raised."""

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        try:
            return await value(guests, "tried", text=source)
        except ToolRaised as error:
            return error.exception

    opted_out = tuple((wall, "It is what this test wants to know the worth of.") for wall in without)
    return jailed(launch(HANDLER, provision=Provision(packages=packages), opted_out=opted_out), act)
