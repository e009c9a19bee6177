"""A proof that an entry stands in the log (c2sp.org/tlog-proof@v1): its index, the hashes up to the root, a signed checkpoint. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from skillpod.errors import DocumentInvalid
from skillpod.journal.tree import note
from skillpod.journal.tree.checkpoint import Signed, read_checkpoint
from skillpod.journal.tree.merkle import SIZE, is_included, leaf_hash
from skillpod.journal.tree.note import Note, VerifierKey, Verify, read_note

SUFFIX = ".tlog-proof"
_HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 64
MAX_BYTES = 2 * note.MAX_BYTES

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_SHAPE = "a line that says what it is, `index N`, hashes in base64, an empty line, a signed checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That some data is leaf ``index`` of the log whose checkpoint ``note`` is. ``hashes`` lead to the root, the leaf's sibling first.

    ``extra`` is for whoever wrote the proof: nothing vouches for it. Nothing else here counts before ``verified`` either.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes = b""

    def __str__(self) -> str:
        extra = f"extra {_base64(self.extra)}\n" if self.extra else ""
        hashes = "".join(f"{_base64(each)}\n" for each in self.hashes)
        return f"{_HEADER}\n{extra}index {self.index}\n{hashes}\n{self.note}"


def read_proof(text: bytes, *, at: str) -> Proof:
    """A proof in its one spelling, as ``str(proof)`` writes it. Raises DocumentInvalid."""
    if len(text) > MAX_BYTES:
        raise DocumentInvalid(f"a proof has at most {MAX_BYTES} bytes", at=at)
    head, blank, below = text.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    extra = b""
    if lines[1:] and lines[1].startswith("extra "):
        extra = _bytes(lines.pop(1).removeprefix("extra "), at=at)
    index = _INDEX.fullmatch(lines[1]) if lines[1:] else None
    if not blank or lines[0] != _HEADER or index is None or len(lines) > 2 + MAX_HASHES:
        raise DocumentInvalid("this is no proof", at=at, hint=_SHAPE)
    hashes = tuple(_bytes(line, at=at) for line in lines[2:])
    if any(len(each) != SIZE for each in hashes):
        raise DocumentInvalid(f"a hash of a proof has {SIZE} bytes", at=at, hint=_SHAPE)
    return Proof(index=int(index[1]), hashes=hashes, note=read_note(below, at=at), extra=extra)


def verified(proof: Proof, data: bytes, *, key: VerifierKey, verify: Verify, at: str) -> Signed:
    """The checkpoint under which ``data`` (an entry's exact line with its newline) is proven. Raises DocumentInvalid, saying why not."""
    signed = read_checkpoint(str(proof.note).encode(), key=key, verify=verify, at=at)
    head = signed.checkpoint
    if proof.index >= head.size:
        raise DocumentInvalid(f"the proof is of entry {proof.index + 1}, its checkpoint of {head.size} entries only", at=at)
    if not is_included(leaf_hash(data), proof.index, head.size, head.root, proof.hashes):
        raise DocumentInvalid(
            f"these bytes are not entry {proof.index + 1} of {head.origin}",
            at=at,
            hint="a line counts with its newline, byte for byte; or the proof was changed",
        )
    return signed


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str, *, at: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or _base64(raw) != text:
        raise DocumentInvalid("this is no base64 in its one spelling", at=at, hint=_SHAPE)
    return raw
