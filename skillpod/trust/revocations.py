"""Trust that was taken back: by key, by digest, or by name and versions. It holds for every time, also for what was admitted before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from skillpod.documents import glob_pattern, read_whole, show
from skillpod.errors import DocumentInvalid
from skillpod.model.digest import Digest, value_digest

FILE = "revocations.yaml"
"""What it is called in a folder of policies."""

SCHEMA = "trust/revocations.schema.json"
_EVERY_VERSION = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One of ``key``, ``digest`` and ``name`` says what; the others are empty. ``versions`` comes with a name."""

    key: str = ""
    digest: str = ""
    name: str = ""
    versions: str = ""
    reason: str
    by: str
    date: str

    @property
    def what(self) -> str:
        if self.key:
            return f"the key {self.key}"
        return f"the digest {self.digest}" if self.digest else f"{self.name} {self.versions}"

    def speaks_of(self, name: str, version: str) -> bool:
        """Whether it takes back that version of a skill. What can't be compared is meant."""
        return bool(self.name) and _pattern(self.name).fullmatch(name) is not None and _is_among(self.versions, version)

    def as_dict(self) -> dict[str, str]:
        return {field: value for field in self.__slots__ if (value := getattr(self, field))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocations:
    """``digest`` is over the document's values: comments and layout are not part of it."""

    entries: tuple[Revocation, ...] = ()
    digest: Digest

    def of_skill(self, name: str, version: str, digest: str) -> Iterator[Revocation]:
        """Those that speak of a skill, whoever signed it."""
        return (entry for entry in self.entries if entry.digest == digest or entry.speaks_of(name, version))

    def of_keys(self, keys: Iterable[str]) -> Iterator[Revocation]:
        """Those that speak of a key, or of a certificate's."""
        asked = frozenset(keys)
        return (entry for entry in self.entries if entry.key in asked and entry.key)


EMPTY = Revocations(digest=value_digest({"revocations": 1, "revoked": []}))
"""Nothing was taken back."""


def _pattern(name: str) -> re.Pattern[str]:
    return glob_pattern(name)


def _is_among(versions: str, version: str) -> bool:
    try:
        found = Version(version)
        return versions == _EVERY_VERSION or all(_fits(clause, found) for clause in SpecifierSet(versions))
    except (InvalidVersion, InvalidSpecifier):
        return True


def _fits(clause: Specifier, version: Version) -> bool:
    """As PEP 440, and by plain order too: ``<1.2`` there leaves out 1.2rc1, and who revokes what is below 1.2 means it."""
    if clause.contains(version, prereleases=True):
        return True
    if clause.operator not in ("<", ">"):
        return False
    edge = Version(clause.version)
    return version < edge if clause.operator == "<" else version > edge


def read_revocations(text: bytes, *, name: str = FILE, schema: bytes) -> Revocations:
    """The revocations in a YAML text; ``name`` is what faults call it, ``schema`` the text of SCHEMA.

    Raises PolicyUnreadable with every fault as a reason: unknown keys, entries that say nothing or two things, versions that are none.
    """
    value = read_whole(text, name=name, schema=schema, faults=lambda value: _faults(value["revoked"] or (), name))
    return Revocations(entries=tuple(Revocation(**entry) for entry in value["revoked"] or ()), digest=value_digest(value))


def _faults(entries: Sequence[Mapping[str, Any]], name: str) -> Iterator[DocumentInvalid]:
    for index, entry in enumerate(entries):
        at = f"{name}:revoked[{index}]"
        said = [field for field in ("key", "digest", "name") if field in entry]
        if len(said) != 1:
            what = f"it says {' and '.join(said)}" if said else "it says nothing that is revoked"
            yield DocumentInvalid(what, at=at, hint="write one of `key`, `digest`, or `name` with `versions`")
        if ("versions" in entry) is not ("name" in entry):
            yield DocumentInvalid("`name` and `versions` go together", at=at, hint='`versions: "*"` are all of them')
        yield from _version_faults(entry.get("versions", _EVERY_VERSION), f"{at}.versions")
        try:
            date.fromisoformat(entry["date"])
        except ValueError:
            yield DocumentInvalid(f"{show(entry['date'])} is not a day", at=f"{at}.date")


def _version_faults(versions: str, at: str) -> Iterator[DocumentInvalid]:
    if versions == _EVERY_VERSION:
        return
    try:
        is_empty = not list(SpecifierSet(versions))
    except InvalidSpecifier:
        is_empty = True
    if is_empty:
        yield DocumentInvalid(f"{show(versions)} are no versions", at=at, hint="as in `>=1.0,<1.4.2`; `*` are all of them")
