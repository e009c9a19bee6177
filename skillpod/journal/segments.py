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
_LEAF = 32
_HEAD = re.compile(rb'\{"v":1,"seq":([1-9][0-9]*),')
DISTRUST = "keep a copy of HOME/journal for whoever must find out, and bring the files back from a backup"

_SAFE_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Line:
    """``start`` is its offset in the segment; a line that is not whole is what stands after the last newline."""

    content: bytes
    start: int

    @property
    def is_whole(self) -> bool:
        return self.content.endswith(b"\n")

    @property
    def end(self) -> int:
        return self.start + len(self.content)


def segment_name(number: int) -> str:
    return f"{number:06d}.jsonl"


def open_directory(path: Path) -> int:
    """A descriptor of the journal's directory. Raises OSError (ELOOP or ENOTDIR for a link)."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def segment_numbers(directory: int) -> list[int]:
    """The numbers of the segments, upward. Raises JournalCorrupt when one is missing between two others."""
    found = sorted(int(match[1]) for name in os.listdir(directory) if (match := _NAME.fullmatch(name)))
    for before, after in pairwise(found):
        if after != before + 1:
            raise missing(before + 1)
    return found


def missing(number: int) -> JournalCorrupt:
    """What a segment that should be there and is not means."""
    name = segment_name(number)
    return JournalCorrupt(
        f"segment {name} is missing", at=name, hint="bring the file back from a copy; the log can't be trusted without it"
    )


def dropped_entries(directory: int, *, before: int) -> int:
    """How many entries stood in the segments before this one, of which only the hashes of their leaves are left, 32 bytes each.

    Raises JournalCorrupt when the hashes of one are missing or cut.
    """
    total = 0
    for number in range(1, before):
        if not is_dropped(directory, number):
            raise missing(number)
        name = leaves_name(number)
        size = os.stat(name, dir_fd=directory, follow_symlinks=False).st_size
        if size % _LEAF:
            raise JournalCorrupt(f"{name} has {size} bytes, and every hash has {_LEAF}", at=name, hint=DISTRUST)
        total += size // _LEAF
    return total


def leaves_name(number: int) -> str:
    """The file that keeps a dropped segment's leaf hashes."""
    return f"{number:06d}.leaves"


def is_dropped(directory: int, number: int) -> bool:
    """Whether retention took a segment's lines away and kept its hashes."""
    try:
        return stat.S_ISREG(os.stat(leaves_name(number), dir_fd=directory, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def open_segment(directory: int, number: int, flags: int) -> int:
    """A descriptor of a segment, created owner only when ``flags`` create. Raises OSError, JournalCorrupt when it is not a plain file."""
    name = segment_name(number)
    segment = os.open(name, flags | _SAFE_FLAGS, 0o600, dir_fd=directory)
    if not stat.S_ISREG(os.fstat(segment).st_mode):
        os.close(segment)
        raise JournalCorrupt(f"{name} is not a plain file", at=name)
    return segment


def reading(directory: int, number: int) -> BinaryIO:
    """A segment to read from; its ``name`` is the segment's. Raises as ``open_segment``."""
    return open(segment_name(number), "rb", buffering=1 << 18, opener=lambda _name, flags: open_segment(directory, number, flags))


def read_lines(segment: BinaryIO, *, start: int = 0) -> Iterator[Line]:
    """The lines from offset ``start`` on; only the last may not be whole. Raises JournalCorrupt for one beyond ``MAX_LINE``."""
    segment.seek(start)
    while content := segment.readline(MAX_LINE + 1):
        line = Line(content, start)
        if len(content) > MAX_LINE:
            raise JournalCorrupt(f"a line is longer than {MAX_LINE} bytes", at=place(segment, line), hint=DISTRUST)
        yield line
        start = line.end


def place(segment: BinaryIO, line: Line) -> str:
    """``000001.jsonl:12``: where a person finds the line. Counts from the beginning: for errors only."""
    segment.seek(0)
    rest, count = line.start, 1
    while rest and (block := segment.read(min(rest, 1 << 20))):
        rest -= len(block)
        count += block.count(b"\n")
    return f"{segment.name}:{count}"


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


def placed(fault: JournalCorrupt, where: str) -> JournalCorrupt:
    """The fault of a line, naming the line; the field it named goes into the message."""
    field = f"{fault.at}: " if fault.at else ""
    return JournalCorrupt(f"{field}{fault.message}", at=where, hint=DISTRUST)


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
