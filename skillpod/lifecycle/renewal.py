"""A new log in the place of one that broke: what of the old one is proven goes on, and what is not may only take away."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from skillpod.errors import CommandInvalid, JournalCorrupt
from skillpod.journal.renewal import (
    JOURNAL,
    Remains,
    aside,
    entries,
    fault_of,
    is_begun,
    later_entries,
    make,
    next_number,
    put_in_place,
    remains,
)
from skillpod.journal.tree.checkpoint import Signed
from skillpod.lifecycle.recollection import recollect, require_known
from skillpod.model.command import Mode
from skillpod.model.entry import Entry, Fact
from skillpod.store.fold import Fold
from skillpod.store.index import Index, discard
from skillpod.store.restraint import Restraint
from skillpod.store.state import run_of
from skillpod.trust.revocations import EMPTY as NOTHING_REVOKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """What was wrong with the log ``previous``, ``at`` where; ``kept`` is where it is now, empty when there was nothing to keep. Of its
    entries ``proven`` are folded, ``unproven`` have only taken away. ``withheld`` are the names that are mounted when a person says so."""

    previous: str
    fault: str
    at: str
    kept: str
    proven: int
    unproven: int
    withheld: tuple[str, ...]


class Renewal:
    """``home`` is HOME, and nobody else's meanwhile; ``node`` what its pod is called; ``index`` the file of the journal's index."""

    def __init__(self, home: Path, *, node: str, index: Path, copies: Sequence[Signed] = ()) -> None:
        """``copies`` are checkpoints that were kept elsewhere, each signed by the log's key: they are then what proves."""
        self._home = home
        self._node = node
        self._index = index
        self._copies = copies

    def begin(self, *, actor: str, reason: str, now: float) -> Break | None:
        """Make the new log, and say what was wrong with the old one; None when one was made before and is not in its place yet.

        Raises CommandInvalid for a log that is whole, JournalFailed, OSError; then all is as it was.
        """
        if is_begun(self._home):
            return None
        fault = self._fault()
        if fault is None:
            raise CommandInvalid(
                "the log is what was signed of it: there is nothing to renew",
                at=str(self._home / JOURNAL),
                hint="`skillpod log verify` says so; where checkpoints kept elsewhere say otherwise, name them with --copy",
            )
        found = remains(self._home, fault, origin=self._origin, copies=self._copies)
        fold, proven = self._proven(found)
        unproven, withheld = self._restrain(fold, found, proven)
        nth = next_number(self._home, found.origin) - 1
        broken = Break(
            previous=found.origin,
            fault=fault.message,
            at=fault.at,
            kept=aside(nth) if (self._home / JOURNAL).exists() else "",
            proven=proven,
            unproven=unproven,
            withheld=withheld,
        )
        origin = f"{self._origin}/{nth + 1}"
        began = _began(broken, found.proven, origin=origin, actor=actor, reason=reason)
        make(self._home, [began, *run_of(fold.state())], origin=origin, node=self._node, ts=now)
        return broken

    def finish(self) -> str:
        """Put the new log in its place; what it is called. Wherever it ends, done again it goes on from there. Raises as ``begin``."""
        return put_in_place(self._home, forget=lambda: discard(self._index))

    @property
    def _origin(self) -> str:
        return f"skillpod/{self._node}"

    def _fault(self) -> JournalCorrupt | None:
        """What is wrong with the log: it is not what was signed, what was signed can't be folded, or the index has seen more of it."""
        fault = fault_of(self._home, origin=self._origin, copies=self._copies)
        if fault is not None:
            return fault
        with tempfile.TemporaryDirectory(prefix="skillpod-index-") as scratch, closing(Index(Path(scratch) / "index.sqlite")) as index:
            try:
                recollect(index, self._home / JOURNAL)
                if self._index.is_file():
                    with closing(Index(self._index)) as known:
                        require_known(known, index.position())
            except JournalCorrupt as unreadable:
                return unreadable
        return None

    def _proven(self, found: Remains) -> tuple[Fold, int]:
        """What the proven entries come to, and how many there are. Without the first ones, and with no state that stands for them, they
        come to nothing: what they leave out might have been a no."""
        fold, count = Fold(), found.dropped
        try:
            for recorded in entries(self._home, found):
                fold.fold(recorded.entry)
                count = recorded.seq
        except JournalCorrupt:
            pass  # what this version can't fold is among what it does not take for proven
        return (fold, count) if fold.is_stated or not found.dropped else (Fold(), 0)

    def _restrain(self, fold: Fold, found: Remains, proven: int) -> tuple[int, tuple[str, ...]]:
        """Let all that is not proven take away; how many entries there were, and the names that are not mounted for it."""
        before = _absent(fold)
        restraint = Restraint(fold, nothing_revoked=NOTHING_REVOKED.digest)
        unproven = 0
        for entry in later_entries(self._home, proven, found):
            restraint.take(entry)
            unproven += 1
        for entry in self._indexed(proven):
            restraint.take(entry)
        return unproven, tuple(sorted(_absent(fold) - before))

    def _indexed(self, proven: int) -> tuple[Entry, ...]:
        """What the index knows, which may be all that is left of what was not proven."""
        if not self._index.is_file():
            return ()
        with closing(Index(self._index)) as index:
            return index.stated() if index.position() > proven else ()


def _absent(fold: Fold) -> frozenset[str]:
    return frozenset(name for name, remembered in fold.names.items() if remembered.desired.mode is Mode.ABSENT)


def _began(broken: Break, checkpoint: Signed | None, *, origin: str, actor: str, reason: str) -> Entry:
    details = {
        "origin": origin,
        "previous": broken.previous,
        "checkpoint": str(checkpoint) if checkpoint else "",
        "fault": broken.fault,
        "at": broken.at,
        "kept": broken.kept,
        "proven": broken.proven,
        "unproven": broken.unproven,
        "withheld": list(broken.withheld),
    }
    return Entry(fact=Fact.LOG_BEGAN, actor=actor, trigger="command", reason=reason, details=details)
