"""A publisher: whose skills they are, which keys speak for it, and how far it is trusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from packaging.version import Version

from skillpod.documents import glob_pattern
from skillpod.model.capability import Tier
from skillpod.trust.keys import PublicKey

_ADDRESS = re.compile(r"(?:[^<>]*<)?([^<>@\s]+@[^<>@\s]+)>?")


@dataclass(frozen=True, slots=True)
class Window:
    """When a key counts, in seconds since the epoch, the end not included."""

    opens: float = float("-inf")
    closes: float = float("inf")

    def holds(self, now: float) -> bool:
        return self.opens <= now < self.closes

    @property
    def said(self) -> str:
        """For a person: moments in UTC."""
        opens = f"from {_said(self.opens)}" if self.opens > float("-inf") else ""
        closes = f"until {_said(self.closes)}" if self.closes < float("inf") else ""
        return f"{opens} {closes}".strip() or "always"


def _said(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


ALWAYS = Window()


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedKey:
    """One public key, of the one type that the operator wrote."""

    key: PublicKey
    window: Window = ALWAYS

    @property
    def id(self) -> str:
        return self.key.id


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedRoots:
    """Certificates (DER) in which a chain may end, and what the signer's certificate must say of its subject: patterns by attribute
    (``common_name``, ``organization``, ``email``)."""

    id: str
    roots: tuple[bytes, ...]
    subject: tuple[tuple[str, re.Pattern[str]], ...]
    window: Window = ALWAYS


Pinned = PinnedKey | PinnedRoots


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """``names`` are patterns of skills' names; ``authors`` whom a manifest may name; ``tier`` the highest it may ask for; ``threshold`` how
    many of the ``keys`` must have signed; ``minimum`` the lowest version by pattern of names."""

    id: str
    names: tuple[str, ...]
    authors: tuple[str, ...]
    keys: tuple[Pinned, ...]
    tier: Tier = Tier.READ_ONLY
    threshold: int = 1
    required: bool = True
    minimum: tuple[tuple[str, Version], ...] = ()

    def owns(self, name: str) -> bool:
        return glob_pattern(self.names).fullmatch(name) is not None

    def has_author(self, author: str) -> bool:
        """Whether the manifest's author is one of the publisher's: to the letter, or by the address."""
        return any(_is_author(pattern, author) for pattern in self.authors)

    def lowest(self, name: str) -> Version | None:
        """The lowest version that is taken of a name."""
        return max((version for pattern, version in self.minimum if glob_pattern(pattern).fullmatch(name)), default=None)


def _is_author(pattern: str, author: str) -> bool:
    if not is_address_pattern(pattern):
        return pattern == author
    address = _ADDRESS.fullmatch(author)
    return address is not None and glob_pattern(pattern).fullmatch(address[1]) is not None


def is_address_pattern(pattern: str) -> bool:
    """Whether an entry of ``authors`` speaks of addresses: it has a wildcard, or is one address and nothing else."""
    return "*" in pattern or "?" in pattern or re.fullmatch(r"[^<>@\s]+@[^<>@\s]+", pattern) is not None
