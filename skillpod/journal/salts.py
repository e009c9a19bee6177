"""The salts of what the log keeps as an HMAC: a file a segment, beside the log and never in it, so that they can be erased."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from skillpod.journal.entry import needs_salt
from skillpod.model.entry import Entry

SIZE = 16
"""Bytes of a salt: nobody tries 2^128 of them."""
DIRECTORY = "salts"
"""Where they are, beside the log's own directory."""
NONE = bytes(SIZE)
"""What stands where an entry has no salt, or its salt was erased."""

_SAFE_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def fresh_salt(entry: Entry) -> bytes:
    """A new salt for an entry that needs one, NONE for every other."""
    return os.urandom(SIZE) if needs_salt(entry) else NONE


class Salts:
    """``NNNNNN.salts`` in a directory: of entry number n (from 0) of segment NNNNNN the bytes from 16 n on, for the owner only.

    Without its salt nobody can try out what an HMAC is of, whatever else they have; and nobody can show it any more.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._number = 0
        self._file = -1

    def keep(self, number: int, place: int, salts: Sequence[bytes]) -> None:
        """Keep the salts of entries that follow each other in a segment. Never raises: a log without its salts is a log."""
        with suppress(OSError):
            if number != self._number:
                self.close()
                self._file = self._open(number, os.O_WRONLY | os.O_CREAT)
                self._number = number
            os.pwrite(self._file, b"".join(salts), place * SIZE)

    def of(self, number: int, place: int) -> bytes:
        """The salt of an entry; NONE when it has none, or none any more. Raises OSError."""
        try:
            file = self._open(number, os.O_RDONLY)
        except FileNotFoundError:
            return NONE
        try:
            found = os.pread(file, SIZE, place * SIZE)
        finally:
            os.close(file)
        return found if len(found) == SIZE else NONE

    def erase(self, number: int, places: Iterable[int]) -> None:
        """Write zeros over the salts of these entries; on the disk when it returns. Raises OSError."""
        file = self._open(number, os.O_WRONLY)
        try:
            for place in places:
                os.pwrite(file, NONE, place * SIZE)
            os.fsync(file)
        finally:
            os.close(file)

    def drop(self, number: int) -> None:
        """Remove those of a whole segment. Raises OSError."""
        with suppress(FileNotFoundError):
            (self.directory / _name(number)).unlink()

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._number, self._file = 0, -1

    def _open(self, number: int, flags: int) -> int:
        if flags & os.O_CREAT:
            self.directory.mkdir(mode=0o700, exist_ok=True)
        return os.open(self.directory / _name(number), flags | _SAFE_FLAGS, 0o600)


def _name(number: int) -> str:
    return f"{number:06d}.salts"
