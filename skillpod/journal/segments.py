"""The files of a journal: how segments are named, opened without following links, and read line by line."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from skillpod.errors import JournalCorrupt, JournalUnwritable
from skillpod.journal.entry import MAX_LINE
from skillpod.journal.tree.merkle import SIZE

_NAME = re.compile(r"([0-9]{6,})\.jsonl")
_LEAVES = re.compile(r"([0-9]{6,})\.leaves")
_HEAD = re.compile(rb'\{"v":1,"seq":([1-9][0-9]*),')
DISTRUST = "keep a copy of HOME/journal for whoever must find out, and bring the files back from a backup"
BREAK = f"{DISTRUST}; or go on in a new log that names the break: `skillpod log renew --because TEXT` (docs/journal.md)"

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


def leaves_name(number: int) -> str:
    """The file of a dropped segment's leaf hashes."""
    return f"{number:06d}.leaves"


def open_directory(path: Path) -> int:
    """A descriptor of the journal's directory. Raises OSError (ELOOP or ENOTDIR for a link)."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def segment_numbers(directory: int) -> list[int]:
    """The numbers of the segments that are there, upward. Raises JournalCorrupt when one is missing: between two others, or before them
    and nothing stands for it (``dropped_numbers``)."""
    return listed(directory)[1]


def listed(directory: int) -> tuple[list[int], list[int]]:
    """The numbers of dropped segments and of those that are there, upward, at one moment. Raises as ``segment_numbers``."""
    names = os.listdir(directory)
    there = {int(match[1]) for name in names if (match := _NAME.fullmatch(name))}
    stood_for = {int(match[1]) for name in names if (match := _LEAVES.fullmatch(name))}
    first, last = (min(there), max(there)) if there else (0, max(stood_for, default=0))
    for number in range(1, last + 1):
        if number not in there and (number not in stood_for or number > first > 0):
            raise _missing(number)
    return sorted(number for number in stood_for if not there or number < first), sorted(there)


def _missing(number: int) -> JournalCorrupt:
    """What a segment that should be there and is not means."""
    name = segment_name(number)
    return JournalCorrupt(f"segment {name} is missing", at=name, hint=BREAK)


def _is_dropped(directory: int, number: int) -> bool:
    """Whether the leaf hashes of a segment were kept: its lines may go at any time, or have gone."""
    try:
        return stat.S_ISREG(os.stat(leaves_name(number), dir_fd=directory, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def dropped_numbers(directory: int) -> list[int]:
    """The numbers of the segments of which only the leaf hashes stayed, upward: those before the first that is there."""
    return listed(directory)[0]


def unbroken(directory: int) -> tuple[list[int], list[int]]:
    """The numbers of dropped segments and of those that are there, from the first on, as far as none is missing."""
    names = set(os.listdir(directory))
    dropped: list[int] = []
    there: list[int] = []
    number = 1
    while True:
        if segment_name(number) in names:
            there.append(number)
        elif leaves_name(number) in names and not there:
            dropped.append(number)
        else:
            return dropped, there
        number += 1


def dropped_entries(directory: int) -> int:
    """How many entries the dropped segments had: the number of the last of them. Raises JournalCorrupt for a file that is cut."""
    return sum(_entries_of(directory, number) for number in dropped_numbers(directory))


def _entries_of(directory: int, number: int) -> int:
    name = leaves_name(number)
    size = os.stat(name, dir_fd=directory, follow_symlinks=False).st_size
    if size % SIZE or not size:
        raise JournalCorrupt(f"{name} has {size} bytes, which are no hashes of {SIZE}", at=name, hint=DISTRUST)
    return size // SIZE


def open_segment(directory: int, number: int, flags: int) -> int:
    """A descriptor of a segment. Raises as ``open_plain``."""
    return open_plain(directory, segment_name(number), flags)


def open_plain(directory: int, name: str, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a file of the journal, created owner only when ``flags`` create. Raises OSError, JournalCorrupt when it is a link or
    anything else than a plain file: nobody but who attacks the log puts such a thing there."""
    try:
        descriptor = os.open(name, flags | _SAFE_FLAGS, 0o600, dir_fd=directory)
    except OSError as fault:
        if fault.errno not in (errno.ELOOP, errno.EISDIR):
            raise
        raise JournalCorrupt(f"{name} is not a plain file", at=name, hint=BREAK) from fault
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise JournalCorrupt(f"{name} is not a plain file", at=name, hint=BREAK)
    return descriptor


def reading(directory: int, number: int) -> BinaryIO:
    """A segment to read from; its ``name`` is the segment's. Raises as ``open_segment``."""
    return open(segment_name(number), "rb", buffering=1 << 18, opener=lambda _name, flags: open_segment(directory, number, flags))


def reading_if_there(directory: int, number: int) -> BinaryIO | None:
    """As ``reading``, a segment that was there a moment ago; None when retention has let go of it since.

    Raises JournalCorrupt when it is gone otherwise.
    """
    try:
        return reading(directory, number)
    except FileNotFoundError:
        if not _is_dropped(directory, number):
            raise _missing(number) from None
        return None


def replace(directory: int, name: str, content: bytes) -> None:
    """The file by its new content in one step: that is durable before the old one is gone; the name is, when the directory is synced.

    Raises OSError.
    """
    beside = f"{name}.new"
    with suppress(FileNotFoundError):
        os.unlink(beside, dir_fd=directory)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600, dir_fd=directory)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fdatasync(descriptor)
    os.rename(beside, name, src_dir_fd=directory, dst_dir_fd=directory)


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
    return JournalCorrupt(f"{field}{fault.message}", at=where, hint=BREAK)


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
