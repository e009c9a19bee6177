"""A read-only root with nothing in it that was not put there: the interpreter's library, shared libraries, three devices.

Sources: mount_namespaces(7), pivot_root(2), tmpfs(5); the order of steps is bubblewrap's.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.directories import identity, open_place
from skillpod.sandbox.guest.walls.namespaces import WallFailed
from skillpod.sandbox.guest.walls.packages import Packages
from skillpod.sandbox.guest.walls.volumes import Volumes

SCRATCH_HOLDER = "/scratch"
"""A rule of Landlock holds for what is below a directory, not for what is mounted over it: guests mount theirs one level down."""

SCRATCH = os.path.join(SCRATCH_HOLDER, "tmp")
CANARY = "/canary"
"""A file that is in the root and that Landlock grants to nobody: the self-test tries to read it."""

_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_ZONES = "/usr/share/zoneinfo"
_PACKAGES = ("site-packages", "dist-packages")
_SYSTEM_LIBRARIES = frozenset({"/lib", "/lib64", "/usr/lib", "/usr/lib64"})
_LIBRARY_HOMES = ("/lib", "/usr/lib", "/usr/local/lib", "/nix/store")
"""A directory elsewhere that a library happened to be loaded from is not shown: who knows what else is in it."""

_LIBRARY_LINKS = ("/lib", "/lib64", "/lib32")
_TEMPORARY = "/tmp"  # noqa: S108  # SAFE: of the root that is made, where it leads to the guest's own directory
_STAGES = ("/tmp", "/run", "/mnt", "/var", "/home")  # noqa: S108  # SAFE: a mount point in our own namespace; nothing is written below it
_ROOM, _PAGE = 64 * 1024, 4096
_KEPT = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC


class View(NamedTuple):
    """What a guest may read of the host: directories by path, directories below them that are hidden, and devices; files and directories
    that may be started as well; ``files`` that are made for it, where it has a root of its own, and ``links``, each its place and what it
    says."""

    readable: tuple[str, ...]
    hidden: tuple[str, ...]
    devices: tuple[str, ...]
    executable: tuple[str, ...] = ()
    files: Mapping[str, bytes] = MappingProxyType({})
    links: tuple[tuple[str, str], ...] = ()


def view(files: Mapping[str, bytes]) -> View:
    """The interpreter's library, the directories of the shared libraries it has mapped, time zones and three devices."""
    library = [path for path in sys.path if os.path.isdir(path)]
    zones = [_ZONES] if os.path.isdir(_ZONES) else []
    shared = _directories_of_shared_libraries()
    hidden = {os.path.join(base, name) for base in library for name in _PACKAGES}
    hidden |= {path for directory in shared - _SYSTEM_LIBRARIES for path in _beside(directory, library)}
    return View(
        readable=tuple(_topmost([*library, *shared, *zones])),
        hidden=tuple(sorted(path for path in hidden if os.path.isdir(path))),
        devices=devices(),
        files=files,
    )


def devices() -> tuple[str, ...]:
    return tuple(path for path in _DEVICES if os.path.exists(path))


def pieces(directory: str, hidden: Collection[str]) -> Iterator[tuple[str, bool]]:
    """What to grant so that all below ``directory`` but ``hidden`` can be read: (path, whole); not whole means its names only."""
    if not any(_below(path, directory) for path in hidden):
        yield directory, True
        return
    yield directory, False
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        if path in hidden:
            continue
        yield from pieces(path, hidden) if os.path.isdir(path) else ((path, True),)


class Sources:
    """Descriptors of all that a view shows, opened while the zygote may still reach them by path.

    They must be opened after the mount namespace was made: the kernel binds nothing from another one. Raises GrantFailed.
    """

    def __init__(self, shown: View, volumes: Volumes, packages: Packages) -> None:
        self._shown = shown
        self._volumes = volumes
        self._packages = packages
        volumes.reopen()
        packages.reopen()
        self._opened = {path: os.open(path, os.O_PATH) for path in (*shown.readable, *shown.devices)}
        self._opened |= {path: open_place(path) for path in shown.executable}

    def identity_of(self, path: str) -> tuple[int, int]:
        return identity(self._opened[path])

    def build(self) -> None:
        """Mount the new root, fill it, make it read-only, and make it ours. Raises WallFailed naming pivot_root, and what the volumes
        and packages raise."""
        try:
            self._build()
        except OSError as error:
            raise WallFailed("pivot_root", error) from error
        finally:
            for opened in self._opened.values():
                os.close(opened)

    def _build(self) -> None:
        stage = next((path for path in _STAGES if os.path.isdir(path)), None)
        if stage is None:
            raise OSError(f"none of {', '.join(_STAGES)} is a directory that guests' user can reach")
        kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
        room = _ROOM + sum(len(content) + _PAGE for content in self._shown.files.values())
        kernel.mount("guest", stage, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, f"size={room},nr_inodes=1024,mode=0755")
        for path in _topmost([*self._shown.readable, *self._shown.executable]):
            if stat.S_ISDIR(os.fstat(self._opened[path]).st_mode):
                os.makedirs(stage + path, exist_ok=True)
            else:
                _write(stage + path, b"")
            self._bind(path, stage + path, kernel.MS_NODEV if path != _ZONES else kernel.MS_NODEV | kernel.MS_NOEXEC)
        for path in self._shown.hidden:
            kernel.mount("none", stage + path, "tmpfs", _KEPT, "size=4k,nr_inodes=2,mode=0555")
        for path in self._shown.devices:
            _write(stage + path, b"")
            self._bind(path, stage + path, kernel.MS_NOEXEC)
        for path, content in self._shown.files.items():
            _write(stage + path, content)
        _link_libraries(stage)
        for path, to in self._shown.links:
            if not os.path.lexists(stage + path):
                os.makedirs(os.path.dirname(stage + path), exist_ok=True)
                os.symlink(to, stage + path)
        _write(stage + CANARY, b"tweet\n")
        os.makedirs(stage + SCRATCH)
        self._volumes.mount(stage)
        self._packages.mount(stage)
        if not os.path.lexists(stage + _TEMPORARY):  # a program may lie there
            os.symlink(SCRATCH.removeprefix("/"), stage + _TEMPORARY)
        _move_into(stage)

    def _bind(self, path: str, target: str, flags: int) -> None:
        """Read-only. What the host's mount already denies stays denied: the kernel refuses to lift it."""
        source = f"/proc/self/fd/{self._opened[path]}"
        inherited = os.fstatvfs(self._opened[path]).f_flag & _KEPT
        kernel.mount(source, target, "", kernel.MS_BIND)
        wanted = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID | flags | inherited
        kernel.mount("none", target, "", wanted)


def address_space() -> int:
    """Bytes of address space this process has mapped now (proc_pid_statm(5))."""
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _move_into(stage: str) -> None:
    os.chdir(stage)
    kernel.pivot_into_working_directory()
    kernel.detach(".")
    os.chdir("/")
    kernel.mount("none", "/", "", kernel.MS_REMOUNT | kernel.MS_BIND | _KEPT)
    kernel.mount("none", "/", "", kernel.MS_REMOUNT | _KEPT)


def _link_libraries(stage: str) -> None:
    """Where the host says /lib -> usr/lib, the loader looks under either name."""
    for path in _LIBRARY_LINKS:
        if os.path.islink(path) and not os.path.lexists(stage + path):
            os.symlink(os.readlink(path), stage + path)


def _write(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as file:
        file.write(content)


def _directories_of_shared_libraries() -> set[str]:
    """Of those this process has mapped, the ones below the system's library directories or the interpreter's own."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        files = {line.split(maxsplit=5)[5].strip() for line in maps if "/" in line}
    directories = {os.path.dirname(path) for path in files if ".so" in os.path.basename(path) and os.path.exists(path)}
    homes = (*_LIBRARY_HOMES, os.path.join(os.path.realpath(sys.base_prefix), "lib"))
    return {path for path in directories if any(path.startswith(home) for home in homes)}


def _beside(directory: str, library: Collection[str]) -> Iterator[str]:
    """What else is in a directory of shared libraries that also holds the interpreter's library: other software, other packages."""
    if any(_below(path, directory) for path in library):
        for entry in os.scandir(directory):
            if entry.is_dir(follow_symlinks=False) and not any(_below(path + "/", entry.path) for path in library):
                yield entry.path


def _topmost(paths: Iterable[str]) -> list[str]:
    """Without those below another."""
    unique = sorted(set(paths))
    return [path for path in unique if not any(_below(path, other) for other in unique)]


def _below(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip("/") + "/")
