"""Volumes on the host: which directories may be bound, what a name leads to now, and descriptors that keep leading there.

A path is resolved once, when a skill is decided on. From then on it is walked part by part without following a link, and what is found
must be the directory that was found then.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from skillpod.errors import SkillpodError, VolumeUnusable
from skillpod.model.capability import Access, VolumeAsk
from skillpod.model.volume import Binding, Volume
from skillpod.sandbox.guest.directories import identity, open_directory

_OF_THE_KERNEL = ("/proc", "/sys", "/dev")
_OF_THE_SYSTEM = (
    "/bin",
    "/boot",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/sbin",
    "/run",
    "/usr",
    "/var/lib/dpkg",
    "/var/lib/systemd",
    "/var/spool/cron",
)
_SECRETS = "/etc"
_PACKAGE = Path(__file__).parent.parent
_FIRST_PERSON, _NOBODY = 1000, 65534


@dataclass(frozen=True, slots=True)
class Places:
    """Real paths by what they are, in words. ``closed`` are the pod's own, which no volume may touch; ``executed`` those of programs and
    imported code, which none may touch that is written to; ``homes`` hold hidden files, so that only what is below them may be."""

    closed: Mapping[str, str]
    executed: Mapping[str, str]
    homes: frozenset[str]

    @classmethod
    def around(cls, closed: Mapping[str, Path]) -> Places:
        """The pod's own places, and those this machine runs code from."""
        own = {os.path.realpath(path): what for what, path in closed.items()}
        executed = {os.path.realpath(path): what for path, what in _executed()}
        executed.pop("/", None)  # a service started as `python -m` in / imports from everywhere: that leaves no place at all
        return cls(own, executed, frozenset(map(os.path.realpath, _homes())))

    def fault(self, path: str, access: Access) -> str:
        """Why this real path may not be bound; empty when it may."""
        if fault := self.fault_of_a_file(path):
            return fault
        return self._fault_of_writing(path) if access is Access.WRITE else self._fault_of_reading(path)

    def fault_of_a_file(self, path: str) -> str:
        """The same of one file that is named: what lies beside it does not come along."""
        if path == "/":
            return "it is the whole machine"
        for kernel in _OF_THE_KERNEL:
            if _is_in(path, kernel):
                return f"{kernel} belongs to the kernel"
        for place, what in self.closed.items():
            if touches(path, place):
                return f"{_how(path, place)} {what}, {place}"
        return ""

    def _fault_of_reading(self, path: str) -> str:
        """As root, guests act in a volume as the directory's owner: what only root may read there is read."""
        if touches(path, _SECRETS):
            return f"{_how(path, _SECRETS)} {_SECRETS}, with this machine's passwords and keys"
        for home in sorted(self.homes):
            if _is_in(home, path) or (_is_in(path, home) and "/." in path[len(home) :]):
                return f"{_how(path, home)} a home directory, {home}, and its hidden files hold keys"
        return ""

    def _fault_of_writing(self, path: str) -> str:
        hidden = next((part for part in path.split("/") if part.startswith(".")), "")
        if hidden:
            return f"a directory such as {hidden} holds what programs trust"
        for place, what in self.executed.items():
            if touches(path, place):
                return f"{_how(path, place)} {what}, {place}"
        home = next((home for home in self.homes if _is_in(home, path)), "")
        return f"{_how(path, home)} a home directory, {home}, with the hidden files that programs trust" if home else ""


def resolve(asked: Collection[VolumeAsk], bindings: Mapping[str, Binding], places: Places) -> tuple[Volume, ...]:
    """What each volume is now, by name. Raises VolumeUnusable with every reason."""
    volumes: list[Volume] = []
    faults: list[SkillpodError] = []
    for ask in sorted(asked):
        try:
            volumes.append(_resolved(ask, bindings, places))
        except VolumeUnusable as fault:
            faults.append(fault)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise VolumeUnusable(f"{len(faults)} volumes can't be had: {faults[0].message}", hint=faults[0].hint, reasons=faults)
    return tuple(volumes)


def hold(volumes: Iterable[Volume]) -> dict[Volume, int]:
    """A descriptor (O_PATH) of each; while it is open, the directory is the one meant, wherever its path leads. Raises VolumeUnusable."""
    held: dict[Volume, int] = {}
    try:
        for volume in volumes:
            held[volume] = _opened(volume.name, volume.path)
            if identity(held[volume]) != (volume.device, volume.inode):
                raise _elsewhere(volume.name, volume.path)
    except BaseException:
        let_go(held)
        raise
    return held


def let_go(held: Mapping[Volume, int]) -> None:
    for descriptor in held.values():
        os.close(descriptor)


def unusable(volume: Volume, detail: str, remedy: str) -> VolumeUnusable:
    return VolumeUnusable(f"the volume `{volume.name}`, {volume.path}: {detail}", at=_place(volume.name), hint=remedy)


def _resolved(ask: VolumeAsk, bindings: Mapping[str, Binding], places: Places) -> Volume:
    access = Access(ask.access)
    binding = bindings.get(ask.name)
    if binding is None:
        example = f"volumes: {{{ask.name}: {{path: /the/directory, access: {ask.access}}}}}"
        raise VolumeUnusable(f"the volume `{ask.name}` is not bound", at=_place(ask.name), hint=f"write into HOME/pod.yaml: {example}")
    if access is Access.WRITE and binding.access is Access.READ:
        raise VolumeUnusable(
            f"the volume `{ask.name}` is bound for reading, and the skill is to write to it",
            at=_place(ask.name),
            hint="write `access: write` there, or mount a version that only reads",
        )
    path = os.path.realpath(binding.path)
    fault = places.fault(path, access)
    if fault:
        raise VolumeUnusable(f"the volume `{ask.name}` may not be {path}: {fault}", at=_place(ask.name), hint="bind another directory")
    opened = _opened(ask.name, path)
    try:
        device, inode = identity(opened)
    finally:
        os.close(opened)
    return Volume(name=ask.name, access=access, path=path, device=device, inode=inode)


def _opened(name: str, path: str) -> int:
    try:
        return open_directory(path)
    except NotADirectoryError:
        raise _elsewhere(name, path) from None
    except OSError as error:
        hint = "make the directory, or bind another; it is tried again by itself"
        raise VolumeUnusable(f"the volume `{name}`, {path}: {error.strerror}", at=_place(name), hint=hint) from error


def _elsewhere(name: str, path: str) -> VolumeUnusable:
    return VolumeUnusable(
        f"{path} is not the directory meant by the volume `{name}`: it is a file or a link, or was replaced since the skill was mounted",
        at=_place(name),
        hint="bind a directory; one that was replaced is taken by `skillpod reload` of the skill",
    )


def _place(name: str) -> str:
    return f"pod.yaml:volumes.{name}"


# --- where nothing may be written ------------------------------------------------------------------------------------------------


def _executed() -> Iterator[tuple[str, str]]:
    yield from ((path, "part of the system") for path in _OF_THE_SYSTEM)
    yield from ((path, "a directory of programs (PATH)") for path in os.environ.get("PATH", "").split(os.pathsep) if path)
    yield from ((path, "the interpreter") for path in {sys.prefix, sys.base_prefix, sys.exec_prefix})
    yield from ((path or os.getcwd(), "a directory that Python imports from") for path in sys.path)
    yield os.fspath(_PACKAGE), "skillpod itself"


def _homes() -> set[str]:
    """Of this user, of root and of every account of a person; of the others, / or /bin are often said to be one."""
    people = {entry.pw_dir for entry in pwd.getpwall() if entry.pw_uid in (0, os.geteuid()) or _FIRST_PERSON <= entry.pw_uid < _NOBODY}
    return {home for home in {*people, os.path.expanduser("~")} if home not in ("", "/")}


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def touches(path: str, place: str) -> bool:
    """Whether one of two real paths is, or is in, the other."""
    return _is_in(path, place) or _is_in(place, path)


def _how(path: str, place: str) -> str:
    return "it is" if path == place else "it is in" if _is_in(path, place) else "it holds"
