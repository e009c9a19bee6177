"""The log's evidence: what a durable entry costs beside SQLite and a plain chain, a proof, a whole check, and making the caches anew."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Series
from benchmarks.table import Row
from skillpod.journal.check import check
from skillpod.journal.entry import encode_body, number
from skillpod.journal.hashes import HashFile
from skillpod.journal.head import Head, rebuild
from skillpod.journal.signed import read_log_key
from skillpod.journal.tail import Tail
from skillpod.journal.tree.merkle import inclusion, is_included, leaf_hash, root
from skillpod.lifecycle.recollection import recollect
from skillpod.model.entry import Entry, Fact
from skillpod.store.index import Index

GROUP = 32
"""Entries that share a sync: as many as the writer takes at most."""
_SEGMENT = 64 * 1024 * 1024
_BATCH = 10_000
_PROOFS = 2000


@dataclass(frozen=True, slots=True)
class Effort:
    """``entries`` of the log that is checked, ``appends`` in each round."""

    rounds: int
    appends: int
    entries: int


THOROUGH = Effort(rounds=15, appends=320, entries=1_000_000)
QUICK = Effort(rounds=1, appends=32, entries=2000)

Append = Callable[[Sequence[bytes]], object]


def evidence(effort: Effort) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        return [*_appends(effort, Path(directory)), *_reading(effort, Path(directory))]


# --- appending -------------------------------------------------------------------------------------------------------------------


def _appends(effort: Effort, directory: Path) -> list[Row]:
    rows = []
    tail, chain = Tail(directory / "appends", Head(directory / "log.key", origin="bench"), segment_bytes=_SEGMENT), _Chain(directory)
    first = tail.take_over()
    with closing(tail), closing(chain), closing(_database(directory)) as database:
        for size, words in ((1, "one by one"), (GROUP, f"{GROUP} at once")):
            ways: dict[str, Append] = {"ours": tail.append, "chain": chain.append, "sqlite": lambda lines: _insert(database, lines)}
            rates = {name: Series() for name in ways}
            for _ in range(effort.rounds):
                lines = _lines(first, effort.appends)
                first += effort.appends
                for name, append in ways.items():
                    started = perf_counter()
                    for start in range(0, len(lines), size):
                        append(lines[start : start + size])
                    rates[name].add(len(lines) / (perf_counter() - started))
            ours = rates["ours"]
            rows.append(Row(f"durable entries, {words}", ours, "SQLite, WAL, FULL", rates["sqlite"], unit="/s"))
            rows.append(Row("the same", ours, "a plain chain of hashes", rates["chain"], unit="/s"))
    return rows


def _lines(first: int, count: int) -> list[bytes]:
    """As long as entries of calls are: about 590 bytes."""
    return [number(_BODY, seq) for seq in range(first, first + count)]


_BODY = encode_body(
    Entry(
        fact=Fact.CALL,
        actor="token-of-an-agent",
        skill="find_vulnerability",
        version="1.2.0",
        digest=f"sha256:{'ab' * 32}",
        generation=8,
        tool="scan",
        caller={"session": "5f0c2f6e", "tenant": "acme"},
        outcome="ok",
        arguments={"bytes": 48, "hmac": "cd" * 32},
        duration=0.000312,
        usage={"wall": 0.000211, "cpu": 0.000173, "peak": 23_068_672},
        details={"note": "x" * 70},
    ),
    ts=1_790_000_000.0,
    node="node-1a2b3c4d",
)


class _Chain:
    """What others call tamper-evident: each line carries the hash of the one before; nothing is signed."""

    def __init__(self, directory: Path) -> None:
        self._file = os.open(directory / "chain.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._last = sha256(b"").hexdigest()

    def append(self, lines: Sequence[bytes]) -> None:
        content = []
        for line in lines:
            content.append(b'{"previous":"%b",%b' % (self._last.encode(), line[1:]))
            self._last = sha256(content[-1]).hexdigest()
        os.write(self._file, b"".join(content))
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


def _database(directory: Path) -> sqlite3.Connection:
    database = sqlite3.connect(directory / "log.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, line BLOB NOT NULL)")
    return database


def _insert(database: sqlite3.Connection, lines: Sequence[bytes]) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO log (line) VALUES (?)", [(line,) for line in lines])
    database.execute("COMMIT")


# --- reading ---------------------------------------------------------------------------------------------------------------------


def _reading(effort: Effort, directory: Path) -> list[Row]:
    count = effort.entries
    path = directory / "journal"
    _fill(path, count)
    log = os.open(path, os.O_RDONLY)
    try:
        key = read_log_key(log)
        checked, hashed, rebuilt = Series(), Series(), Series()
        for _ in range(3):
            checked.add(count / _taken(lambda: check(log, key)))
            hashed.add(count / _taken(lambda: _hashed(path)))
        with closing(HashFile(log, os.O_RDWR)) as hashes:
            proofs, reads = _proofs(hashes, count)
            rebuilt.add(_taken(lambda: rebuild(log, hashes, count)))
        folded = Series([_taken(lambda: _folded(path, directory / "index.sqlite"))])
    finally:
        os.close(log)
    return [
        Row(f"entries of {count:,} checked, all of it", checked, "SHA-256 of each line", hashed, target=300_000, unit="/s"),
        Row(f"proof of inclusion among {count:,}", proofs, "its hashes read", reads, target=100e-6),
        Row(f"hashes of {count:,} entries made anew", rebuilt),
        Row(f"index folded anew from {count:,} entries", folded),
    ]


def _fill(path: Path, count: int) -> None:
    head = Head(path.parent / "second.key", origin="bench")
    with closing(Tail(path, head, segment_bytes=_SEGMENT)) as tail:
        first = tail.take_over()
        for start in range(first, first + count, _BATCH):
            tail.append(_lines(start, min(_BATCH, first + count - start)))
        head.seal()


def _taken(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _hashed(path: Path) -> None:
    for segment in sorted(path.glob("*.jsonl")):
        with segment.open("rb") as lines:
            for line in lines:
                sha256(line).digest()


def _proofs(hashes: HashFile, count: int) -> tuple[Series, Series]:
    """The time of a proof, and of reading as many hashes at known places; every proof is verified."""
    chance = random.Random(7)
    proofs, reads = Series(), Series()
    top = root(count, hashes.read)
    for _ in range(min(_PROOFS, count)):
        index = chance.randrange(count)
        started = perf_counter()
        proof = inclusion(index, count, hashes.read)
        proofs.add(perf_counter() - started)
        places = [chance.randrange(count) for _ in proof]
        started = perf_counter()
        hashes.read(places)
        reads.add(perf_counter() - started)
        assert is_included(leaf_hash(number(_BODY, index + 1)), index, count, top, proof)
    return proofs, reads


def _folded(journal: Path, path: Path) -> None:
    with closing(Index(path)) as index:
        recollect(index, journal)
