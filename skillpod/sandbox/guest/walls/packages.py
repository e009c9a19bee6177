"""Packages in the zygote: the directories its guests may import from, mounted read-only below /packages, and no others.

The host unpacked and checked them; they are the pod's own and no guest's user may write there. What a zygote has mounted no skill of
another trust domain sees. Source: mount_namespaces(7).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls.namespaces import GrantFailed

HOME = "/packages"

_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_BOUND = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOSYMFOLLOW


class PackageFailed(GrantFailed):
    """One package."""

    kind = "package"


class _Package:  # no dataclass: making one would cost every zygote, with packages or without
    __slots__ = ("is_native", "name", "opened", "path")

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.name: str = said["name"]
        self.path: str = said["path"]
        self.is_native: bool = said["native"]
        self.opened = _opened(self.name, self.path)

    @property
    def inside(self) -> str:
        return os.path.join(HOME, self.name)


class Packages:
    """Those of one zygote, in the order of the steps: reopen, mount, grants, close. They are opened while the zygote may still reach them.
    Raises PackageFailed."""

    def __init__(self, listed: Iterable[Mapping[str, Any]]) -> None:
        self._packages = [_Package(said) for said in listed]
        self._are_mounted = False

    @property
    def places(self) -> tuple[str, ...]:
        """Where guests find them, in the order of the import path."""
        return tuple(package.inside if self._are_mounted else package.path for package in self._packages)

    def reopen(self) -> None:
        """After the mount namespace was made: the kernel binds nothing from another one. Raises PackageFailed."""
        for package in self._packages:
            os.close(package.opened)
            package.opened = _opened(package.name, package.path)

    def mount(self, stage: str) -> None:
        """Below the new root. Machine code can be mapped only from a package that is known to have some. Raises PackageFailed."""
        for package in self._packages:
            target = stage + package.inside
            os.makedirs(target)
            inherited = os.fstatvfs(package.opened).f_flag & (kernel.MS_NOEXEC | kernel.MS_NOSUID | kernel.MS_NODEV)
            flags = _BOUND | inherited | (0 if package.is_native else kernel.MS_NOEXEC)
            try:
                kernel.mount(f"/proc/self/fd/{package.opened}", target, "", kernel.MS_BIND)
                kernel.mount("none", target, "", kernel.MS_REMOUNT | kernel.MS_BIND | flags)
            except OSError as error:
                raise PackageFailed(package.name, error) from error
        self._are_mounted = True

    def grants(self, plan: Mapping[str, int]) -> Iterator[tuple[int, int]]:
        """(descriptor, rights) for Landlock; where nothing is mounted, of the directories as they are on the host."""
        for package in self._packages:
            opened = _opened(package.name, package.inside) if self._are_mounted else os.dup(package.opened)
            try:
                yield opened, plan["read"]
            finally:
                os.close(opened)

    def require_readable(self) -> None:
        """As the user guests are by now, where nothing was mounted. Raises PackageFailed."""
        for package in self._packages:
            try:
                os.listdir(package.inside if self._are_mounted else package.path)
            except OSError as error:
                raise PackageFailed(package.name, f"guests can't read it: {error.strerror}") from error

    def close(self) -> None:
        """Nothing the zygote still holds would be of use to anyone but an attacker."""
        for package in self._packages:
            os.close(package.opened)


def _opened(name: str, path: str) -> int:
    try:
        return os.open(path, _DIRECTORY)
    except OSError as error:
        raise PackageFailed(name, f"it can't be opened: {error.strerror}") from error
