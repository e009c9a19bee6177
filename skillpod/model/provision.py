"""What the operator's side puts behind the grants of one launch: directories, programs, packages and the values of variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from skillpod.model.capability import Grants, VolumeAsk
from skillpod.model.volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """An executable file, as it was found when the skill was decided on: ``path`` had no link in it and led to this ``device`` and
    ``inode``. ``reads`` are further files and directories that it needs, real paths; ``links`` lead to them, and to it, from where the
    operator named them by a link. ``environment`` is all it has of one."""

    name: str
    path: str
    device: int
    inode: int
    reads: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON, for identities, the journal and people. Of the environment its names: values may be what nobody should read."""
        return {
            "name": self.name,
            "path": self.path,
            "file": f"{self.device}:{self.inode}",
            "reads": list(self.reads),
            "links": [place for place, _ in self.links],
            "environment": [name for name, _ in self.environment],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramBinding:
    """What pod.yaml says of a program's name: an absolute path, what else it reads or starts, and all it has of an environment."""

    path: str
    reads: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A wheel that was unpacked into the store: ``digest`` is that of the wheel's bytes, ``place`` the directory, ``modules`` what can be
    imported from it. ``native`` are its files of machine code, which no audit reads."""

    name: str
    version: str
    digest: str
    place: str
    modules: tuple[str, ...] = ()
    native: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "digest": self.digest,
            "modules": list(self.modules),
            "native": list(self.native),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """All of it, each only as far as it was granted. ``variables`` are the granted ones of the environment that have a value here,
    ``secrets`` the names of those whose value may be handed to the skill: of a bound one the host keeps it."""

    volumes: tuple[Volume, ...] = ()
    programs: tuple[Program, ...] = ()
    packages: tuple[Package, ...] = ()
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    secrets: frozenset[str] = frozenset()

    def fault(self, grants: Grants) -> str:
        """What of it was not granted; empty when nothing."""
        given = {VolumeAsk(volume.name, volume.access.value) for volume in self.volumes}
        if len(given) != len(self.volumes) or not given <= grants.volumes:
            return "a guest gets the volumes it was granted and no others"
        if not {program.name for program in self.programs} <= grants.programs:
            return "a guest gets the programs it was granted and no others"
        if not self.variables.keys() <= grants.environment:
            return "a guest gets the variables it was granted and no others"
        if not self.secrets <= grants.secrets:
            return "a guest gets the secrets it was granted and no others"
        return ""


NONE = Provision()
