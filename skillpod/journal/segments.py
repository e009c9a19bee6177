"""The files of a journal: how segments are named, opened without following links, and read line by line."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from skillpod.errors import JournalCorrupt, JournalUnwritable
from skillpod.journal.entry import MAX_LINE

_NAME = re.compile(r"([0-9]{6,})\.jsonl")
_HEAD = re.compile(rb'\{"v":1,"seq":([1-9][0-9]*),')
_SAFE_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Line:
    """``place`` is ``000001.jsonl:12``; ``end`` is the offset after it; ``whole`` is False for bytes after the last newline."""

    content: bytes
    place: str
    end: int
    whole: bool


def segment_name(number: int) -> str:
    return f"{number:06d}.jsonl"


def open_directory(path: Path) -> int:
    """A descriptor of the journal's directory, owner only. Raises OSError (ELOOP or ENOTDIR for a link)."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    if stat.S_IMODE(os.fstat(directory).st_mode) & 0o077:
        try:
            os.fchmod(directory, 0o700)
        except OSError:
            os.close(directory)
            raise
    return directory


def segment_numbers(directory: int) -> list[int]:
    """The numbers of the segments, upward. Raises JournalCorrupt when one is missing between two others."""
    found = sorted(int(match[1]) for name in os.listdir(directory) if (match := _NAME.fullmatch(name)))
    for before, after in pairwise(found):
        if after != before + 1:
            raise JournalCorrupt(
                f"segment {segment_name(before + 1)} is missing",
                at=segment_name(before + 1),
                hint="bring the file back from a copy; the log can't be trusted without it",
            )
    return found


def open_segment(directory: int, number: int, flags: int) -> int:
    """A descriptor of a segment, created owner only when ``flags`` create. Raises OSError, JournalCorrupt when it is not a plain file."""
    name = segment_name(number)
    segment = os.open(name, flags | _SAFE_FLAGS, 0o600, dir_fd=directory)
    if not stat.S_ISREG(os.fstat(segment).st_mode):
        os.close(segment)
        raise JournalCorrupt(f"{name} is not a plain file", at=name)
    return segment


def read_lines(segment: BinaryIO, *, name: str, start: int = 0) -> Iterator[Line]:
    """The lines from offset ``start``, counted from there; the last may not be whole. Raises JournalCorrupt for one beyond ``MAX_LINE``."""
    segment.seek(start)
    end, count = start, 0
    while content := segment.readline(MAX_LINE + 1):
        count += 1
        end += len(content)
        whole = content.endswith(b"\n")
        if not whole and len(content) > MAX_LINE:
            raise JournalCorrupt(f"a line is longer than {MAX_LINE} bytes", at=f"{name}:{count}")
        yield Line(content, f"{name}:{count}", end, whole)


def sequence_at_a_glance(line: bytes) -> int:
    """The sequence number by the fixed beginning of a line, without parsing it; 0 when it does not begin so."""
    match = _HEAD.match(line)
    return int(match[1]) if match else 0


def last_whole_line(segment: BinaryIO) -> bytes:
    """The last line that ends in a newline; empty when there is none."""
    size = segment.seek(0, os.SEEK_END)
    segment.seek(max(0, size - 2 * MAX_LINE))
    whole, _, _torn = segment.read().rpartition(b"\n")
    return whole.rpartition(b"\n")[2]


def unwritable(fault: OSError, *, at: str) -> JournalUnwritable:
    """What an I/O fault of the journal means, and what to do about it."""
    words = os.strerror(fault.errno) if fault.errno else str(fault)
    return JournalUnwritable(f"the journal can't be written: {words}", at=at, hint=_REMEDIES.get(fault.errno or 0, _ANY_REMEDY))


_ANY_REMEDY = "look at HOME/journal: it must be a directory of the pod's own user; the pod tries again every second"
_REMEDIES = {
    errno.ENOSPC: "free space on HOME's filesystem; the pod goes on by itself within a second",
    errno.EDQUOT: "free space in the user's quota; the pod goes on by itself within a second",
    errno.EFBIG: "raise the file size limit (ulimit -f) and start the pod again",
    errno.EROFS: "HOME's filesystem is read-only: mount it writable; the pod goes on by itself within a second",
    errno.EIO: "the disk under HOME fails: look at the kernel's log before trusting it again",
    errno.EACCES: "give HOME/journal back to the pod's user, mode 0700",
    errno.ELOOP: "HOME/journal or a segment in it is a symbolic link: put the real one in its place",
    errno.ENOTDIR: "HOME/journal must be a directory, not a file or a link",
}
