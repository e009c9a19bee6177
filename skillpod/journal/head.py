"""The head of a log: the tree over its lines as they are written, and signed checkpoints of it on the disk. For the journal's thread."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from skillpod.errors import JournalCorrupt
from skillpod.journal import key as keys
from skillpod.journal.batches import batches
from skillpod.journal.check import Checked, check
from skillpod.journal.hashes import FILE as HASHES
from skillpod.journal.hashes import HashFile
from skillpod.journal.key import LogKey
from skillpod.journal.parting import begin, part, require_end
from skillpod.journal.segments import BREAK, open_plain, replace
from skillpod.journal.signed import CHECKPOINT, COSIGNED, HISTORY, VKEY, read_history, read_log_key
from skillpod.journal.tree.checkpoint import Checkpoint, Signed, split
from skillpod.journal.tree.merkle import Growing, consistency, is_consistent, leaf_hash, root
from skillpod.journal.tree.note import Note, VerifierKey
from skillpod.model.entry import Entry, Fact

RENEWED = "renewed"
"""Beside the key: a log that is to take this one's place (``journal.renewal``)."""
KEPT_EVERY = 1024
"""Entries between two checkpoints that stay: so closely an entry that is not what was signed can be named when the hashes are lost."""
HISTORY_BYTES = 4 * 1024 * 1024
"""Bytes of those, before every other is let go of."""


@dataclass(frozen=True, slots=True)
class Began:
    """A log that has its key only now; ``adopted`` lines were there before and are what they are from here on."""

    origin: str
    adopted: int

    def entry(self) -> Entry:
        """What the log says of it."""
        details = {"origin": self.origin, **({"adopted": self.adopted} if self.adopted else {})}
        return Entry(fact=Fact.LOG_BEGAN, trigger="start", details=details)


class Head:
    """``take_over`` first; then ``grow`` with every line that is durable, and ``seal`` now and then."""

    def __init__(self, key: Path, *, origin: str) -> None:
        """``key`` is the private key's file; ``origin`` what the log is called when it is begun."""
        self._key_path = key
        self._origin = origin
        self._directory = -1
        self._tree = Growing()
        self._hashes: HashFile | None = None
        self._key: LogKey | None = None
        self._sealed: Signed | None = None
        self._kept_at = -KEPT_EVERY
        self.began: Began | None = None

    @property
    def size(self) -> int:
        """The entries of the log."""
        return self._tree.size

    @property
    def sealed(self) -> Signed | None:
        """The newest checkpoint."""
        return self._sealed

    def take_over(self, directory: int) -> Checked:
        """Hold the whole log against what was signed of it; one that has no key yet gets one.

        Raises JournalCorrupt, naming the first bad entry, and OSError.
        """
        self._directory = os.dup(directory)
        if os.path.lexists(self._key_path.with_name(RENEWED)):
            raise JournalCorrupt("a new log was made and is not in its place yet", at=RENEWED, hint="run `skillpod log renew` again")
        verifier, key = keys_of(directory, self._key_path, origin=self._origin)
        checked = check(directory, verifier)
        require_end(self._key_path.parent, checked.tree, verifier)
        self._tree, self._sealed = checked.tree.copy(), checked.sealed
        self._take_hashes(directory, checked)
        self._mend_history(verifier)
        if key is None:
            key = self._begin()
        self._key = key
        self.seal()
        begin(self._key_path.parent)
        return checked

    def _take_hashes(self, directory: int, checked: Checked) -> None:
        self._hashes = HashFile(directory, os.O_RDWR | os.O_CREAT)
        self._hashes.cut(checked.kept)
        if self._hashes.size < self._tree.size:
            rebuild(directory, self._hashes, self._tree.size)

    def _begin(self) -> LogKey:
        """A key for the log; in its place last, so that one with a key always has a checkpoint. A crash before leaves it beside, and it is
        taken up again: something may be signed with it by then."""
        self.began = Began(self._origin, self._tree.size)
        key = keys.laid(self._key_path, self._origin)
        if key is None:
            key = keys.generate(self._origin)
            keys.lay(key, self._key_path)
        self._publish(key, Checkpoint(self._origin, self._tree.size, self._tree.root()))
        replace(self._directory, VKEY, f"{key.verifier}\n".encode())
        os.fsync(self._directory)
        keys.take(self._key_path)
        return key

    # --- growing ---

    def grow(self, lines: Sequence[bytes]) -> None:
        """Take lines that are durable. Never raises: hashes that can't be written now are written with later ones."""
        new = self._tree.grow(map(leaf_hash, lines))
        if self._hashes is not None:
            with suppress(OSError):
                self._hashes.append(new)

    def seal(self) -> Signed | None:
        """Sign what the log is now, durable when this returns; None when nothing was added since. Raises OSError."""
        key, size = self._key, self._tree.size
        if key is None or (self._sealed is not None and self._sealed.checkpoint.size == size):
            return None
        return self._publish(key, Checkpoint(key.verifier.name, size, self._tree.root()))

    def part(self) -> None:
        """Say where the log ends, if all of it is signed: nothing is added from here on. Raises OSError."""
        if self._sealed is not None and self._sealed.checkpoint.size == self._tree.size:
            part(self._key_path.parent, self._sealed)

    def cosign(self, cosigned: Signed) -> None:
        """Keep a checkpoint that a witness has signed, as the newest such; below the newest checkpoint itself, when it still is that one.
        Raises OSError."""
        replace(self._directory, COSIGNED, str(cosigned).encode())
        if self._sealed is not None and self._sealed.note.text == cosigned.note.text:
            self._write(cosigned)

    def consistency(self, old: int, signed: Signed) -> list[bytes]:
        """The proof that the first ``old`` entries are what a checkpoint's tree grew from.

        Raises JournalCorrupt when the file of hashes does not lead to that checkpoint, OSError.
        """
        size, top = signed.checkpoint.size, signed.checkpoint.root
        try:
            proof = consistency(old, size, self.read)
            if is_consistent(old, root(old, self.read), size, top, proof):
                return proof
        except ValueError:
            pass  # not all of it is written yet, as on a full disk
        hint = "when the disk has room, restart the pod: the file is made anew"
        raise JournalCorrupt("the file of hashes does not lead to what was signed: no proof can be made", at=HASHES, hint=hint)

    def read(self, places: Sequence[int]) -> list[bytes]:
        """Kept hashes, for proofs. Raises ValueError, OSError."""
        if self._hashes is None:
            raise ValueError("the log is not open")
        return self._hashes.read(places)

    def close(self) -> None:
        if self._hashes is not None:
            self._hashes.close()
            self._hashes = None
        if self._directory >= 0:
            os.close(self._directory)
            self._directory = -1

    def _publish(self, key: LogKey, checkpoint: Checkpoint) -> Signed:
        text = str(checkpoint)
        return self._write(Signed(checkpoint, Note(text, (key.sign(text),))))

    def _write(self, signed: Signed) -> Signed:
        replace(self._directory, CHECKPOINT, str(signed).encode())
        self._sealed = signed
        if signed.checkpoint.size >= self._kept_at + KEPT_EVERY:
            with suppress(OSError):  # there is a newer one all the same; it is kept with the next
                self._remember(signed)
                self._kept_at = signed.checkpoint.size
        return signed

    def _remember(self, signed: Signed) -> None:
        """Keep it among the earlier ones: durable, and whole or not at all. Raises OSError."""
        os.fsync(self._directory)  # SAFE: first the name of the newest; one that is older than an earlier one was put back
        history = open_plain(self._directory, HISTORY, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            size = os.fstat(history).st_size
            try:
                rest = memoryview(str(signed).encode())
                while rest:
                    rest = rest[os.write(history, rest) :]
                os.fdatasync(history)
            except OSError:
                os.ftruncate(history, size)  # SAFE: what comes after a half one could not be told from it
                raise
        finally:
            os.close(history)
        if size > HISTORY_BYTES:
            self._thin(signed)

    def _mend_history(self, verifier: VerifierKey | None) -> None:
        """Cut what a crash left half at the end, and keep the newest at every start. A log without a key has none: one that a start before
        this made, which died before the key was in its place, is nobody's."""
        if verifier is None:
            with suppress(FileNotFoundError):
                os.unlink(HISTORY, dir_fd=self._directory)
            return
        with open(open_plain(self._directory, HISTORY, os.O_RDONLY | os.O_CREAT), "rb") as file:
            there = file.read()
        whole = [str(signed).encode() for signed in read_history(self._directory, verifier)]
        if there != b"".join(whole):
            replace(self._directory, HISTORY, b"".join(whole))
        if self._sealed is not None and str(self._sealed).encode() not in whole[-1:]:
            self._remember(self._sealed)

    def _thin(self, signed: Signed) -> None:
        """Let go of every other of the earlier ones: a start reads them all. ``signed`` is the last of them. Raises OSError."""
        with open(open_plain(self._directory, HISTORY), "rb") as file:
            notes = split(file.read())
        replace(self._directory, HISTORY, b"".join([*notes[:-1:2], str(signed).encode()]))


def keys_of(directory: int, private: Path, *, origin: str) -> tuple[VerifierKey | None, LogKey | None]:
    """The public and the private key of a log, both or none: a log that has none is one of before there were any, or is not begun.

    Raises JournalCorrupt when one is gone or they are not a pair, OSError.
    """
    verifier = read_log_key(directory)
    key = keys.find(private, verifier.name if verifier else origin, verifier=verifier)
    if key is not None and verifier is None:
        raise JournalCorrupt(f"{VKEY} is gone, and the log has a key", at=VKEY, hint=BREAK)
    if verifier is not None and (key is None or key.verifier != verifier):
        what = "is gone" if key is None else f"is not that of {VKEY}"
        raise JournalCorrupt(f"the key of the log {what}", at=str(private), hint=BREAK)
    return verifier, key


def rebuild(directory: int, hashes: HashFile, size: int) -> None:
    """Make the file of hashes anew from the first ``size`` lines. Raises JournalCorrupt, OSError."""
    hashes.cut(0)
    tree = Growing()
    for batch in batches(directory):
        hashes.append(tree.grow(batch.leaves[: size - tree.size]))
