"""One entry of the journal as the exact bytes of one JSON line, and back. Pure: seq, time and node are arguments."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NoReturn

from skillpod.errors import JournalCorrupt, JournalUnwritable
from skillpod.model.entry import Entry, Fact, Salted

VERSION = 1
MAX_LINE = 65_535
"""Bytes of a line with its newline. Tile-based logs write an entry's length as uint16 (C2SP tlog-tiles, entry bundles)."""

STATE_BEARING = frozenset({"desired", "identity", "approval", "rules", "provenance", "approvals"})
"""Keys of ``details`` that are never left out for size: what is mounted is folded from them."""

_OF_CALLERS = frozenset({"arguments", "result"})
"""Fields that hold what somebody gave a tool or got from it: what is too large of them leaves its size, and no digest to try guesses on."""
_EXCERPT = 256
_PREFIX_ROOM = len('{"v":1,"seq":18446744073709551615,') + 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPE: dict[str, type] = {
    field.name: {"str": str, "int": int, "float": float}.get(str(field.type), dict) for field in fields(Entry) if field.name != "fact"
}
_NAMES = tuple(_SHAPE)
_VALUES = attrgetter(*_NAMES)
_FACTS = {fact.value: fact for fact in Fact}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry as it stands in the log: ``seq`` counts from 1 without a gap, ``ts`` is seconds since the epoch (to the microsecond)."""

    seq: int
    ts: float
    node: str
    entry: Entry

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of the line."""
        return {"v": VERSION, "seq": self.seq, **_plain_fields(self.entry, ts=self.ts, node=self.node)}


# --- to bytes --------------------------------------------------------------------------------------------------------------------


def encode(entry: Entry, *, seq: int, ts: float, node: str, salt: bytes = b"") -> bytes:
    """The line of an entry, with its newline: ASCII only, fixed key order, at most ``MAX_LINE`` bytes.

    Text a skill wrote can't break out of it: newlines, terminal controls and bidi characters are all escaped. Too large a value is
    replaced by its digest and size; one that is not JSON by its type's name. What is Salted becomes its HMAC under ``salt``; without one it
    is no JSON. Raises JournalUnwritable when it is what the state is folded from (``STATE_BEARING``).
    """
    return number(encode_body(entry, ts=ts, node=node, salt=salt), seq)


def number(body: bytes, seq: int) -> bytes:
    """The line of an encoded body under a sequence number."""
    return b'{"v":1,"seq":%d,%b' % (seq, body)


def encode_body(entry: Entry, *, ts: float, node: str, salt: bytes = b"") -> bytes:
    """The line without its first two keys, so that it can be encoded before its place in the log is known. Raises as ``encode``."""
    shape = _plain_fields(entry, ts=ts, node=node, salt=salt)
    try:
        text = _dumps(shape)
    except (TypeError, ValueError, RecursionError):
        shape = {name: _only_json(value) for name, value in shape.items()}
        _refuse_lost_state(entry, shape)
        text = _dumps(shape)
    if "\\ud" in text:
        text = _without_lone_surrogates(text)
    if len(text) > MAX_LINE - _PREFIX_ROOM:
        text = _shortened(json.loads(text))
    return text[1:].encode("ascii") + b"\n"


def encode_body_anyway(entry: Entry, *, ts: float, node: str, salt: bytes = b"") -> bytes:
    """Like ``encode_body`` for an entry that must be kept whatever is in it: it never raises, what does not fit is left out."""
    try:
        return encode_body(entry, ts=ts, node=node, salt=salt)
    except JournalUnwritable:
        plain = _plain_fields(entry, ts=ts, node=node, salt=salt)
        shape = json.loads(_dumps({name: _only_json(value) for name, value in plain.items()}))
        shape["details"] = _stand_in(shape.get("details"))
        return _shortened(shape)[1:].encode("ascii") + b"\n"


def digest_only(value: Any) -> dict[str, Any]:
    """What stands in an entry for a value that must not, or can't, be there in clear: ``{"digest": ..., "size": bytes}``.

    The digest is over the value's JSON text with sorted keys.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain).encode("ascii")
    return {"digest": f"sha256:{sha256(text).hexdigest()}", "size": len(text)}


def needs_salt(entry: Entry) -> bool:
    """Whether something of it is kept as an HMAC, for which it needs a salt."""
    return type(entry.arguments.get("hmac")) is Salted or type(entry.result.get("hmac")) is Salted


def salted_hmac(text: str, salt: bytes) -> str:
    """What stands in an entry for canonical JSON: its HMAC-SHA256 (RFC 2104) under a salt of the entry's own."""
    return f"sha256:{hmac.digest(salt, text.encode('ascii'), 'sha256').hex()}"


def _plain_fields(entry: Entry, *, ts: float, node: str, salt: bytes = b"") -> dict[str, Any]:
    said = {name: value for name, value in zip(_NAMES, _VALUES(entry), strict=True) if value}
    if salt:
        said.update((name, _salted(said[name], salt)) for name in _OF_CALLERS if name in said)
    return {"ts": timestamp(ts), "node": node, "fact": entry.fact.value, **said}


def _salted(said: Mapping[str, Any], salt: bytes) -> dict[str, Any]:
    """What is said of arguments or a result, with the HMACs in their places: of the whole, and of parts that are too large."""
    made = dict(said)
    if type(found := said.get("hmac")) is Salted:
        made["hmac"] = salted_hmac(found.text, salt)
    if "values" in said and isinstance(values := said["values"], Mapping):
        made["values"] = {name: _salted(item, salt) if _is_salted(item) else item for name, item in values.items()}
    return made


def _is_salted(part: Any) -> bool:
    return isinstance(part, Mapping) and type(part.get("hmac")) is Salted


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    raise TypeError(f"{type(value).__name__} is not JSON")


_dumps: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain).encode


def _only_json(value: Any) -> Any:
    """The value, or what says that it was not JSON: an entry is never lost over one of its fields."""
    try:
        _dumps(value)
    except (TypeError, ValueError, RecursionError):
        if isinstance(value, Mapping) and any(_is_json(item) for item in value.values()):
            return {str(key): item if _is_json(item) else _not_json(item) for key, item in value.items()}
        return _not_json(value)
    return value


def _refuse_lost_state(entry: Entry, shape: Mapping[str, Any]) -> None:
    lost = [key for key in STATE_BEARING & entry.details.keys() if shape["details"].get(key) is not entry.details[key]]
    if lost:
        raise JournalUnwritable(f"what the entry says of `{lost[0]}` is not JSON", at=f"details.{lost[0]}", hint="give plain JSON values")


def _is_json(value: Any) -> bool:
    try:
        _dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _not_json(value: Any) -> dict[str, str]:
    return {"omitted": "not JSON", "type": type(value).__name__}


def _without_lone_surrogates(text: str) -> str:
    """JSON text with U+FFFD for what is no character (RFC 7493 2.1), so that every parser reads the same."""
    whole = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
    return _dumps(json.loads(whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")))


def timestamp(ts: float) -> str:
    """RFC 3339, UTC, microseconds."""
    return datetime.fromtimestamp(ts, UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def _shortened(shape: dict[str, Any]) -> str:
    """The JSON text with the largest values left out until it fits, largest first."""
    room = MAX_LINE - _PREFIX_ROOM
    excess = len(_dumps(shape)) - room
    for size, holder, key in sorted(_omissible(shape), key=lambda found: found[0], reverse=True):
        if excess <= 0:
            break
        holder[key] = _size_only(holder[key]) if any(holder is shape.get(name) for name in _OF_CALLERS) else _stand_in(holder[key])
        excess -= size - len(_dumps(holder[key]))
    text = _dumps(shape)
    if len(text) > room:
        shape = {name: _whole_field_stand_in(name, value) for name, value in shape.items()}
        text = _dumps(shape)
    if len(text) > room:
        raise JournalUnwritable(
            f"an entry of {len(text)} bytes does not fit a line of the journal",
            at="details",
            hint=f"a line holds {MAX_LINE} bytes; the config of a skill is the usual cause",
        )
    return text


def _omissible(shape: dict[str, Any]) -> list[tuple[int, dict[str, Any], str]]:
    """(bytes, holder, key) of every value that may be left out: items of the mappings, and text fields."""
    found = []
    for name, value in shape.items():
        if isinstance(value, dict):
            found += [(len(_dumps(item)), value, key) for key, item in value.items() if name != "details" or key not in STATE_BEARING]
        elif isinstance(value, str) and len(value) > _EXCERPT:
            found.append((len(_dumps(value)), shape, name))
    return found


def _stand_in(value: Any) -> Any:
    if isinstance(value, str):
        whole = digest_only(value)
        return f"{value[:_EXCERPT]} [cut: {whole['digest']}, {whole['size']} bytes]"
    return {"omitted": "too large", **digest_only(value)}


def _size_only(value: Any) -> dict[str, Any]:
    """SAFE: no digest; of a short secret with much around it, it would say whether a guess is right."""
    return {"omitted": "too large", "bytes": len(_dumps(value))}


def _whole_field_stand_in(name: str, value: Any) -> Any:
    """For mappings of very many small values."""
    if not isinstance(value, dict):
        return value
    if name in _OF_CALLERS:
        return _size_only(value) if len(_dumps(value)) > 1024 else value
    kept = {key: item for key, item in value.items() if name == "details" and key in STATE_BEARING}
    return {**_stand_in(value), **kept} if len(_dumps(value)) > 1024 else value


# --- from bytes ------------------------------------------------------------------------------------------------------------------


def sequence(line: bytes) -> int:
    """The sequence number of a line that is JSON of a known version and fact: a cheaper look than ``decode``. Raises JournalCorrupt."""
    return _head(_parsed(line))[0]


_CALL = re.compile(
    rb'\{"v":1,"seq":[0-9]+,"ts":"([^"]*)","node":"[^"\\]*","fact":"call",(?:"actor":"[^"\\]*",)?(?:"trigger":"[^"\\]*",)?'
    rb'"skill":"([^"\\]*)",(?:"(?:version|digest|source|tool)":"[^"\\]*",)*(?:"caller":\{[^{}\\]*\},)?'
    rb'(?:"(?:tier|isolation|config|decision|rule|policy)":"[^"\\]*",|"(?:generation|previous)":[0-9]+,)*"outcome":"([^"\\]*)"'
)
"""The beginning of a call's line, every byte of it accounted for: nothing that a caller or a skill wrote can be taken for a key."""


def call_at_a_glance(line: bytes) -> tuple[str, str, str] | None:
    """Time, skill and outcome of a call's line, without parsing it; None where only ``decode`` can tell."""
    found = _CALL.match(line)
    return None if found is None else (found[1].decode("ascii"), found[2].decode("ascii"), found[3].decode("ascii"))


def decode(line: bytes) -> Recorded:
    """The entry of a line, with or without its newline. Keys this version does not know are left out of the entry.

    Raises JournalCorrupt that names what is wrong with the line; the reader adds where the line is.
    """
    shape = _parsed(line)
    seq, node, fact = _head(shape)
    found = {name: _field(name, shape[name]) for name in _NAMES if name in shape}
    return Recorded(seq=seq, ts=_moment(shape.get("ts")), node=node, entry=Entry(fact=fact, **found))


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        shape = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise JournalCorrupt(f"not a JSON line: {fault}") from fault
    if not isinstance(shape, dict):
        raise JournalCorrupt(f"expected a JSON object, got {type(shape).__name__}")
    return shape


def _head(shape: Mapping[str, Any]) -> tuple[int, str, Fact]:
    if shape.get("v") != VERSION:
        _corrupt("v", f"this version reads entries of version {VERSION}, not {shape.get('v')!r}")
    seq = shape.get("seq")
    if type(seq) is not int or seq < 1:
        _corrupt("seq", f"expected a whole number from 1, got {seq!r}")
    node = shape.get("node")
    if type(node) is not str:
        _corrupt("node", f"expected text, got {node!r}")
    fact = _FACTS.get(str(shape.get("fact")))
    if fact is None:
        _corrupt("fact", f"{shape.get('fact')!r} is not a fact this version knows")
    return seq, node, fact


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _field(name: str, value: Any) -> Any:
    kind = _SHAPE[name]
    if kind is dict and type(value) is dict:
        return MappingProxyType(value)
    if kind is float and type(value) in (int, float):
        return float(value)
    if type(value) is not kind:
        _corrupt(name, f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def _moment(text: Any) -> float:
    """Seconds since the epoch of an RFC 3339 time in UTC."""
    try:
        if not text.endswith("Z"):
            _corrupt("ts", f"expected a time in UTC, got {text!r}")
        return (datetime.fromisoformat(text) - _EPOCH) / timedelta(seconds=1)
    except (AttributeError, TypeError, ValueError) as fault:
        raise JournalCorrupt(f"expected an RFC 3339 time, got {text!r}", at="ts") from fault


def _corrupt(at: str, message: str) -> NoReturn:
    raise JournalCorrupt(message, at=at)
