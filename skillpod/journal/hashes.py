"""The file of kept hashes: what proofs are made from. A cache of what the lines come to, and so never trusted further than its root."""

from __future__ import annotations

import os
from collections.abc import Sequence

from skillpod.journal.segments import open_plain
from skillpod.journal.tree.merkle import SIZE, leaves

FILE = "hashes"


class HashFile:
    """Hashes in the order of ``merkle.place``, 32 bytes each. What could not be written is written with what comes next."""

    def __init__(self, directory: int, flags: int = os.O_RDONLY) -> None:
        """With ``os.O_CREAT`` the file is made when it is not there. Raises JournalCorrupt when it is no plain file, OSError."""
        self._file = open_plain(directory, FILE, flags)
        self._end = os.fstat(self._file).st_size // SIZE
        self._behind: list[bytes] = []

    @property
    def size(self) -> int:
        """How many leaves of a tree it holds the hashes of."""
        return leaves(self._end)

    def read(self, places: Sequence[int]) -> list[bytes]:
        """The hashes at those places. Raises ValueError when one is beyond the end, OSError."""
        found = [os.pread(self._file, SIZE, place * SIZE) for place in places]
        if any(len(hash_) != SIZE for hash_ in found):
            raise ValueError("the file of hashes ends before")
        return found

    def run(self, start: int, count: int) -> bytes:
        """The bytes of ``count`` hashes from place ``start`` on, or of as many as there are. Raises OSError."""
        return os.pread(self._file, count * SIZE, start * SIZE)

    def append(self, hashes: Sequence[bytes]) -> None:
        """Write further hashes; a fault keeps them for the next time. Raises OSError."""
        self._behind += hashes
        content = memoryview(b"".join(self._behind))
        done = 0
        while done < len(content):
            done += os.pwrite(self._file, content[done:], self._end * SIZE + done)
        self._end += len(self._behind)
        self._behind = []

    def cut(self, count: int) -> None:
        """Keep the first ``count`` hashes. Raises OSError."""
        os.ftruncate(self._file, count * SIZE)
        self._end, self._behind = count, []

    def close(self) -> None:
        os.close(self._file)
