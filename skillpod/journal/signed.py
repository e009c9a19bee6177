"""What was signed of a log and what was kept beside it, read out of its directory: its key, checkpoints and hashes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from skillpod.errors import DocumentInvalid, JournalCorrupt
from skillpod.journal.hashes import HashFile
from skillpod.journal.key import verify
from skillpod.journal.segments import BREAK, open_plain
from skillpod.journal.tree.checkpoint import Signed, read_checkpoint, split
from skillpod.journal.tree.merkle import SIZE, Growing, kept, place, root
from skillpod.journal.tree.note import VerifierKey, read_key

CHECKPOINT = "checkpoint"
HISTORY = "checkpoints"
COSIGNED = "cosigned"
VKEY = "log.vkey"

_NOTES = 64 * 1024 * 1024


def read_log_key(directory: int) -> VerifierKey | None:
    """The key that says which log this is, None where there is none. Raises JournalCorrupt for a file that holds something else."""
    try:
        text = _bytes(directory, VKEY, limit=4096)
    except FileNotFoundError:
        return None
    try:
        return read_key(text.decode("utf-8", "replace"), at=VKEY)
    except DocumentInvalid as fault:
        raise JournalCorrupt(fault.message, at=VKEY, hint=BREAK) from fault


def newest(directory: int, key: VerifierKey) -> Signed:
    """The newest checkpoint. Raises JournalCorrupt, OSError."""
    try:
        return read_checkpoint(_bytes(directory, CHECKPOINT, limit=_NOTES), key=key, verify=verify, at=CHECKPOINT)
    except FileNotFoundError as fault:
        raise JournalCorrupt("the checkpoint is gone: nothing says what the log was", at=CHECKPOINT, hint=BREAK) from fault
    except DocumentInvalid as fault:
        raise JournalCorrupt(fault.message, at=CHECKPOINT, hint=BREAK) from fault


def read_history(directory: int, key: VerifierKey) -> list[Signed]:
    """The earlier checkpoints. The last is passed over when it is not whole or has NULs in it, as a power cut leaves it: who could write
    that could take it out as well. Raises JournalCorrupt, OSError."""
    try:
        notes = split(_bytes(directory, HISTORY, limit=_NOTES))
    except FileNotFoundError:
        return []
    found: list[Signed] = []
    for note in notes:
        try:
            found.append(read_checkpoint(note, key=key, verify=verify, at=HISTORY))
        except DocumentInvalid as fault:
            if note is not notes[-1]:
                raise JournalCorrupt(fault.message, at=HISTORY, hint=BREAK) from fault
    return found


def readable(directory: int, key: VerifierKey) -> Iterator[Signed]:
    """Every checkpoint that is there and signed by the key."""
    for name in (CHECKPOINT, HISTORY):
        with suppress(JournalCorrupt, OSError):
            for note in split(_bytes(directory, name, limit=_NOTES)):
                with suppress(DocumentInvalid):
                    yield read_checkpoint(note, key=key, verify=verify, at=name)


def read_cosigned(directory: int, key: VerifierKey) -> Signed | None:
    """The newest checkpoint that a witness has signed, None where there is none; nothing is said yet of the witness's own signature.
    Raises JournalCorrupt, OSError."""
    try:
        return read_checkpoint(_bytes(directory, COSIGNED, limit=_NOTES), key=key, verify=verify, at=COSIGNED)
    except FileNotFoundError:
        return None
    except DocumentInvalid as fault:
        raise JournalCorrupt(fault.message, at=COSIGNED, hint=BREAK) from fault


def require_witness(directory: int, key: VerifierKey, witness: VerifierKey) -> Signed:
    """The newest checkpoint with a signature of that witness. What came after it, no witness has seen.

    Raises JournalCorrupt when there is none, OSError.
    """
    found = read_cosigned(directory, key)
    if found is None or not found.note.is_signed_by(witness, verify):
        what = "no checkpoint was cosigned by a witness" if found is None else f"the cosigned checkpoint is not signed by {witness.name}"
        raise JournalCorrupt(what, at=COSIGNED, hint="was `log.witness` in pod.yaml, with this key? Ask the witness what it cosigned last")
    return found


def open_hashes(directory: int) -> HashFile | None:
    try:
        return HashFile(directory)
    except FileNotFoundError:
        return None


def stored_leaves(directory: int, mark: Signed) -> bytes | None:
    """The leaves that the file of hashes knows, when they are those of the checkpoint."""
    size = mark.checkpoint.size
    hashes = open_hashes(directory)
    if hashes is None:
        return None
    try:
        if hashes.size < size or root(size, hashes.read) != mark.checkpoint.root:
            return None
        tree, found, content = Growing(), [], hashes.run(0, kept(size))
        for index in range(size):  # the leaves could have been changed without the nodes above: they must lead to the root
            at = place(0, index) * SIZE
            found.append(content[at : at + SIZE])
        tree.grow(found)
        return b"".join(found) if tree.root() == mark.checkpoint.root else None
    finally:
        hashes.close()


def _bytes(directory: int, name: str, *, limit: int) -> bytes:
    with open(open_plain(directory, name), "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise JournalCorrupt(f"{name} is larger than {limit} bytes", at=name, hint=BREAK)
    return content
