"""What pod.yaml binds the names to that skills ask for, and what becomes of a skill when it is bound otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from skillpod.model.capability import Access
from skillpod.model.provision import ProgramBinding, Provision
from skillpod.model.secret import SecretSource
from skillpod.model.volume import Binding, Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """By name."""

    volumes: Mapping[str, Binding] = field(default_factory=lambda: MappingProxyType({}))
    programs: Mapping[str, ProgramBinding] = field(default_factory=lambda: MappingProxyType({}))
    secrets: Mapping[str, SecretSource] = field(default_factory=lambda: MappingProxyType({}))

    def shown(self, names: Iterable[str]) -> frozenset[str]:
        """Those of these secrets whose value may be handed to a skill."""
        return frozenset(name for name in names if name in self.secrets and self.secrets[name].bound is None)

    def lost(self, provision: Provision) -> Iterator[str]:
        """What was provided and is no longer given, each in words."""
        for volume in provision.volumes:
            if not self._is_given(volume):
                yield f"the volume `{volume.name}`"
        for program in provision.programs:
            if program.name not in self.programs:
                yield f"the program `{program.name}`"
        for name in sorted(provision.secrets - self.shown(provision.secrets)):
            yield f"the secret `{name}`"

    def differ(self, before: Bindings, provision: Provision) -> bool:
        """Whether anything that was provided is bound otherwise than before."""
        if provision.secrets - self.shown(provision.secrets):
            return True
        return any(before.volumes.get(volume.name) != self.volumes.get(volume.name) for volume in provision.volumes) or any(
            before.programs.get(program.name) != self.programs.get(program.name) for program in provision.programs
        )

    def _is_given(self, volume: Volume) -> bool:
        binding = self.volumes.get(volume.name)
        return binding is not None and (binding.access is Access.WRITE or volume.access is Access.READ)
