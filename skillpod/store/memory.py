"""What skills keep between calls: JSON by key in SQLite, each skill within its own room."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from skillpod.errors import LimitExceeded, PathUnusable, StoreCorrupt
from skillpod.model.manifest import KIB, MIB

SCHEMA_VERSION = 1
MAX_KEY = 256
MAX_VALUE = 1 * MIB
MAX_SKILL = 16 * MIB

_SCHEMA = """
CREATE TABLE kept (skill TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (skill, key)) WITHOUT ROWID;
CREATE TABLE versions (skill TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
"""
_SIZE = "SELECT length(key) + length(value) FROM kept WHERE skill = ? AND key = ?"


class SkillMemory:
    """``ports.Memory``. Used from one thread at a time, by one process: HOME's lock sees to that.

    A change survives the death of the process, ``kill -9`` included, as soon as the call returns; a power cut may take the last ones
    back, never half of one (WAL, synchronous=NORMAL: a sync on every put would cost a call 0.2 to 4 ms).
    """

    def __init__(self, path: Path) -> None:
        """Raises StoreCorrupt for a damaged file or a newer schema (this is the only copy), PathUnusable when it can't be made."""
        self._path = path
        self._totals: dict[str, int] = {}
        self._database = self._open()

    def get(self, skill: str, key: str) -> Any:
        """Raises KeyError when there is nothing under the key; ``null`` is something."""
        row = self._database.execute("SELECT value FROM kept WHERE skill = ? AND key = ?", (skill, _bytes(key))).fetchone()
        if row is None:
            raise KeyError(key)
        return json.loads(row[0].decode("utf-8", "surrogatepass"))

    def put(self, skill: str, key: str, value: Any) -> None:
        """Raises LimitExceeded (``at`` is ``state``), ValueError for what is not JSON, PathUnusable when the disk says no."""
        name, text = _checked(key, value)
        with self._change(skill):
            before = self._database.execute(_SIZE, (skill, name)).fetchone()
            total = self._total(skill) - (before[0] if before else 0) + len(name) + len(text)
            _check_total(skill, total)
            self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (skill, name, text))
            self._totals[skill] = total

    def delete(self, skill: str, key: str) -> None:
        """A key that is not there stays away. Raises PathUnusable."""
        name = _bytes(key)
        with self._change(skill):
            before = self._database.execute(_SIZE, (skill, name)).fetchone()
            if before:
                self._database.execute("DELETE FROM kept WHERE skill = ? AND key = ?", (skill, name))
                self._totals[skill] = self._total(skill) - before[0]

    def keys(self, skill: str) -> Sequence[str]:
        """In the order of their UTF-8 bytes."""
        rows = self._database.execute("SELECT key FROM kept WHERE skill = ? ORDER BY key", (skill,))
        return [row[0].decode("utf-8", "surrogatepass") for row in rows]

    def version(self, skill: str) -> int:
        """The schema version the state was last written under; 0 when there is none."""
        row = self._database.execute("SELECT version FROM versions WHERE skill = ?", (skill,)).fetchone()
        return int(row[0]) if row else 0

    def set_version(self, skill: str, version: int) -> None:
        with self._change(skill):
            self._set_version(skill, version)

    def replace(self, skill: str, values: Mapping[str, Any], version: int) -> None:
        """Everything at once, under a schema version: all of it, or nothing changed. Raises as ``put``."""
        rows = [(skill, *_checked(key, value)) for key, value in values.items()]
        total = sum(len(name) + len(text) for _, name, text in rows)
        _check_total(skill, total)
        with self._change(skill):
            self._database.execute("DELETE FROM kept WHERE skill = ?", (skill,))
            self._database.executemany("INSERT INTO kept VALUES (?, ?, ?)", rows)
            self._set_version(skill, version)
            self._totals[skill] = total

    def close(self) -> None:
        self._database.close()

    def _set_version(self, skill: str, version: int) -> None:
        self._database.execute("INSERT OR REPLACE INTO versions VALUES (?, ?)", (skill, version))

    def _total(self, skill: str) -> int:
        """Bytes a skill keeps, keys included; counted once, then kept."""
        known = self._totals.get(skill)
        if known is None:
            row = self._database.execute(
                "SELECT coalesce(sum(length(key) + length(value)), 0) FROM kept WHERE skill = ?", (skill,)
            ).fetchone()
            known = self._totals[skill] = int(row[0])
        return known

    @contextmanager
    def _change(self, skill: str) -> Iterator[None]:
        """One transaction: done when the block ends, undone when it raises."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield
            self._database.execute("COMMIT")
        except BaseException as fault:
            self._totals.pop(skill, None)
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            if isinstance(fault, sqlite3.Error):
                raise _unwritable(self._path, fault) from fault
            raise

    # --- opening ---

    def _open(self) -> sqlite3.Connection:
        try:
            # Made here, so that it is the owner's only from the first moment; SQLite gives -wal and -shm the same mode.
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
            database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as fault:
            raise _unwritable(self._path, fault) from fault
        try:
            self._prepare(database)
        except BaseException as fault:
            database.close()
            if isinstance(fault, sqlite3.OperationalError):
                raise _unwritable(self._path, fault) from fault
            if isinstance(fault, sqlite3.DatabaseError):
                raise _corrupt(self._path, str(fault)) from fault
            raise
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            database.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
        elif version != SCHEMA_VERSION:
            raise _corrupt(self._path, f"it has schema version {version} and this skillpod writes {SCHEMA_VERSION}")


def _bytes(key: str) -> bytes:
    """UTF-8; a lone surrogate, which JSON can spell, is kept as it is."""
    return key.encode("utf-8", "surrogatepass")


def _checked(key: str, value: Any) -> tuple[bytes, bytes]:
    if len(key) > MAX_KEY:
        raise LimitExceeded(f"a key has {len(key)} characters", at="state", hint=f"a key of ctx.state has at most {MAX_KEY}")
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
            "utf-8", "surrogatepass"
        )
    except (TypeError, RecursionError) as fault:
        raise ValueError(f"the value of {key!r} is not JSON: {fault}") from fault
    if len(text) > MAX_VALUE:
        raise LimitExceeded(
            f"the value of {key!r} is {len(text)} bytes", at="state", hint=f"one value of ctx.state has at most {MAX_VALUE // KIB} KiB"
        )
    return _bytes(key), text


def _check_total(skill: str, total: int) -> None:
    if total > MAX_SKILL:
        hint = f"delete what is not needed: all of ctx.state has at most {MAX_SKILL // MIB} MiB"
        raise LimitExceeded(f"the skill would keep {total} bytes", at="state", hint=hint, skill=skill)


def _unwritable(path: Path, fault: Exception) -> PathUnusable:
    return PathUnusable(f"the skills' state can't be kept: {fault}", at=str(path), hint="HOME must be writable, with space left")


def _corrupt(path: Path, why: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"the skills' state can't be read: {why}", at=str(path), hint="bring it back from a copy, or move it away to start empty"
    )
