"""A checkpoint (c2sp.org/tlog-checkpoint): how large a log was, and the root that stood for all of it. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from skillpod.errors import DocumentInvalid
from skillpod.journal.tree.merkle import SIZE
from skillpod.journal.tree.note import Note, Signature, VerifierKey, Verify, read_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of the first ``size`` entries of the log called ``origin``."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint and the note it stood in, with every signature of it."""

    checkpoint: Checkpoint
    note: Note

    def __str__(self) -> str:
        return str(self.note)

    def with_signatures(self, new: Sequence[Signature]) -> Signed:
        """The same with further signatures; of a key that has one there, the new one alone."""
        keys = {(signature.name, signature.id) for signature in new}
        others = [signature for signature in self.note.signatures if (signature.name, signature.id) not in keys]
        return Signed(self.checkpoint, Note(self.note.text, (*others, *new)))


def read_checkpoint(text: bytes, *, key: VerifierKey, verify: Verify, at: str) -> Signed:
    """A checkpoint that the log of that key has signed. Raises DocumentInvalid, saying what is wrong with it."""
    note = read_note(text, at=at)
    if not note.of(key):
        names = ", ".join(signature.name for signature in note.signatures)
        raise DocumentInvalid(f"the checkpoint is signed by another key than that of {key.name} (by {names})", at=at)
    if not note.is_signed_by(key, verify):
        raise DocumentInvalid(f"the signature of {key.name} is not one over this checkpoint: it was changed", at=at)
    found = read_text(note.text, at=at)
    if found.origin != key.name:
        raise DocumentInvalid(f"the checkpoint is of the log {found.origin}, not of {key.name}", at=at)
    return Signed(found, note)


def read_text(text: str, *, at: str) -> Checkpoint:
    """The text of a checkpoint, signed by whomever. Raises DocumentInvalid."""
    lines = text.split("\n")
    if len(lines) >= 4 and lines[0] and not lines[-1] and all(lines[:-1]) and _SIZE.fullmatch(lines[1]):
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError):
            root = b""
        if len(root) == SIZE and base64.b64encode(root).decode() == lines[2]:
            return Checkpoint(lines[0], int(lines[1]), root)
    raise DocumentInvalid("this is no checkpoint", at=at, hint="its lines are the log's name, its size, and its root in base64")


def split(text: bytes) -> list[bytes]:
    """The notes of a file that holds one after another: each ends with its lines of signatures. What is after the last one is left out."""
    notes: list[bytes] = []
    begun: list[bytes] = []
    is_signed = False
    for line in text.splitlines(keepends=True):
        is_signature = line.startswith("\N{EM DASH} ".encode())
        if is_signed and not is_signature:
            notes.append(b"".join(begun))
            begun = []
        begun.append(line)
        is_signed = is_signature and line.endswith(b"\n")
    return [*notes, b"".join(begun)] if is_signed else notes
