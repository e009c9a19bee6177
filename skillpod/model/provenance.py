"""Who signed a digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """``publisher`` and ``keys`` are empty for an unsigned skill; a sidecar that is not good never becomes this value, it is refused.

    ``keys`` are the ids of the keys that signed, in order; ``subjects`` the subjects of their certificates (RFC 4514), where they have any.
    ``valid_until`` is when the first of these keys and certificates ends, in seconds since the epoch: from then on it is another answer.
    """

    publisher: str = ""
    keys: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    valid_until: float = inf

    @property
    def is_signed(self) -> bool:
        return bool(self.keys)

    @property
    def claims(self) -> bool:
        """Whether the manifest's author is only claimed. A signature backs it: the author is then one of the publisher's."""
        return not self.is_signed

    def as_dict(self) -> dict[str, Any]:
        return {"publisher": self.publisher, "keys": list(self.keys), "subjects": list(self.subjects), "claims": self.claims}


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

    def returning(self) -> Past:
        """The same for a return to an earlier digest, which an operator asks for: no mark, and nothing else is forgotten."""
        return Past(signed_by=self.signed_by)


NO_PAST = Past()
