"""The end of the journal, where lines are appended and made durable. Synchronous, for one thread."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from skillpod.errors import JournalUnwritable
from skillpod.journal.head import Head
from skillpod.journal.salts import Salts
from skillpod.journal.segments import (
    DISTRUST,
    dropped_numbers,
    open_directory,
    open_segment,
    read_lines,
    reading,
    segment_name,
    sequence_at_a_glance,
    unwritable,
)

_EVIDENCE_LIMIT = 1024 * 1024


class Tail:
    """The newest segment, open for appending.

    ``append`` is all or nothing: what a failed one left behind is cut before the next, by the length that was durable before it.
    """

    def __init__(self, path: Path, head: Head, *, segment_bytes: int, salts: Path | None = None) -> None:
        self._path = path
        self._head = head
        self._segment_bytes = segment_bytes
        self._salts = None if salts is None else Salts(salts)
        self._directory = -1
        self._segment = -1
        self._number = 0
        self._size = 0
        self._place = 0  # how many entries the segment has
        self._is_dirty = False

    def take_over(self) -> int:
        """Open the newest segment, cut a torn tail, and say which sequence number comes next.

        Raises JournalCorrupt, naming the entry, when the log is not what was signed of it or a line can't be read; JournalUnwritable
        when the directory or a file in it can't be opened.
        """
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._directory = open_directory(self._path)
            if stat.S_IMODE(os.fstat(self._directory).st_mode) != 0o700:
                os.fchmod(self._directory, 0o700)
            checked = self._head.take_over(self._directory)
            if checked.segment:
                self._open(checked.segment)
            else:
                self._open(max(dropped_numbers(self._directory), default=0) + 1)
                _sync_directory(self._path.parent)
            if checked.whole < self._size:
                self._cut_torn_tail(checked.whole)
            self._place = self._entries_here()
            return self._head.size + 1
        except OSError as fault:
            raise unwritable(fault, at=str(self._path)) from fault

    def append(self, lines: Sequence[bytes], salts: Sequence[bytes] = ()) -> None:
        """Write the lines and wait until they are on the disk, and keep the ``salts`` they were made with. Raises JournalUnwritable; then
        none of them counts as written."""
        name = segment_name(self._number)
        try:
            self._mend()
            self._refuse_a_second_writer()
            if self._size >= self._segment_bytes:
                self._rotate()
            if self._salts is not None:
                self._salts.keep(self._number, self._place, salts)
            self._write(b"".join(lines))
            self._place += len(lines)
            self._head.grow(lines)
        except OSError as fault:
            self._try_to_mend()
            raise unwritable(fault, at=name) from fault

    def close(self) -> None:
        for descriptor in (self._segment, self._directory):
            if descriptor >= 0:
                os.close(descriptor)
        self._segment = self._directory = -1
        self._head.close()
        if self._salts is not None:
            self._salts.close()

    # --- taking over ---

    def _entries_here(self) -> int:
        """How many entries the segment has, by the number of its first."""
        with reading(self._directory, self._number) as segment:
            first = next(read_lines(segment), None)
        return self._head.size + 1 - sequence_at_a_glance(first.content) if first is not None and self._size else 0

    def _cut_torn_tail(self, whole: int) -> None:
        """Keep what was cut beside the segment, as evidence; then cut it."""
        torn = os.pread(self._segment, _EVIDENCE_LIMIT, whole)
        name = f"{segment_name(self._number)}.{whole}.torn"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(name, flags, 0o600, dir_fd=self._directory), "wb") as evidence:
            evidence.write(torn)
            evidence.flush()
            os.fsync(evidence.fileno())
        os.fsync(self._directory)
        self._size = whole
        self._is_dirty = True
        self._mend()

    # --- appending ---

    def _open(self, number: int) -> None:
        """Go on in this segment; created when it is not there, and then durable as a name before a line is written to it."""
        descriptor = open_segment(self._directory, number, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            os.fsync(self._directory)
            size = os.fstat(descriptor).st_size
        except OSError:
            os.close(descriptor)
            raise
        if self._segment >= 0:
            os.close(self._segment)
        self._segment, self._number, self._size, self._is_dirty = descriptor, number, size, False
        self._place = 0

    def _rotate(self) -> None:
        self._open(self._number + 1)
        if self._size:
            name = segment_name(self._number)
            raise JournalUnwritable(f"{name} should be new and holds {self._size} bytes: somebody else wrote it", at=name, hint=DISTRUST)

    def _write(self, content: bytes) -> None:
        self._is_dirty = True
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._segment, rest) :]
        os.fdatasync(self._segment)
        self._size += len(content)
        self._is_dirty = False

    def _mend(self) -> None:
        """Cut what an append that failed left behind. After a failed sync nothing it wrote can be trusted to be on the disk."""
        if self._is_dirty:
            os.ftruncate(self._segment, self._size)
            os.fdatasync(self._segment)
            self._is_dirty = False

    def _try_to_mend(self) -> None:
        try:
            self._mend()
        except OSError:
            return  # tried again before the next append

    def _refuse_a_second_writer(self) -> None:
        """A segment that was removed or grew by itself is not ours to go on with."""
        seen = os.fstat(self._segment)
        name = segment_name(self._number)
        if seen.st_nlink == 0:
            raise JournalUnwritable(f"{name} was removed while the pod wrote to it", at=name, hint=DISTRUST)
        if seen.st_size != self._size:
            raise JournalUnwritable(
                f"{name} has {seen.st_size} bytes and the pod wrote {self._size}: somebody else wrote to it", at=name, hint=DISTRUST
            )


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
