"""The rebuildable index of the journal: what should be mounted under each name, folded from its entries, kept in SQLite."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from packaging.version import InvalidVersion, Version

from skillpod.errors import JournalCorrupt, PathUnusable
from skillpod.model.approval import Approval
from skillpod.model.command import FOLDER, Desired, Mode, Remembered
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.provenance import Mark, Past
from skillpod.model.record import from_json, to_json
from skillpod.store.people import People

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


class Index:
    """``ports.State`` in memory, with a copy on disk that spares reading the whole journal at a start.

    The copy may be lost at any time: a file that is missing, damaged or of another schema is made anew, empty, and ``position`` says
    that everything must be folded again. So a write need not survive a power cut (WAL, synchronous=NORMAL), and one that fails (a full
    disk) is made good by a later one.
    """

    def __init__(self, path: Path) -> None:
        """Raises PathUnusable when the file can't be made."""
        self._path = path
        self._names: dict[str, Remembered] = {}
        self._quarantined: dict[Digest, str] = {}
        self._people = People()
        self._is_shared = False
        self._is_ahead = False
        self._position = 0
        self._changed_names: set[str] = set()
        self._published: list[tuple[str, str]] = []
        self._place = 0
        self._changed_digests: set[Digest] = set()
        self._saved_position = 0
        self._database = self._open()

    def names(self) -> Mapping[str, Remembered]:
        """As it is now: what comes later does not change the mapping in hand."""
        self._is_shared = True
        return MappingProxyType(self._names)

    def quarantined(self) -> Mapping[Digest, str]:
        """Digest -> why."""
        self._is_shared = True
        return MappingProxyType(self._quarantined)

    def answers(self, digest: Digest) -> tuple[Approval, ...]:
        return self._people.answers.get(digest, ())

    def reviews(self) -> tuple[Approval, ...]:
        return self._people.reviews

    def rules(self) -> Mapping[str, str]:
        return self._people.rules

    def position(self) -> int:
        """The number of the last entry folded in; 0: none."""
        return self._position

    def apply(self, seq: int, entry: Entry) -> None:
        """Fold one durable entry in; entries come in the order of their numbers, one that was folded before is passed over.

        Raises JournalCorrupt when the entry does not say what its fact promises.
        """
        if seq <= self._position:
            return
        self._fold(entry)
        self._position, self._is_ahead = seq, False
        if self._changed_names or self._changed_digests or self._people.changed:
            self._save()

    def apply_all(self, entries: Iterable[tuple[int, Entry]]) -> None:
        """Fold many in with one write: for a start. Raises as ``apply`` and what ``entries`` raises; what came before is kept."""
        try:
            for seq, entry in entries:
                if seq > self._position:
                    self._fold(entry)
                    self._position, self._is_ahead = seq, False
        finally:
            self._save()

    def fold(self, entry: Entry) -> None:
        """Fold in the effect of an entry that the journal will write later (taking away never waits): the position does not move.

        On disk it shows only when a later entry was applied: that one being durable, so is this.
        """
        self._fold(entry)
        self._is_ahead = True

    def _fold(self, entry: Entry) -> None:
        if entry.fact in (Fact.DESIRED, Fact.PUBLISHED, Fact.UNMOUNTED):
            self._own()
            remembered = _remembered(self._names.get(entry.skill), entry)
            if remembered is not None:
                self._names[remembered.desired.name] = remembered
                self._changed_names.add(remembered.desired.name)
            if entry.fact is Fact.PUBLISHED:
                self._published.append((entry.skill, entry.digest))
        elif entry.fact in (Fact.QUARANTINED, Fact.RESUMED) and entry.digest:
            self._own()
            digest = Digest(entry.digest)
            if entry.fact is Fact.QUARANTINED:
                self._quarantined[digest] = entry.reason.encode(errors="backslashreplace").decode()  # SQLite has no lone surrogates
            else:
                self._quarantined.pop(digest, None)
            self._changed_digests.add(digest)
        else:
            self._people.fold(entry)

    def reset(self) -> None:
        """Forget everything, on disk too: the journal is to be folded from its beginning."""
        self._database.close()
        _remove(self._path)
        self._names, self._quarantined, self._people, self._position = {}, {}, People(), 0
        self._changed_names, self._changed_digests, self._published, self._is_ahead = set(), set(), [], False
        self._database = self._create()

    def close(self) -> None:
        if not self._is_ahead:
            self._save()
        self._database.close()

    def _own(self) -> None:
        """Copy what was handed out before it is changed."""
        if self._is_shared:
            self._names, self._quarantined, self._is_shared = dict(self._names), dict(self._quarantined), False

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
            except (sqlite3.Error, ValueError, KeyError, TypeError):
                # Damaged, or of another schema: what it held is in the journal.
                self._names, self._quarantined, self._people, self._position = {}, {}, People(), 0
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
        _remove(self._path)
        try:
            # Made here, so that it is the owner's only from the first moment; SQLite gives -wal and -shm the same mode.
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
            database = self._connect()
            database.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
        except (OSError, sqlite3.Error) as fault:
            raise PathUnusable(
                f"the index of the journal can't be made: {fault}",
                at=str(self._path),
                hint="HOME must be a writable directory with space left",
            ) from fault
        self._saved_position = 0
        return database

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
            self._names[name] = Remembered(
                desired=Desired.of(json.loads(desired)),
                generation=generation,
                digest=digest,
                previous=previous,
                history=tuple(histories.get(name, ())),
                identity=MappingProxyType(json.loads(identity)),
                was_asked=bool(was_asked),
                past=from_json(Past, json.loads(past)),
            )
        self._people = People.read({key: json.loads(value) for key, value in database.execute("SELECT key, value FROM kept")})
        self._quarantined = dict(database.execute("SELECT digest, reason FROM quarantine"))
        self._position = self._saved_position = database.execute("SELECT seq FROM position").fetchone()[0]

    def _save(self) -> None:
        """Write what changed, in one transaction; on failure it is written with the next change, or folded again after a restart."""
        people = self._people
        if not (self._changed_names or self._changed_digests or people.changed or self._position != self._saved_position):
            return
        database = self._database
        try:
            database.execute("BEGIN IMMEDIATE")
            for name in self._changed_names:
                self._save_name(name)
            places = [(name, digest, self._place + further) for further, (name, digest) in enumerate(self._published, 1)]
            database.executemany("INSERT OR REPLACE INTO history VALUES (?, ?, ?)", places)
            for digest in self._changed_digests:
                database.execute("DELETE FROM quarantine WHERE digest = ?", (digest,))
                if digest in self._quarantined:
                    database.execute("INSERT INTO quarantine VALUES (?, ?)", (digest, self._quarantined[digest]))
            kept = [(key, _text(people.kept(key))) for key in people.changed]
            database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", kept)
            database.execute("UPDATE position SET seq = ?", (self._position,))
            database.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            return
        self._place += len(self._published)
        self._changed_names, self._changed_digests, self._published = set(), set(), []
        people.changed.clear()
        self._saved_position = self._position

    def _save_name(self, name: str) -> None:
        remembered = self._names[name]
        desired, identity = _text(remembered.desired.as_dict()), _text(dict(remembered.identity))
        places = (remembered.generation, remembered.digest, remembered.previous)
        row = (name, desired, *places, identity, remembered.was_asked, _text(to_json(remembered.past)))
        self._database.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


# --- the fold, without a disk ----------------------------------------------------------------------------------------------------


def _remembered(before: Remembered | None, entry: Entry) -> Remembered | None:
    """What is remembered of a name after an entry about it; None when there is nothing to remember."""
    if entry.fact is Fact.DESIRED:
        desired = _desired(entry)
        return replace(before, desired=desired) if before else Remembered(desired=desired)
    if entry.fact is Fact.UNMOUNTED:
        return replace(before, digest=None) if before else None
    before = before or Remembered(desired=_followed(entry))
    digest = Digest(entry.digest)
    previous = entry.previous_digest or before.digest
    return replace(
        before,
        generation=max(before.generation, entry.generation),
        digest=digest,
        previous=Digest(previous) if previous and previous != digest else before.previous,
        history=(*(known for known in before.history if known != digest), digest),
        identity=MappingProxyType(dict(entry.details.get("identity") or {})),
        was_asked=bool(entry.details.get("approvals") or entry.details.get("update")),
        past=_marked(before.past, entry),
    )


def _marked(past: Past, entry: Entry) -> Past:
    """What the signatures of a published version leave behind: nothing when it has none, a higher mark when it is a higher version."""
    publisher = str((entry.details.get("provenance") or {}).get("publisher", ""))
    if not publisher:
        return past
    mark = past.marks.get(publisher)
    if mark is None or _is_higher(entry.version, mark.version):
        mark = Mark(version=entry.version, digest=entry.digest)
    return Past(signed_by=publisher, marks=MappingProxyType({**past.marks, publisher: mark}))


def _is_higher(version: str, mark: str) -> bool:
    try:
        return Version(version) > Version(mark)
    except InvalidVersion:
        return True


def _desired(entry: Entry) -> Desired:
    shape: Any = entry.details.get("desired")
    try:
        desired = Desired.of(shape)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        message = f"the entry says that what is desired of `{entry.skill}` changed, but not to what: {fault}"
        raise JournalCorrupt(message, at="details.desired", skill=entry.skill) from fault
    if entry.skill and desired.name != entry.skill:
        raise JournalCorrupt(f"the entry is about `{entry.skill}` and desires `{desired.name}`", at="details.desired", skill=entry.skill)
    return desired


def _followed(entry: Entry) -> Desired:
    """What must have been desired when something was published without a word about it."""
    return Desired(name=entry.skill, mode=Mode.FOLLOW, source=entry.source or FOLDER, actor=entry.actor)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        with suppress(FileNotFoundError):
            path.with_name(name).unlink()
