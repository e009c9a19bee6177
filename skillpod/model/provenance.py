"""Who signed a digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """``publisher`` and ``keys`` are empty for an unsigned skill; a sidecar that is not good never becomes this value, it is refused."""

    publisher: str = ""
    keys: tuple[str, ...] = ()

    @property
    def is_signed(self) -> bool:
        return bool(self.keys)


UNSIGNED = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The highest version of one publisher's that was published under a name, and its digest."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the journal remembers of a name that was ever admitted signed: by whom last, and of each publisher the mark. Empty: it never
    was."""

    signed_by: str = ""
    marks: Mapping[str, Mark] = field(default_factory=lambda: MappingProxyType({}))


NO_PAST = Past()
