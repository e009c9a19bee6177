"""Programs in the zygote they are forked from: their files, what they need beside shared libraries, and the libraries, to read and start.

The host has resolved each when the skill was decided on. What lies at its path now must be that very file. A right to start it is given for
the programs, what they need, and the dynamic loader; never for a library directory, where a volume is mounted, or for scratch. Sources:
ld.so(8), landlock(7) (LANDLOCK_ACCESS_FS_EXECUTE).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skillpod.sandbox.guest.directories import identity, open_place
from skillpod.sandbox.guest.walls import root
from skillpod.sandbox.guest.walls.namespaces import GrantFailed

_C_LIBRARIES = ("libc.so.6", "libc.so")
_PLAIN_HOMES = ("/lib", "/usr/lib")
_MERGED = ("/bin", "/sbin")
_REPLACED = "reload the skill to take the file that is there now"


class ProgramFailed(GrantFailed):
    """One program."""

    kind = "program"


class Programs:
    """Those of one zygote. ``view`` is what their root shows; ``check`` holds it against what was decided."""

    def __init__(self, listed: Iterable[Mapping[str, Any]]) -> None:
        self._listed = list(listed)
        for said in self._listed:
            for path in (said["path"], *said["reads"]):
                self._look_at(said, path)

    def view(self) -> root.View:
        named = [path for said in self._listed for path in (said["path"], *said["reads"])]
        libraries = _libraries()
        return root.View(
            readable=libraries,
            hidden=(),
            devices=root.devices(),
            executable=tuple(dict.fromkeys([*named, *_loaders(libraries)])),
            links=(*_merged(), *((place, to) for said in self._listed for place, to in said["links"])),
        )

    def check(self, sources: root.Sources) -> None:
        """Raises ProgramFailed when a program was replaced since the skill was decided on."""
        for said in self._listed:
            if sources.identity_of(said["path"]) != (said["device"], said["inode"]):
                raise ProgramFailed(said["name"], f"{said['path']} is another file than when the skill was mounted", _REPLACED)

    def _look_at(self, said: Mapping[str, Any], path: str) -> None:
        """Before anything is built, so that the program is named and not a wall. Raises ProgramFailed."""
        try:
            opened = open_place(path)
        except OSError as error:
            raise ProgramFailed(said["name"], f"{path} can't be opened: {error.strerror}", _REPLACED) from error
        found = identity(opened)
        os.close(opened)
        if path == said["path"] and found != (said["device"], said["inode"]):
            raise ProgramFailed(said["name"], f"{path} is another file than when the skill was mounted", _REPLACED)


def _merged() -> Iterator[tuple[str, str]]:
    """Where the host says /bin -> usr/bin, a program may be named by either."""
    return ((path, os.readlink(path)) for path in _MERGED if os.path.islink(path))


def _libraries() -> tuple[str, ...]:
    """Where the dynamic loader looks when nothing else is said: the architecture's own directories, or where there is none /lib itself."""
    architecture = getattr(sys.implementation, "_multiarch", "") or f"{os.uname().machine}-linux-gnu"
    several = [f"/lib/{architecture}", f"/usr/lib/{architecture}", "/lib64", "/usr/lib64"]
    found = _real(several)
    if not any(os.path.exists(os.path.join(path, name)) for path in found for name in _C_LIBRARIES):
        found = _real([*several, *_PLAIN_HOMES])
    return tuple(found)


def _real(paths: Iterable[str]) -> list[str]:
    """Those that are there, without links and each once."""
    return list(dict.fromkeys(os.path.realpath(path) for path in paths if os.path.isdir(path)))


def _loaders(libraries: Iterable[str]) -> Iterator[str]:
    """The dynamic loaders: the kernel starts one for a program that asks for it."""
    for directory in libraries:
        for name in os.listdir(directory):
            if name.startswith("ld") and ".so" in name and not os.path.isdir(path := os.path.join(directory, name)):
                real = os.path.realpath(path)
                if os.path.basename(real).startswith("ld") and os.path.isfile(real):
                    yield real
