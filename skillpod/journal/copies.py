"""Copies of checkpoints, out of reach of who could change the log: how a file and the system's log keep them, and how they are read."""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from skillpod.errors import DocumentInvalid, PathUnusable
from skillpod.journal.key import verify
from skillpod.journal.tree.checkpoint import Signed, read_checkpoint, split
from skillpod.journal.tree.note import VerifierKey

SYSLOG = "/dev/log"
"""Where the system's log listens: syslog(3)."""

_MODE = 0o640
_DAEMON_NOTICE = (3 << 3) | 5
"""Facility and severity, as RFC 3164 section 4.1.1 packs them."""
_SECONDS = 5.0
_LINE = re.compile(rb"\bcheckpoint (\S+) ([0-9]+) (\S+)((?: -- \S+ \S+)+)")


@dataclass(frozen=True, slots=True)
class Copied:
    """What a file of copies holds: ``checkpoints`` of this log, in the file's order; ``broken`` is how many of it are no longer what was
    signed (one that was cut off by a full disk), ``others`` how many are of other logs."""

    checkpoints: tuple[Signed, ...]
    broken: int
    others: int


# --- a file ------------------------------------------------------------------------------------------------------------------------


def append(path: str, signed: Signed) -> None:
    """Put the checkpoint at the end of a file, durable when this returns. Raises PathUnusable, OSError."""
    # SAFE: no link is followed, and nothing but a plain file of one name is written: who may rename in its directory could have put there
    # what leads to another file of the pod's user. O_APPEND: one that may only grow (chattr +a) is taken, and two pods may share one.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
    descriptor = os.open(path, flags, _MODE)
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode) or seen.st_nlink != 1:
            what = "has several names" if stat.S_ISREG(seen.st_mode) else "is not a plain file"
            raise PathUnusable(f"{path} {what}", at=path, hint="see who put it there, or name another file in `log.copies`")
        is_cut_off = seen.st_size > 0 and os.pread(descriptor, 1, seen.st_size - 1) != b"\n"
        rest = memoryview((b"\n" if is_cut_off else b"") + str(signed).encode())
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- the system's log --------------------------------------------------------------------------------------------------------------


def line(signed: Signed) -> str:
    """The whole checkpoint as one line that people can read: ``checkpoint ORIGIN SIZE ROOT -- NAME SIGNATURE``, and so on."""
    origin, size, root = signed.note.text.splitlines()
    signatures = "".join(f" -- {str(signature).strip().partition(' ')[2]}" for signature in signed.note.signatures)
    return f"checkpoint {origin} {size} {root}{signatures}"


def send(signed: Signed, *, address: str) -> None:
    """Give it to the system's log that listens there. Raises OSError: libc's syslog(3) would pass over one that is not there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.settimeout(_SECONDS)
        log.connect(address)
        log.send(f"<{_DAEMON_NOTICE}>skillpod[{os.getpid()}]: {line(signed)}".encode())


# --- read back ---------------------------------------------------------------------------------------------------------------------


def read_copies(text: bytes, key: VerifierKey, *, at: str) -> Copied:
    """The checkpoints of the log of that key: of a file of notes, one after another, or of lines that the system's log kept.

    Raises DocumentInvalid when none is of this log.
    """
    origin = key.name.encode()
    found: list[Signed] = []
    broken = others = 0
    for note in _notes(text):
        begins = (b"\n" + note).rfind(b"\n" + origin + b"\n")  # what stands before was cut off, and has no end of its own
        if begins < 0:
            others += 1
            continue
        try:
            found.append(read_checkpoint(note[begins:], key=key, verify=verify, at=at))
        except DocumentInvalid:
            broken += 1
    if not found:
        held = f"{broken} that are not as they were signed, and {others} of other logs" if broken or others else "none at all"
        raise DocumentInvalid(
            f"no checkpoint of the log {key.name} is here: {held}", at=at, hint="is it the file that this log's checkpoints were copied to?"
        )
    return Copied(tuple(found), broken, others)


def _notes(text: bytes) -> Iterator[bytes]:
    yield from split(text)
    for said in _LINE.finditer(text):
        origin, size, root, signatures = said.groups()
        below = b"".join("\N{EM DASH} ".encode() + signature + b"\n" for signature in signatures.split(b" -- ")[1:])
        yield b"%s\n%s\n%s\n\n%s" % (origin, size, root, below)
