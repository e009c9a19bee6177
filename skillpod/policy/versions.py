"""Versions as a rule's condition (PEP 440): an allowance covers a specifier's, a restriction hits one and all below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


def specifier_of(text: str) -> SpecifierSet:
    """What an allowance says. Raises ValueError in words."""
    try:
        found = SpecifierSet(text)
    except InvalidSpecifier:
        raise ValueError(f"expected versions like >=1.2,<2, got {text!r}") from None
    if not list(found):
        raise ValueError("expected versions like >=1.2,<2, got nothing")
    return found


@dataclass(frozen=True, slots=True)
class Ceiling:
    """``is_within``: the bound itself is hit, too."""

    bound: Version
    is_within: bool

    def hits(self, text: str) -> bool:
        """By the plain order of versions, in which 1.4rc1 comes before 1.4. What is no version is hit, and so is one that adds a local part
        (``1.4+mine``) to one that is."""
        version = _version(text)
        return version is None or version < self.bound or (self.is_within and version == self.bound)


def ceiling_of(text: str) -> Ceiling:
    """What a restriction says: ``<2`` or ``<=1.4``, for from any other a lower version or a pre-release would escape. Raises ValueError in
    words."""
    parts = list(specifier_of(text))
    if len(parts) != 1 or parts[0].operator not in ("<", "<="):
        raise ValueError("a lower version would escape this rule")
    return Ceiling(Version(parts[0].version), parts[0].operator == "<=")


def is_of(specifier: SpecifierSet, text: str) -> bool:
    """Whether an allowance covers a version; a pre-release only where the specifier names one. What is no version is not covered."""
    version = _version(text)
    return version is not None and specifier.contains(version, prereleases=bool(specifier.prereleases))


@lru_cache(maxsize=1024)
def _version(text: str) -> Version | None:
    """Without its local part, which anyone may add."""
    try:
        return Version(Version(text).public)
    except InvalidVersion:
        return None
