"""What pod.yaml puts behind the grants of skills: where each secret is kept, and what variables are set to; checked beyond its schema."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from skillpod.documents import join, show
from skillpod.errors import DocumentInvalid
from skillpod.manifest.fields import Bounds, environment_name, host, seconds
from skillpod.model.bindings import Bindings
from skillpod.model.capability import Grants
from skillpod.model.manifest import Manifest
from skillpod.model.provision import Provision
from skillpod.model.secret import Bound, Kept, SecretSource
from skillpod.sandbox import programs, volumes
from skillpod.sandbox.volumes import Places
from skillpod.store.packages import PackageStore

NAME = "pod.yaml"
_KEEP = Bounds("0s", "24h")
_OURS = re.compile(
    r"(host|content-length|content-type|transfer-encoding|connection|te|trailer|upgrade|keep-alive|expect|proxy-.*)", re.IGNORECASE
)
"""Headers that say how a request is framed, or what it is, and so are no place for a secret."""
_POSIX_ZONE = re.compile(r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d{1,2}(?::\d{2}){0,2}\S*")
"""As in ``CET-1CEST,M3.5.0,M10.5.0/3`` (POSIX, 8.3)."""


@dataclass(frozen=True, slots=True)
class Variables:
    """For every skill, and by a skill's name its own, which count for more."""

    common: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    own: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, skill: str) -> Mapping[str, str]:
        """What is set for it, whether it was granted or not."""
        return {**self.common, **self.own.get(skill, {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What there is to be put behind grants: what names are ``bound`` to, what ``variables`` are set to for the skill at hand, the store of
    ``packages``; nothing that touches one of ``places`` is bound. ``build`` says how packages are built."""

    bound: Bindings
    variables: Mapping[str, str]
    packages: PackageStore
    places: Places
    build: str

    def provide(self, grants: Grants, manifest: Manifest) -> Provision:
        """What stands behind these grants now. Raises VolumeUnusable, ProgramUnusable, PackageUnusable."""
        return Provision(
            volumes=volumes.resolve(grants.volumes, self.bound.volumes, self.places),
            programs=programs.resolve(grants.programs, self.bound.programs, self.places, self.bound.volumes),
            packages=self.packages.find(manifest.requires.packages, hint=self.build),
            secrets=self.bound.shown(grants.secrets),
            variables={name: self.variables[name] for name in sorted(grants.environment & self.variables.keys())},
        )


def without_value(fault: DocumentInvalid) -> DocumentInvalid:
    """A fault among the secrets, which does not quote what is there: it may be a secret that somebody wrote into the wrong place."""
    if not fault.at.startswith(join(NAME, "secrets.")):
        return fault
    said, _, _ = fault.message.partition(", got ")
    return DocumentInvalid(said, at=fault.at, hint=fault.hint or "pod.yaml says where a secret is kept, never the secret itself")


def read_sources(document: Mapping[str, Any], faults: list[DocumentInvalid]) -> Mapping[str, SecretSource]:
    """``secrets`` of a document that fits the schema; what else is wrong goes to ``faults``."""
    said: Mapping[str, Mapping[str, Any]] = document.get("secrets", {})
    sources: dict[str, SecretSource] = {}
    for name, entry in said.items():
        kinds = [each for each in Kept if each.value in entry]
        if len(kinds) == 1:
            sources[name] = _source(name, kinds[0], entry, faults)
            faults += _writable(name, sources[name], document.get("volumes", {}))
        else:
            has = f"it has {' and '.join(each.value for each in kinds)}" if kinds else "it has none"
            message = f"a secret has exactly one source: {', '.join(each.value for each in Kept)}; {has}"
            faults.append(DocumentInvalid(message, at=join(NAME, f"secrets.{name}"), hint="as in {file: /run/secrets/token}"))
    return MappingProxyType(sources)


def read_variables(document: Mapping[str, Any], faults: list[DocumentInvalid]) -> Variables:
    """``variables`` and those of ``skills``; what may not be set, or means nothing here, goes to ``faults``."""
    own = {name: said["variables"] for name, said in document.get("skills", {}).items() if "variables" in said}
    return Variables(
        common=_variables(document.get("variables", {}), "variables", faults),
        own=MappingProxyType({name: _variables(said, f"skills.{name}.variables", faults) for name, said in own.items()}),
    )


def _variables(said: Mapping[str, str], at: str, faults: list[DocumentInvalid]) -> Mapping[str, str]:
    for name, value in said.items():
        try:
            environment_name(name)
            if name == "TZ":
                _zone(value)
        except ValueError as fault:
            faults.append(DocumentInvalid(str(fault), at=join(NAME, f"{at}.{name}")))
    return MappingProxyType(dict(said))


def _source(name: str, kept: Kept, entry: Mapping[str, Any], faults: list[DocumentInvalid]) -> SecretSource:
    keep = 60.0
    try:
        keep = seconds(entry["keep"], _KEEP) if "keep" in entry else keep
    except ValueError as fault:
        faults.append(DocumentInvalid(str(fault), at=_at(name, "keep"), hint=f"from {_KEEP.least} to {_KEEP.most}"))
    bound = _bound(name, entry["bind"], faults) if "bind" in entry else None
    return SecretSource(kept=kept, place=_place(kept, entry[kept.value]), bound=bound, keep=keep)


def _place(kept: Kept, place: Any) -> tuple[str, ...]:
    match kept:
        case Kept.KEYRING:
            return (place["service"], place["user"])
        case Kept.COMMAND:
            return tuple(place)
        case Kept.ENVIRONMENT | Kept.FILE:
            return (place,)


def _bound(name: str, said: Mapping[str, Any], faults: list[DocumentInvalid]) -> Bound:
    plain = {"header": "Authorization", "format": "Bearer {}", "scheme": "https"}
    words = {key: str(said.get(key, word)) for key, word in plain.items()}
    try:
        meant = host(said["host"])
    except ValueError as fault:
        meant = ""
        faults.append(DocumentInvalid(str(fault), at=_at(name, "bind.host")))
    if words["format"].count("{}") != 1:
        faults.append(
            DocumentInvalid("a format has {} once, where the value stands", at=_at(name, "bind.format"), hint='as in "Bearer {}"')
        )
    if _OURS.fullmatch(words["header"]):
        message = f"{show(words['header'])} says how a request is put, and can't carry a secret"
        faults.append(DocumentInvalid(message, at=_at(name, "bind.header"), hint="as in Authorization or X-Api-Key"))
    default = 443 if words["scheme"] == "https" else 80
    return Bound(host=meant, ports=tuple(said.get("ports", (default,))), **words)


def _writable(name: str, source: SecretSource, volumes: Mapping[str, Mapping[str, Any]]) -> Iterator[DocumentInvalid]:
    """A file or a program that a skill could write would be the skill's word for the secret, or its way out of its jail."""
    if source.kept not in (Kept.FILE, Kept.COMMAND):
        return
    paths = [word for word in source.place if word.startswith("/")]
    for volume, entry in volumes.items():
        place = os.path.realpath(entry["path"])
        if entry.get("access") != "write" or not any(Path(os.path.realpath(path)).is_relative_to(place) for path in paths):
            continue
        message = f"{source.words} lies in the volume {volume}, where skills write: one of them could change it"
        yield DocumentInvalid(message, at=_at(name, source.kept.value), hint="keep it outside of what skills may write")


def _zone(text: str) -> None:
    """Raises ValueError: the C library would take UTC for a zone it does not know, and say nothing."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if not _POSIX_ZONE.fullmatch(text):
            raise ValueError(f"this machine has no time zone {show(text)}; as in Europe/Berlin") from None


def _at(name: str, part: str) -> str:
    return join(NAME, f"secrets.{name}.{part}")
