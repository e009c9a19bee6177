"""Asking the log: what is rare, what is newest, one entry's story and the figures over all, beside reading its bytes once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Series
from benchmarks.table import Row
from skillpod.journal.entry import encode, encode_body, number, timestamp
from skillpod.journal.query import EVERYTHING, Query, asking
from skillpod.journal.replay import calls, newest, read
from skillpod.journal.report.surroundings import told
from skillpod.model.entry import Entry, Fact

_SEGMENT = 64 * 1024 * 1024
_START = 1_790_000_000.0
_SKILLS, _TOOLS = 20, 7


@dataclass(frozen=True, slots=True)
class Effort:
    """``entries`` of about 588 bytes, asked ``rounds`` times."""

    rounds: int
    entries: int


THOROUGH = Effort(rounds=10, entries=1_000_000)
QUICK = Effort(rounds=1, entries=5000)


def log(effort: Effort) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        journal = Path(directory) / "journal"
        rare = _write(journal, effort.entries)
        end = _START + effort.entries
        bytes_once = _times(effort.rounds, lambda: _read(journal))
        asked: dict[str, tuple[Callable[[], int], float | None]] = {
            "the newest 100": (lambda: len(newest(journal, 100)), None),
            "the newest 100 of one tool": (lambda: len(newest(journal, 100, asking(tool="skill3__tool3"))), None),
            "the one entry of an actor": (lambda: len(newest(journal, 100, asking(actor="mallory"))), 2.0),
            "the one that says a word": (lambda: len(newest(journal, 100, Query(texts=("manifest_invalid",)))), 2.0),
            "a digest that is not there": (lambda: len(newest(journal, 100, Query(digests=("ffff",)))), 2.0),
            "an actor, of the last hour": (lambda: len(newest(journal, 100, Query(words={"actor": ("nobody",)}, since=end - 3600))), None),
            "the story of a call": (lambda: told(journal, rare + 1).of.seq, None),
            "calls by skill and outcome": (lambda: sum(calls(journal, EVERYTHING).values()), None),
        }
        of = f"{effort.entries:,} entries"
        rows = [
            Row(f"{words}, of {of}", _times(effort.rounds, ask), "the bytes read once", bytes_once, target=target)
            for words, (ask, target) in asked.items()
        ]
        return [
            *rows,
            Row(f"every entry parsed, of {of}", _times(1, lambda: sum(1 for _ in read(journal))), "the bytes read once", bytes_once),
        ]


def _times(rounds: int, thing: Callable[[], int]) -> Series:
    series = Series()
    for _ in range(rounds):
        started = perf_counter()
        thing()
        series.add(perf_counter() - started)
    return series


def _read(journal: Path) -> int:
    return sum(len(path.read_bytes()) for path in journal.glob("*.jsonl"))


def _write(journal: Path, entries: int) -> int:
    """Calls of ``_SKILLS`` skills, of which each was published once; the number of the one entry of its kind, in the first tenth."""
    journal.mkdir(mode=0o700)
    rare = max(_SKILLS + 1, entries // 10)
    lines = _lines(entries, rare)
    for segment in count(1):
        size = 0
        with open(journal / f"{segment:06d}.jsonl", "wb", buffering=1 << 20) as file:
            for line in lines:
                size += file.write(line)
                if size >= _SEGMENT:
                    break
            else:
                return rare
    raise RuntimeError("the numbers of segments have come to an end")


def _lines(entries: int, rare: int) -> Iterator[bytes]:
    bodies = [_body(skill, tool) for skill in range(_SKILLS) for tool in range(_TOOLS)]
    for seq in range(1, entries + 1):
        if seq <= _SKILLS:
            yield _line(Entry(fact=Fact.PUBLISHED, actor="folder", skill=f"skill{seq - 1}", generation=3), seq)
        elif seq == rare:
            yield _line(Entry(fact=Fact.REFUSED, actor="mallory", skill="rare", error={"code": "manifest_invalid"}), seq)
        else:
            yield number(bodies[seq % len(bodies)].replace(_MOMENT, timestamp(_START + seq).encode()), seq)


_MOMENT = b"2000-01-01T00:00:00.000000Z"


def _body(skill: int, tool: int) -> bytes:
    return encode_body(
        Entry(
            fact=Fact.CALL, actor="agent", skill=f"skill{skill}", version="1.2.0", digest="sha256:" + os.urandom(32).hex(),
            tool=f"tool{tool}", generation=3, caller={"session": "s-1", "tenant": "acme"}, outcome="ok", duration=0.0021,
            arguments={"bytes": 12, "hmac": os.urandom(32).hex()}, result={"bytes": 99, "hmac": os.urandom(32).hex()},
            usage={"wall": 0.002, "cpu": 0.001, "peak": 12_345_678},
        ),
        ts=946_684_800.0, node="node-1a2b3c4d",
    )  # fmt: skip


def _line(entry: Entry, seq: int) -> bytes:
    return encode(entry, seq=seq, ts=_START + seq, node="node-1a2b3c4d")
