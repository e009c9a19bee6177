"""The rebuildable index of the journal: what should be mounted under each name, folded from its entries, kept in SQLite."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from skillpod.errors import PathUnusable
from skillpod.model.approval import Approval
from skillpod.model.command import Desired, Remembered
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry
from skillpod.model.provenance import Past
from skillpod.model.record import from_json, to_json
from skillpod.store.fold import Changed, Fold
from skillpod.store.people import People
from skillpod.store.state import run_of

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE names (
    name TEXT PRIMARY KEY, desired TEXT NOT NULL, generation INTEGER NOT NULL, digest TEXT, previous TEXT, identity TEXT NOT NULL,
    was_asked INTEGER NOT NULL, past TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE history (name TEXT NOT NULL, digest TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (name, digest)) WITHOUT ROWID;
CREATE TABLE quarantine (digest TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE position (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL);
INSERT INTO position VALUES (1, 0);
"""

_NO_ROOM = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_IOERR_TRUNCATE,
    }
)
"""What SQLite says when the disk has no room for the files beside its own: then the index is as good as it was."""


class Index:
    """``ports.State`` in memory, with a copy on disk that spares reading the whole journal at a start.

    The copy may be lost at any time: a file that is missing, damaged or of another schema is made anew, empty, and ``position`` says
    that everything must be folded again. So a write need not survive a power cut (WAL, synchronous=NORMAL), and one that fails (a full
    disk) is made good by a later one.
    """

    def __init__(self, path: Path) -> None:
        """Raises PathUnusable when the file can't be made."""
        self._path = path
        self._fold = Fold()
        self._is_ahead = False
        self._position = 0
        self._place = 0
        self._saved_position = 0
        self._database = self._open()

    def names(self) -> Mapping[str, Remembered]:
        """As it is now: what comes later does not change the mapping in hand."""
        self._fold.share()
        return MappingProxyType(self._fold.names)

    def quarantined(self) -> Mapping[Digest, str]:
        """Digest -> why."""
        self._fold.share()
        return MappingProxyType(self._fold.quarantined)

    def answers(self, digest: Digest) -> tuple[Approval, ...]:
        return self._fold.people.answers.get(digest, ())

    def reviews(self) -> tuple[Approval, ...]:
        return self._fold.people.reviews

    def rules(self) -> Mapping[str, str]:
        return self._fold.people.rules

    def stated(self) -> tuple[Entry, ...]:
        return run_of(self._fold.state())

    @property
    def is_stated(self) -> bool:
        """Whether a whole run of state entries was folded in since the index was made or reset."""
        return self._fold.is_stated

    def position(self) -> int:
        """The number of the last entry folded in; 0: none. It does not move within a run of state entries, of which all count or none."""
        return self._position

    def apply(self, seq: int, entry: Entry) -> None:
        """Fold one durable entry in; entries come in the order of their numbers, one that was folded before is passed over.

        Raises JournalCorrupt when the entry does not say what its fact promises.
        """
        if seq <= self._position:
            return
        self._take(seq, entry)
        if self._fold.changed or self._fold.people.changed:
            self._save()

    def apply_all(self, entries: Iterable[tuple[int, Entry]]) -> None:
        """Fold many in with one write: for a start. Raises as ``apply`` and what ``entries`` raises; what came before is kept."""
        try:
            for seq, entry in entries:
                if seq > self._position:
                    self._take(seq, entry)
        finally:
            self._save()

    def _take(self, seq: int, entry: Entry) -> None:
        self._fold.fold(entry)
        self._is_ahead = False
        if not self._fold.is_within_a_run:
            self._position = seq

    def fold(self, entry: Entry) -> None:
        """Fold in the effect of an entry that the journal will write later (taking away never waits): the position does not move.

        On disk it shows only when a later entry was applied: that one being durable, so is this.
        """
        self._fold.fold(entry)
        self._is_ahead = True

    def reset(self) -> None:
        """Forget everything, on disk too: the journal is to be folded from its beginning."""
        self._database.close()
        self._fold, self._position, self._is_ahead, self._place = Fold(), 0, False, 0
        self._database = self._create()

    def close(self) -> None:
        if not self._is_ahead:
            self._save()
        self._database.close()

    # --- the copy on disk ---

    def _open(self) -> sqlite3.Connection:
        if self._path.is_file():
            try:
                database = self._connect()
                try:
                    self._load(database)
                except BaseException:
                    database.close()
                    raise
            except (sqlite3.Error, ValueError, KeyError, TypeError) as fault:
                if getattr(fault, "sqlite_errorcode", None) in _NO_ROOM:
                    raise self._unusable(fault) from fault
                # Damaged, or of another schema: what it held is in the journal.
                self._fold, self._position, self._place = Fold(), 0, 0
            else:
                return database
        return self._create()

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            database.close()
            raise
        return database

    def _create(self) -> sqlite3.Connection:
        discard(self._path)
        try:
            # Made here, so that it is the owner's only from the first moment; SQLite gives -wal and -shm the same mode.
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
            database = self._connect()
            try:
                database.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
            except BaseException:
                database.close()
                raise
        except (OSError, sqlite3.Error) as fault:
            raise self._unusable(fault) from fault
        self._saved_position = 0
        return database

    def _unusable(self, fault: Exception) -> PathUnusable:
        return PathUnusable(
            f"the index of the journal can't be opened: {fault}",
            at=str(self._path),
            hint="HOME must be a writable directory with space left: see how much there is with `df`",
        )

    def _load(self, database: sqlite3.Connection) -> None:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA_VERSION:
            raise ValueError(f"schema version {version}")
        if database.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise ValueError("damaged")
        histories: dict[str, list[Digest]] = {}
        for name, digest, place in database.execute("SELECT name, digest, place FROM history ORDER BY place"):
            histories.setdefault(name, []).append(digest)
            self._place = place
        rows = database.execute("SELECT name, desired, generation, digest, previous, identity, was_asked, past FROM names")
        for name, desired, generation, digest, previous, identity, was_asked, past in rows:
            self._fold.names[name] = Remembered(
                desired=Desired.of(json.loads(desired)),
                generation=generation,
                digest=digest,
                previous=previous,
                history=tuple(histories.get(name, ())),
                identity=MappingProxyType(json.loads(identity)),
                was_asked=bool(was_asked),
                past=from_json(Past, json.loads(past)),
            )
        self._fold.people = People.read({key: json.loads(value) for key, value in database.execute("SELECT key, value FROM kept")})
        self._fold.quarantined = dict(database.execute("SELECT digest, reason FROM quarantine"))
        self._position = self._saved_position = database.execute("SELECT seq FROM position").fetchone()[0]

    def _save(self) -> None:
        """Write what changed, in one transaction; on failure it is written with the next change, or folded again after a restart."""
        changed, people = self._fold.changed, self._fold.people
        if not (changed or people.changed or self._position != self._saved_position):
            return
        try:
            self._database.execute("BEGIN IMMEDIATE")
            published = self._save_all() if changed.is_all else self._save_changed(changed)
            self._database.execute("UPDATE position SET seq = ?", (self._position,))
            self._database.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            return
        self._place += published
        self._fold.changed = Changed()
        people.changed.clear()
        self._saved_position = self._position

    def _save_all(self) -> int:
        """Everything, in the place of what is there; how many places of histories were given."""
        for table in ("names", "history", "quarantine", "kept"):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608  # SAFE: one of the four words above
        fold = self._fold
        fold.people.changed = fold.people.keys()
        published = [(name, digest) for name, remembered in fold.names.items() for digest in remembered.history]
        return self._save_changed(Changed(names=set(fold.names), digests=set(fold.quarantined), published=published))

    def _save_changed(self, changed: Changed) -> int:
        database, fold = self._database, self._fold
        for name in changed.names:
            self._save_name(fold.names[name])
        places = [(name, digest, self._place + further) for further, (name, digest) in enumerate(changed.published, 1)]
        database.executemany("INSERT OR REPLACE INTO history VALUES (?, ?, ?)", places)
        for digest in changed.digests:
            database.execute("DELETE FROM quarantine WHERE digest = ?", (digest,))
            if digest in fold.quarantined:
                database.execute("INSERT INTO quarantine VALUES (?, ?)", (digest, fold.quarantined[digest]))
        kept = [(key, _text(fold.people.kept(key))) for key in fold.people.changed]
        database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", kept)
        return len(places)

    def _save_name(self, remembered: Remembered) -> None:
        desired, identity = _text(remembered.desired.as_dict()), _text(dict(remembered.identity))
        places = (remembered.generation, remembered.digest, remembered.previous)
        row = (remembered.desired.name, desired, *places, identity, remembered.was_asked, _text(to_json(remembered.past)))
        self._database.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def discard(path: Path) -> None:
    """Remove an index that nobody has open: the journal says all that was in it. Raises OSError."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        with suppress(FileNotFoundError):
            path.with_name(name).unlink()
