"""The trust store, as its operator wrote it: read whole or not at all. What no publisher's key signed is nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from packaging.version import InvalidVersion, Version

from skillpod.documents import glob_pattern, globs_overlap, read_whole, show
from skillpod.errors import DocumentInvalid
from skillpod.model.capability import Tier
from skillpod.model.digest import Digest, value_digest
from skillpod.trust.certificates import read_root
from skillpod.trust.keys import read_public
from skillpod.trust.publisher import ALWAYS, Pinned, PinnedKey, PinnedRoots, Publisher, Window, is_address_pattern

FILE = "trust.yaml"
"""What it is called in a folder of policies."""

SCHEMA = "trust/trust.schema.json"
_X509 = "x509"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStore:
    """``digest`` is over the document's values: comments and layout are not part of it."""

    publishers: tuple[Publisher, ...] = ()
    digest: Digest

    def owner(self, name: str) -> Publisher | None:
        """Whose skills of that name are."""
        return next((publisher for publisher in self.publishers if publisher.owns(name)), None)

    def holder(self, key: str) -> tuple[Publisher, PinnedKey] | None:
        """For whom the key of that id speaks."""
        for publisher in self.publishers:
            for pinned in publisher.keys:
                if isinstance(pinned, PinnedKey) and pinned.id == key:
                    return publisher, pinned
        return None

    def roots(self) -> Iterator[tuple[Publisher, PinnedRoots]]:
        """Where chains of certificates may end, and for whom they speak then."""
        for publisher in self.publishers:
            for pinned in publisher.keys:
                if isinstance(pinned, PinnedRoots):
                    yield publisher, pinned


EMPTY = TrustStore(digest=value_digest({"trust": 1, "publishers": []}))
"""Nobody is trusted."""


def read_trust(text: bytes, *, name: str = FILE, schema: bytes) -> TrustStore:
    """The trust store in a YAML text; ``name`` is what faults call it, ``schema`` the text of SCHEMA.

    Raises PolicyUnreadable with every fault as a reason: unknown keys, publishers that share an id, a name or a key, ids that are not
    their keys', windows that end before they begin, thresholds that can't be reached, private keys.
    """
    value = read_whole(text, name=name, schema=schema, faults=lambda value: _faults(value["publishers"] or (), name))
    publishers = tuple(_publisher(each) for each in value["publishers"] or ())
    return TrustStore(publishers=publishers, digest=value_digest(value))


# --- faults ------------------------------------------------------------------------------------------------------------------------


def _faults(publishers: Sequence[Mapping[str, Any]], name: str) -> Iterator[DocumentInvalid]:
    """What a JSON Schema can't say."""
    ids: dict[str, str] = {}
    keys: dict[str, str] = {}
    for index, publisher in enumerate(publishers):
        at = f"publishers[{index}]"
        yield from _once(publisher["id"], ids, name, f"{at}.id")
        for author in publisher["authors"]:
            if is_address_pattern(author) and "@" not in author:
                hint = "write the author to the letter, or a pattern of addresses such as `*@acme.example`"
                yield DocumentInvalid(f"{show(author)} has a wildcard and is no address", at=f"{name}:{at}.authors", hint=hint)
        if publisher.get("threshold", 1) > len(publisher["keys"]):
            message = f"{publisher['threshold']} keys must sign, and there are {len(publisher['keys'])}"
            yield DocumentInvalid(message, at=f"{name}:{at}.threshold", hint="lower it, or add keys")
        for pattern, version in publisher.get("minimum", {}).items():
            yield from _version_faults(version, f"{name}:{at}.minimum.{pattern}")
        for number, key in enumerate(publisher["keys"]):
            yield from _once(key["id"], keys, name, f"{at}.keys[{number}].id")
            yield from _key_faults(key, f"{name}:{at}.keys[{number}]")
    yield from _overlaps(publishers, name)


def _once(id: str, seen: dict[str, str], name: str, at: str) -> Iterator[DocumentInvalid]:
    if id in seen:
        yield DocumentInvalid(f"{id!r} is {seen[id]} already", at=f"{name}:{at}", hint="give each its own")
    seen.setdefault(id, at)


def _overlaps(publishers: Sequence[Mapping[str, Any]], name: str) -> Iterator[DocumentInvalid]:
    for index, later in enumerate(publishers):
        for earlier in publishers[:index]:
            for mine in later["names"]:
                for other in earlier["names"]:
                    if globs_overlap(mine, other):
                        message = (
                            f"the names {show(mine)} and {show(other)} of {earlier['id']!r} overlap: a skill would have two publishers"
                        )
                        yield DocumentInvalid(message, at=f"{name}:publishers[{index}].names", hint="make the patterns narrower")


def _version_faults(version: str, at: str) -> Iterator[DocumentInvalid]:
    try:
        Version(version)
    except InvalidVersion:
        yield DocumentInvalid(f"{show(version)} is not a version", at=at, hint="as in 1.2.0")


def _key_faults(key: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    is_x509 = key["type"] == _X509
    for field, belongs in (("public", not is_x509), ("roots", is_x509), ("subject", is_x509)):
        if field not in key and belongs:
            yield DocumentInvalid(f"a key of the type {key['type']} needs `{field}`", at=at)
        elif field in key and not belongs:
            yield DocumentInvalid(f"a key of the type {key['type']} has no `{field}`", at=f"{at}.{field}", hint="remove it")
    if is_x509 and len(key["id"]) == 64:
        yield DocumentInvalid("64 characters are how a public key's id looks", at=f"{at}.id", hint="call the roots by a word")
    if is_x509:
        for index, root in enumerate(key.get("roots", ())):
            yield from _read_faults(lambda root=root, place=f"{at}.roots[{index}]": read_root(root, at=place))
    elif "public" in key:
        yield from _public_faults(key, at)
    yield from _window_faults(key, at)


def _read_faults(read: Any) -> Iterator[DocumentInvalid]:
    try:
        read()
    except DocumentInvalid as fault:
        yield fault


def _public_faults(key: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    try:
        found = read_public(key["public"], at=f"{at}.public")
    except DocumentInvalid as fault:
        yield fault
        return
    if found.type.value != key["type"]:
        yield DocumentInvalid(f"the key is of the type {found.type.value}", at=f"{at}.type", hint=f"write `type: {found.type.value}`")
    if found.id != key["id"]:
        yield DocumentInvalid("the id is not this key's", at=f"{at}.id", hint=f"write `id: {found.id}`, if the key is the one you mean")


def _window_faults(key: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    try:
        window = _window(key)
    except (ValueError, OverflowError):
        yield DocumentInvalid("there is no such day or moment", at=f"{at}.not_before" if "not_before" in key else f"{at}.not_after")
        return
    if window.closes <= window.opens:
        yield DocumentInvalid(f"it ends ({key['not_after']}) before it begins ({key['not_before']})", at=f"{at}.not_after")


# --- values ------------------------------------------------------------------------------------------------------------------------


def _publisher(value: Mapping[str, Any]) -> Publisher:
    return Publisher(
        id=value["id"],
        names=tuple(value["names"]),
        authors=tuple(value["authors"]),
        keys=tuple(_pinned(key) for key in value["keys"]),
        tier=Tier.of(value.get("tier", Tier.READ_ONLY.word)),
        threshold=value.get("threshold", 1),
        required=value.get("required", True),
        minimum=tuple((pattern, Version(version)) for pattern, version in value.get("minimum", {}).items()),
    )


def _pinned(value: Mapping[str, Any]) -> Pinned:
    if value["type"] != _X509:
        return PinnedKey(key=read_public(value["public"], at=""), window=_window(value))
    return PinnedRoots(
        id=value["id"],
        roots=tuple(read_root(root, at="") for root in value["roots"]),
        subject=tuple((attribute, glob_pattern(glob)) for attribute, glob in value["subject"].items()),
        window=_window(value),
    )


def _window(value: Mapping[str, Any]) -> Window:
    """Raises ValueError for a day or moment that is none, OverflowError for the last day there is."""
    opens = _moment(value["not_before"]) if "not_before" in value else ALWAYS.opens
    closes = _moment(value["not_after"], end=timedelta(days=1)) if "not_after" in value else ALWAYS.closes
    return Window(opens, closes)


def _moment(text: str, *, end: timedelta = timedelta(0)) -> float:
    """Seconds since the epoch. ``end`` is what a day lasts, where its end is meant."""
    if "T" in text:
        return datetime.fromisoformat(text).timestamp()
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) + end).timestamp()
