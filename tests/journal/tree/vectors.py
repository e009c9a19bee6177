"""The test vectors of the log. ``python -m tests.journal.tree.vectors`` writes tests/vectors/log again, byte for byte as it is there."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from skillpod.journal.entry import encode
from skillpod.journal.tree.proof import SUFFIX
from skillpod.model.entry import Entry, Fact
from tests.journal.tree.logs import ORIGIN, Log, Signer, base64_of

PLACE = Path(__file__).parents[2] / "vectors" / "log"
BEGAN = 1_796_112_000.0
SEGMENTS = {1: range(4), 2: range(4, 8), 3: range(8, 11)}
"""Leaves by segment; of the first, only the hashes are left."""
EARLIER = (1, 2, 4, 7)
COPIED = (2, 6)
PROVEN = (3, 6)
"""Entries that have a proof. Of the first the segment was dropped: its line stands beside its proof and nowhere else."""

_DIGEST = "sha256:" + "ab" * 32
_ENTRIES = (
    Entry(fact=Fact.LOG_BEGAN, actor="skillpod", details=MappingProxyType({"origin": ORIGIN})),
    Entry(fact=Fact.POD_STARTED, actor="skillpod"),
    Entry(fact=Fact.DECIDED, skill="scan", version="1.2.0", digest=_DIGEST, decision="admit", rule="read-only"),
    Entry(fact=Fact.PUBLISHED, skill="scan", version="1.2.0", digest=_DIGEST, generation=1),
    Entry(fact=Fact.CALL, skill="scan", tool="find", actor="uid:1000", generation=1, outcome="ok", duration=0.25),
    Entry(fact=Fact.CALL, skill="scan", tool="find", actor="uid:1001", generation=1, outcome="denied", reason="no rule allows it"),
    Entry(fact=Fact.CALL, skill="scan", tool="find", actor="uid:1000", generation=1, outcome="ok", duration=0.5),
    Entry(fact=Fact.LOG_DROPPED, actor="skillpod", details=MappingProxyType({"first": 1, "last": 4, "segments": 1})),
    Entry(fact=Fact.CALL, skill="scan", tool="find", actor="caf\u00e9", generation=1, outcome="error", duration=0.125),
    Entry(fact=Fact.UNMOUNTED, skill="scan", actor="owner", generation=1),
    Entry(fact=Fact.POD_STOPPED, actor="skillpod"),
)
LINES = tuple(encode(entry, seq=at + 1, ts=BEGAN + at, node="vectors") for at, entry in enumerate(_ENTRIES))
LOG = Log(LINES)


def files() -> dict[str, bytes]:
    """Every file of the vectors by its path, but for README.md, which a person wrote."""
    return {**{f"journal/{name}": content for name, content in journal(LOG).items()}, **beside(), "hostile.json": _json(hostile())}


def journal(log: Log, *, dropped: frozenset[int] = frozenset({1})) -> dict[str, bytes]:
    """The files of a journal folder."""
    size = len(log.lines)
    found = {
        "hashes": b"".join(log.hashes),
        "checkpoint": str(log.checkpoint(size)).encode(),
        "checkpoints": _notes(log, *(earlier for earlier in EARLIER if earlier < size)),
        "log.vkey": f"{log.key}\n".encode(),
    }
    for number, span in SEGMENTS.items():
        part = slice(span.start, span.stop)
        if number in dropped:
            found[f"{number:06d}.leaves"] = b"".join(log.read([2 * leaf - leaf.bit_count() for leaf in span]))
        else:
            found[f"{number:06d}.jsonl"] = b"".join(log.lines[part])
    return found


def beside() -> dict[str, bytes]:
    """What stands outside the journal: checkpoints copied out, proofs with the lines they are of, a consistency proof."""
    size = len(LINES)
    found = {"copied": _notes(LOG, *COPIED)}
    for entry in PROVEN:
        found[f"proofs/{entry}{SUFFIX}"] = str(LOG.proof(entry - 1, size)).encode()
        found[f"proofs/{entry}.line"] = LINES[entry - 1]
    pair = {"old": str(LOG.checkpoint(6)), "new": str(LOG.checkpoint(size)), "proof": [*map(base64_of, LOG.consistency(6, size))]}
    return {**found, "consistency.json": _json(pair)}


def _notes(log: Log, *sizes: int) -> bytes:
    return "".join(str(log.checkpoint(size)) for size in sizes).encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


# --- what an attacker does -----------------------------------------------------------------------------------------------------------


def hostile() -> list[dict[str, Any]]:
    """Each with its ``name``, the files it changes (``files``: their new content as text, or as ``{"base64": ...}``, null where one is
    gone), what the second verifier ``says``, and the ``entry`` that can be named as the first bad one, null where none can."""
    return [
        {
            "name": name,
            "files": {path: _content(content) for path, content in changed.items()},
            "says": says,
            "entry": entry,
        }
        for name, changed, says, entry in _attacks()
    ]


def _content(raw: bytes | None) -> str | dict[str, str] | None:
    try:
        return raw if raw is None else raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64_of(raw)} if raw else None


Attack = tuple[str, Mapping[str, bytes | None], str, int | None]


def _attacks() -> Iterator[Attack]:
    second, third = "journal/000002.jsonl", "journal/000003.jsonl"
    yield from _lines(second)
    yield from _rewritten()
    yield (
        "a hash of a dropped segment is changed",
        {"journal/000001.leaves": bytes(32) + _file("journal/000001.leaves")[32:]},
        "entry 1 is not",
        1,
    )
    yield "a segment is gone", {second: None}, "000002.jsonl is missing", None
    taken = b"".join(LOG.read([2 * leaf - leaf.bit_count() for leaf in SEGMENTS[2]]))
    yield (
        "the lines of a segment are taken out, and their hashes are in their place as if it was dropped",
        {second: None, "journal/000002.leaves": taken},
        "no entry says that they were dropped",
        None,
    )
    yield "the newest segment is gone", {third: None}, "entries were cut off", None
    yield "the segment and its hashes of old are gone", {"journal/000001.leaves": None}, "000001.jsonl is missing", None
    yield "the last entry is cut off", {third: b"".join(LINES[8:10])}, "the log has 10 entries", None
    yield "the last entry is cut in the middle", {third: b"".join(LINES[8:11])[:-9]}, "the log has 10 entries", None
    yield "a line in the middle lost its newline", {second: _file(second)[:-1]}, "no whole line", None
    yield "the signature is another", {"journal/checkpoint": _file("journal/checkpoint")[:-9] + b"AAAAAAA=\n"}, "checkpoint", None
    yield "an earlier checkpoint is put back", {"journal/checkpoint": _notes(LOG, 4)}, "checkpoint is not the newest", None
    yield "the checkpoint is gone", {"journal/checkpoint": None}, "checkpoint is gone", None


def _lines(path: str) -> Iterator[Attack]:
    """Changes of the four lines of segment 2: entries 5 to 8."""
    a, b, c, d = LINES[4:8]
    again = encode(_ENTRIES[4], seq=6, ts=BEGAN, node="vectors")
    yield "a line is changed", {path: a + b.replace(b"denied", b"ok") + c + d}, "entry 6 is not the one that was logged", 6
    yield "one bit of a line is changed", {path: a + b + c[:-3] + bytes([c[-3] ^ 1]) + c[-2:] + d}, "entry 7 is not", 7
    yield (
        "a line is changed, and the kept hashes are gone",
        {
            path: a + b.replace(b"denied", b"ok") + c + d,
            "journal/hashes": None,
        },
        "entries 5 to 6 are not all those that copied: checkpoint 2 was made over",
        None,
    )
    yield "a line is changed, and a later one dropped", {path: a.replace(b"ok", b"no") + b + c}, "entry 5 is not the one that was logged", 5
    yield "a line is dropped", {path: a + c + d}, "000002.jsonl:2 is not entry 6", 6
    yield "a line is dropped, and those after it are numbered anew", _numbered_anew([*LINES[:5], *LINES[6:]]), "entry 6 is not", 6
    yield "two lines are swapped", {path: a + c + b + d}, "000002.jsonl:2 is not entry 6", 6
    yield "a line is inserted", {path: a + again + b + c + d}, "000002.jsonl:2: entry 6 is not the one that was logged", 6
    yield "a line is written twice", {path: a + a + b + c + d}, "000002.jsonl:2 is not entry 6", 6


def _numbered_anew(lines: list[bytes]) -> dict[str, bytes | None]:
    anew = [
        line.replace(json.dumps({"seq": json.loads(line)["seq"]})[1:-1].replace(" ", "").encode(), b'"seq":%d' % at, 1)
        for at, line in enumerate(lines, 1)
    ]
    return {"journal/000002.jsonl": b"".join(anew[4:8]), "journal/000003.jsonl": b"".join(anew[8:])}


def _rewritten() -> Iterator[Attack]:
    """By whoever may write everywhere, with another key or with ours: what remains is what was copied out."""
    lines = [*LINES[:5], LINES[5].replace(b"denied", b"ok"), *LINES[6:]]
    theirs = Log(lines, Signer(ORIGIN, "a sentence of whoever came in"))
    yield "the log is rewritten and signed by another key", _whole(theirs), "not signed by the key of this log", None
    yield (
        "only the checkpoint is one of another key",
        {"journal/checkpoint": str(Log(LINES, theirs.signer).checkpoint(len(LINES))).encode()},
        "not signed by the key of this log",
        None,
    )
    ours = Log(lines)
    yield "the log is rewritten by whoever has its key", _whole(ours), "entries 5 to 6 are not all those that copied: checkpoint 2", None
    yield "the log is cut off by whoever has its key", _whole(Log(LINES[:5])), "copied: checkpoint 2 was made over 6", None
    mixed = {"journal/checkpoints": _notes(LOG, 1, 2) + _notes(ours, 7)}
    yield "two checkpoints of one log exclude each other", mixed, "checkpoints: checkpoint 3", None


def _whole(log: Log) -> dict[str, bytes | None]:
    made = journal(log)
    return {f"journal/{name}": made.get(name) or None for name in journal(LOG)}


def _file(path: str) -> bytes:
    return journal(LOG)[path.removeprefix("journal/")]


# --- on a disk -----------------------------------------------------------------------------------------------------------------------


def apply(change: Mapping[str, str | Mapping[str, str] | None], place: Path) -> None:
    """Change the files of a copy of the vectors as ``files`` of an attack says."""
    for path, content in change.items():
        if content is None:
            (place / path).unlink()
        else:
            (place / path).write_bytes(content.encode() if isinstance(content, str) else base64.b64decode(content["base64"]))


def write(place: Path = PLACE) -> None:
    for name in ("journal", "proofs"):
        shutil.rmtree(place / name, ignore_errors=True)
    for path, content in files().items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)


if __name__ == "__main__":
    write()
