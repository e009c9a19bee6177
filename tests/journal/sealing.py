"""A log as values: a key, lines, and checkpoints of any of its sizes."""

from __future__ import annotations

from collections.abc import Sequence

from skillpod.journal.key import LogKey, generate
from skillpod.journal.tree.checkpoint import Checkpoint, Signed
from skillpod.journal.tree.merkle import Growing, consistency, leaf_hash, root
from skillpod.journal.tree.note import Note


class SmallLog:
    """The hashes of some lines. ``changed`` is an entry that another history has in its place, from 1."""

    def __init__(self, size: int, *, key: LogKey | None = None, changed: int = 0, origin: str = "skillpod/pod-1") -> None:
        self.key = key or generate(origin)
        lines = [b"%s %d\n" % (b"other" if number == changed else b"entry", number) for number in range(1, size + 1)]
        self._hashes = Growing().grow(map(leaf_hash, lines))

    def sealed(self, size: int) -> Signed:
        text = str(Checkpoint(self.key.verifier.name, size, root(size, self._read)))
        return Signed(Checkpoint(self.key.verifier.name, size, root(size, self._read)), Note(text, (self.key.sign(text),)))

    async def prove(self, old: int, signed: Signed) -> list[bytes]:
        return consistency(old, signed.checkpoint.size, self._read)

    def _read(self, places: Sequence[int]) -> list[bytes]:
        return [self._hashes[place] for place in places]
