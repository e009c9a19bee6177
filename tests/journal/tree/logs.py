"""A log in memory, under a key that is made of a sentence: for the tests of the tree, and for the vectors."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skillpod.journal.tree import merkle
from skillpod.journal.tree.checkpoint import Checkpoint
from skillpod.journal.tree.note import ED25519, Note, Signature, VerifierKey
from skillpod.journal.tree.proof import Proof

ORIGIN = "skillpod/vectors"
SENTENCE = "a key for the test vectors of the log of skillpod; everybody has it, and it vouches for nothing"


class Signer:
    """A key under a name; its seed is the SHA-256 of a sentence."""

    def __init__(self, name: str = ORIGIN, sentence: str = SENTENCE) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(sentence.encode()).digest())
        self.key = VerifierKey(name, ED25519, self._private.public_key().public_bytes_raw())

    def signed(self, text: str) -> Signature:
        return Signature(self.key.name, self.key.id, self.sign(text.encode()))

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def note(self, text: str, *others: Signature) -> Note:
        return Note(text, (self.signed(text), *others))


class Log:
    """Lines, and the hashes kept of their tree. What it signs is under ``signer``."""

    def __init__(self, lines: Iterable[bytes], signer: Signer | None = None) -> None:
        self.lines = list(lines)
        self.signer = signer or Signer()
        self.hashes = merkle.Growing().grow(map(merkle.leaf_hash, self.lines))

    @property
    def key(self) -> VerifierKey:
        return self.signer.key

    def read(self, places: Sequence[int]) -> list[bytes]:
        return [self.hashes[place] for place in places]

    def root(self, size: int) -> bytes:
        return merkle.root(size, self.read)

    def checkpoint(self, size: int) -> Note:
        return self.signer.note(str(Checkpoint(self.key.name, size, self.root(size))))

    def proof(self, index: int, size: int) -> Proof:
        return Proof(index=index, hashes=tuple(merkle.inclusion(index, size, self.read)), note=self.checkpoint(size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        return merkle.consistency(old, new, self.read)


def numbered(count: int) -> list[bytes]:
    """Lines that say which they are."""
    return [b"line %d\n" % number for number in range(count)]


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
