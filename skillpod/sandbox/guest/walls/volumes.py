"""Volumes in the zygote: the directories its guests were granted, mounted below /volumes, with the rights that were given and no others.

The host hands over a descriptor of each directory, which a link put in its place later can't change. Root clones a mount from it while it
still may, with a map of ids: the guests' user acts there as the directory's owner, and is nobody special anywhere else. An ordinary user
walks the path once more in its own mount namespace and compares. Sources: open_tree(2), mount_setattr(2), mount_namespaces(7).
"""

from __future__ import annotations

import errno
import importlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.directories import identity, open_directory
from skillpod.sandbox.guest.walls import namespaces
from skillpod.sandbox.guest.walls.namespaces import GrantFailed, Identity

HOME = "/volumes"
SHARED_ID = namespaces.INNER_ID + 1
"""The id of all guests of a zygote with volumes: a map of ids is one to one, so only one can act as a directory's owner."""

_ALWAYS = kernel.ATTR_NOSUID | kernel.ATTR_NODEV | kernel.ATTR_NOEXEC | kernel.ATTR_NOSYMFOLLOW
_BOUND = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC | kernel.MS_NOSYMFOLLOW
_NO_MAP = frozenset({errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP})
"""What the kernel answers where a file system, a container or an old kernel has no mounts with a map of ids."""

Said = Mapping[str, Mapping[str, Any]]
"""By a volume's name: ``at``, its path in the guests; ``access``; ``acts``, as whom guests act there."""


class VolumeFailed(GrantFailed):
    """One volume."""

    kind = "volume"


class _Volume:  # no dataclass: making one would cost every zygote half a millisecond, with volumes or without
    """``descriptor`` is the host's; ``tree`` a mount of it that is nowhere yet, or ``reopened`` the same directory to be bound, -1 for
    none. ``owner`` is whose files guests handle as their own, None where they are who they are."""

    __slots__ = ("descriptor", "is_writable", "name", "owner", "path", "reopened", "tree")

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.name: str = said["name"]
        self.path: str = said["path"]
        self.is_writable = said["access"] == "write"
        self.descriptor: int = said["descriptor"]
        self.tree = self.reopened = -1
        self.owner: int | None = None

    @property
    def inside(self) -> str:
        return os.path.join(HOME, self.name)


class Volumes:
    """Those of one zygote, in the order of the steps: serve_as, clone, reopen, mount, close, grants, try_out."""

    def __init__(self, listed: Iterable[Mapping[str, Any]]) -> None:
        self._volumes = [_Volume(said) for said in listed]
        if self._volumes:
            importlib.import_module("pathlib")  # each guest would load it for ``ctx.volume``
        self._user: int | None = None
        self._host_user = os.geteuid()
        self._are_mounted = False

    @property
    def user(self) -> int | None:
        """The id inside that all guests get; None without volumes, and where there is only one anyway."""
        return self._user

    @property
    def any_writable(self) -> bool:
        return any(volume.is_writable for volume in self._volumes)

    def serve_as(self, who: Identity) -> None:
        """``who`` is where the guests' ids begin on the host."""
        self._host_user = who.user
        if self._volumes and who.room > 1:
            self._user = SHARED_ID
            self._host_user += SHARED_ID - namespaces.INNER_ID

    def clone(self, who: Identity) -> None:
        """Before the namespaces are made, by root. A kernel or container that does not let it leaves it to ``reopen``."""
        if self._user is None:
            return
        for volume in self._volumes:
            try:
                volume.tree = kernel.open_tree(volume.descriptor)
            except OSError:
                return
            self._restrict(volume, who)

    def reopen(self) -> None:
        """After the mount namespace was made: the kernel binds nothing from another one. Raises VolumeFailed."""
        for volume in self._volumes:
            if volume.tree >= 0:
                continue
            try:
                volume.reopened = open_directory(volume.path)
            except OSError as error:
                why = f"it can't be opened again: {error.strerror}"
                raise VolumeFailed(volume.name, why, "see that its path has no link in it") from error
            if identity(volume.reopened) != identity(volume.descriptor):
                raise VolumeFailed(volume.name, "its path leads to another directory by now", "reload the skill to take that one")

    def mount(self, stage: str) -> None:
        """Below the new root. Raises VolumeFailed."""
        for volume in self._volumes:
            target = stage + volume.inside
            os.makedirs(target)
            try:
                _attach(volume, target)
            except OSError as error:
                is_covered = error.errno == errno.EINVAL
                remedy = "if another file system is mounted inside it, bind that one, or a directory without" if is_covered else ""
                raise VolumeFailed(volume.name, error, remedy) from error
        self._are_mounted = True

    def grants(self, plan: Mapping[str, int]) -> Iterator[tuple[int, int]]:
        """(descriptor, rights) for Landlock; where nothing is mounted, of the directories as they are on the host."""
        for volume in self._volumes:
            opened = os.open(volume.inside, os.O_PATH) if self._are_mounted else os.dup(volume.descriptor)
            try:
                yield opened, plan["scratch" if volume.is_writable else "read"]
            finally:
                os.close(opened)

    def try_out(self) -> None:
        """As guests will: list each directory, and see that what is to be written may be. Raises VolumeFailed."""
        if not self._volumes:
            return
        told, tell = os.pipe()
        process = os.fork()
        if not process:
            os.close(told)
            self._try_and_tell(tell)
        os.close(tell)
        with os.fdopen(told, "rb") as answers:
            found = answers.read()
        os.waitpid(process, 0)
        failed = json.loads(found or b'[0, "look at it", "the process that tried has ended"]')
        if failed:
            number, act, why = failed
            volume = self._volumes[number]
            raise VolumeFailed(volume.name, f"guests are the host's user {self._host_user}, who can't {act}: {why}", self._remedy(volume))

    def said(self) -> Said:
        return {
            volume.name: {
                "at": volume.inside if self._are_mounted else volume.path,
                "access": "write" if volume.is_writable else "read",
                "acts": f"as its owner, user {volume.owner}" if volume.owner is not None else f"as the host's user {self._host_user}",
            }
            for volume in self._volumes
        }

    def close(self) -> None:
        """Nothing the zygote still holds would be of use to anyone but an attacker."""
        for volume in self._volumes:
            for opened in (volume.descriptor, volume.tree, volume.reopened):
                if opened >= 0:
                    os.close(opened)

    def _restrict(self, volume: _Volume, who: Identity) -> None:
        attributes = _ALWAYS | (0 if volume.is_writable else kernel.ATTR_RDONLY)
        owner = os.fstat(volume.descriptor)
        try:
            namespace = namespaces.mapping((owner.st_uid, self._host_user), (owner.st_gid, who.group + SHARED_ID - namespaces.INNER_ID))
            try:
                kernel.set_mount(volume.tree, attributes | kernel.ATTR_IDMAP, namespace)
            finally:
                os.close(namespace)
            volume.owner = owner.st_uid
        except OSError as error:
            if error.errno not in _NO_MAP:
                raise VolumeFailed(volume.name, error) from error
            try:
                kernel.set_mount(volume.tree, attributes)
            except OSError:  # too old for that as well: ``reopen`` binds it in the older way
                os.close(volume.tree)
                volume.tree = -1

    def _try_and_tell(self, tell: int) -> NoReturn:
        if self._user is not None:
            os.setresgid(self._user, self._user, self._user)
            os.setresuid(self._user, self._user, self._user)
        os.write(tell, json.dumps(next(self._failures(), None)).encode())
        os._exit(0)

    def _failures(self) -> Iterator[tuple[int, str, str]]:
        for number, volume in enumerate(self._volumes):
            place = volume.inside if self._are_mounted else volume.path
            try:
                with os.scandir(place) as entries:
                    next(entries, None)
            except OSError as error:
                yield number, "list it", error.strerror or str(error)
            if not os.access(place, os.R_OK | os.X_OK):
                yield number, "enter it", os.strerror(errno.EACCES)
            if volume.is_writable and not os.access(place, os.W_OK):
                yield number, "write there", "its mode or its file system does not let them"

    def _remedy(self, volume: _Volume) -> str:
        """Which bits of the directory's mode count depends on who guests are there."""
        wanted = "rwx" if volume.is_writable else "rx"
        if volume.owner is not None:
            return f"let its owner do so: chmod u+{wanted}"
        if self._user is None:
            return f"let the pod's own user do so: chmod or chown {volume.path}"
        return f"here guests can't act as its owner: let everyone do so (chmod o+{wanted}), or keep it on ext4, xfs, btrfs or tmpfs"


def _attach(volume: _Volume, target: str) -> None:
    if volume.tree >= 0:
        kernel.move_mount(volume.tree, target)
        return
    inherited = os.fstatvfs(volume.reopened).f_flag & kernel.MS_RDONLY
    kernel.mount(f"/proc/self/fd/{volume.reopened}", target, "", kernel.MS_BIND)
    flags = _BOUND | inherited | (0 if volume.is_writable else kernel.MS_RDONLY)
    kernel.mount("none", target, "", kernel.MS_REMOUNT | kernel.MS_BIND | flags)
