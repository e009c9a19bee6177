"""A skill folder frozen as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from skillpod.model.digest import Digest, tree_digest, value_digest
from skillpod.model.names import SIDECAR

MAX_FILES = 512
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """``files`` maps relative POSIX names to contents, in the order of their UTF-8 bytes; ``sidecars`` are signature evidence in the
    root; ``left_out`` names what the fixed published list leaves out. Make one with ``Bundle.freeze``."""

    digest: Digest
    files: Mapping[str, bytes]
    sidecars: Mapping[str, bytes]
    left_out: tuple[str, ...] = ()

    @classmethod
    def freeze(cls, files: Mapping[str, bytes], sidecars: Mapping[str, bytes] | None = None, left_out: tuple[str, ...] = ()) -> Bundle:
        ordered = {name: files[name] for name in sorted(files, key=str.encode)}
        evidence = {name: sidecars[name] for name in sorted(sidecars, key=str.encode)} if sidecars else {}
        return cls(
            digest=tree_digest(ordered),
            files=MappingProxyType(ordered),
            sidecars=MappingProxyType(evidence),
            left_out=left_out,
        )

    @property
    def has_evidence(self) -> bool:
        """Whether anything says of itself to be a signature, in its place or among the files."""
        return bool(self.sidecars) or any(SIDECAR.fullmatch(name) for name in self.files)

    @property
    def evidence(self) -> Digest:
        """The digest of the signature sidecars: part of a generation's identity, not of the bundle's."""
        return tree_digest(self.sidecars) if self.sidecars else value_digest(None)

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))
