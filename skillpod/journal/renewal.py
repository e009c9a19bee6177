"""A log that broke, and the one that takes its place: what is left of the first, and the steps from one to the other.

The new log is made whole in ``HOME/renewing``. One rename, to ``HOME/renewed``, is the word that it takes the other's place; from then on
no pod starts before every file is where it belongs. Nothing of the broken log is deleted, and its key is put where nobody looks for it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from skillpod.errors import DocumentInvalid, JournalCorrupt
from skillpod.journal.check import check
from skillpod.journal.entry import MAX_LINE, Recorded, decode, encode_body, number
from skillpod.journal.head import RENEWED, Head, keys_of
from skillpod.journal.key import FILE as KEY
from skillpod.journal.key import load
from skillpod.journal.parting import require_end
from skillpod.journal.proven import NOTHING_PROVEN, Proven, proven
from skillpod.journal.salts import DIRECTORY as SALTS
from skillpod.journal.segments import BREAK, dropped_entries, open_directory, reading
from skillpod.journal.signed import CHECKPOINT, VKEY, read_log_key
from skillpod.journal.tail import Tail
from skillpod.journal.tree.checkpoint import Signed, read_text
from skillpod.journal.tree.note import VerifierKey
from skillpod.model.entry import Entry

JOURNAL = "journal"
_MAKING = "renewing"
_ALL = 1 << 62
"""Bytes of a segment that is never full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What is left of a log that broke. ``origin`` is what it was called, empty where nothing says; ``fault`` what is wrong with it;
    ``proven`` what of it still is what was signed; ``dropped`` how many entries retention had taken away."""

    origin: str
    fault: JournalCorrupt
    proven: Proven = NOTHING_PROVEN
    dropped: int = 0


def fault_of(home: Path, *, origin: str, copies: Sequence[Signed] = ()) -> JournalCorrupt | None:
    """What keeps the log from being the one that was signed; None where it is that one. Raises OSError."""
    try:
        with _opened(home / JOURNAL) as directory:
            verifier, _key = keys_of(directory, home / KEY, origin=origin)
            require_end(home, check(directory, verifier, copies=copies).tree, verifier)
    except FileNotFoundError:
        return JournalCorrupt("the journal is gone", at=str(home / JOURNAL), hint=BREAK)
    except NotADirectoryError:
        return JournalCorrupt("the journal is not a directory", at=str(home / JOURNAL), hint=BREAK)
    except JournalCorrupt as fault:
        return fault
    return None


def remains(home: Path, fault: JournalCorrupt, *, origin: str, copies: Sequence[Signed] = ()) -> Remains:
    """Look at a log that has this fault. ``origin`` is what a pod of this HOME calls its first log. Raises OSError."""
    key = trusted_key(home, origin=origin)
    name = key.name if key else ""
    try:
        with _opened(home / JOURNAL) as directory:
            still = proven(directory, key, copies=copies) if key is not None else NOTHING_PROVEN
            return Remains(origin=name, fault=fault, proven=still, dropped=_dropped(directory))
    except (FileNotFoundError, NotADirectoryError):
        return Remains(origin=name, fault=fault)


def _dropped(directory: int) -> int:
    """How many entries were dropped, as far as that can be told."""
    try:
        return dropped_entries(directory)
    except JournalCorrupt:
        return 0


def trusted_key(home: Path, *, origin: str) -> VerifierKey | None:
    """The public half of the private key, which is not in the directory that somebody has written to; ``log.vkey`` where that is gone."""
    said, name = None, ""
    with suppress(JournalCorrupt, OSError), _opened(home / JOURNAL) as directory:
        name = _signed_origin(directory)
        said = read_log_key(directory)
    with suppress(JournalCorrupt, OSError):
        return load(home / KEY, said.name if said else name or origin).verifier
    return said


def _signed_origin(directory: int) -> str:
    """What a checkpoint says the log is called: it counts for nothing before the key has verified it."""
    try:
        with open(os.open(CHECKPOINT, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=directory), "rb") as file:
            text = file.read(MAX_LINE).decode().partition("\n\n")[0]
        return read_text(f"{text}\n", at=CHECKPOINT).origin
    except (OSError, DocumentInvalid, UnicodeDecodeError):
        return ""


def entries(home: Path, found: Remains) -> Iterator[Recorded]:
    """The entries that are proven, in order. Raises JournalCorrupt at one that this version does not understand, OSError."""
    for place, line in _lines(home / JOURNAL, found.dropped):
        if place > found.proven.size:
            return
        yield decode(line)


def later_entries(home: Path, after: int, found: Remains) -> Iterator[Entry]:
    """What else is there and has the form of an entry, wherever it stands: nothing proves it. Raises OSError."""
    for place, line in _lines(home / JOURNAL, found.dropped):
        if place > after:
            with suppress(JournalCorrupt):
                yield decode(line).entry


def _lines(path: Path, dropped: int) -> Iterator[tuple[int, bytes]]:
    """Every whole line that is not too long, with its place in what is left. What is no plain file has none."""
    try:
        directory = open_directory(path)
    except OSError:
        return
    try:
        place = dropped
        for segment_number in _there(directory):
            with suppress(JournalCorrupt), reading(directory, segment_number) as segment:
                while line := segment.readline(MAX_LINE + 1):
                    place += 1
                    if line.endswith(b"\n"):
                        yield place, line
                    while not line.endswith(b"\n") and (line := segment.readline(MAX_LINE + 1)):
                        pass  # the rest of a line that is too long to be one of ours
    finally:
        os.close(directory)


def _there(directory: int) -> list[int]:
    """The segments that are there, upward, whatever is missing between them."""
    return sorted(int(match[1]) for name in os.listdir(directory) if (match := re.fullmatch(r"([0-9]{6,})\.jsonl", name)))


# --- the new log -------------------------------------------------------------------------------------------------------------------


def next_number(home: Path, broken: str) -> int:
    """Which log of this HOME the next one is, where the broken one was called so: 2 takes the place of the first."""
    kept = [path.name.rpartition("-")[2] for name in (JOURNAL, KEY) for path in home.glob(aside("*", name))]
    return max(_number(broken), *(int(last) for last in kept if last.isdigit()), 0) + 1


def _number(origin: str) -> int:
    last = origin.rpartition("/")[2]
    return int(last) if origin.count("/") == 2 and last.isdigit() else 1


def make(home: Path, said: Sequence[Entry], *, origin: str, node: str, ts: float) -> None:
    """A log of these entries and a key of its own, durable and signed, beside the one whose place it takes; and the word that it does.

    Raises JournalFailed and OSError; then all is as it was.
    """
    making = home / _MAKING
    shutil.rmtree(making, ignore_errors=True)  # what an attempt before this one left, which nobody has seen
    making.mkdir(mode=0o700)
    head = Head(making / KEY, origin=origin)
    tail = Tail(making / JOURNAL, head, segment_bytes=_ALL)
    try:
        tail.take_over()
        tail.append([number(encode_body(entry, ts=ts, node=node), seq) for seq, entry in enumerate(said, 1)])
        head.seal()
    finally:
        tail.close()
    _sync(making / JOURNAL)
    _sync(making)
    making.rename(home / RENEWED)
    _sync(home)


def is_begun(home: Path) -> bool:
    """Whether a new log was made and is not in its place yet."""
    return (home / RENEWED).is_dir()


def put_in_place(home: Path, *, forget: Callable[[], None]) -> str:
    """Set what is broken aside and the new log in its place; what it is called. ``forget`` removes what was folded from the old one.

    Wherever it ends, done again it goes on from there. Raises JournalCorrupt, OSError.
    """
    new = home / RENEWED
    if (new / JOURNAL).is_dir():
        nth = _number(_origin_of(new / JOURNAL)) - 1
        for name in (JOURNAL, SALTS):
            _set_aside(home / name, nth)
        forget()
        (new / JOURNAL).rename(home / JOURNAL)
        _sync(home)
    origin = _origin_of(home / JOURNAL)
    if (new / KEY).exists():
        _set_aside(home / KEY, _number(origin) - 1)
        (new / KEY).rename(home / KEY)
        _sync(home)
    new.rmdir()
    _sync(home)
    return origin


def aside(nth: int | str, name: str = JOURNAL) -> str:
    """What a part of the broken log is called from then on, which was the ``nth`` of its HOME."""
    return f"{name}.broken-{nth}"


def _set_aside(path: Path, nth: int) -> None:
    with suppress(OSError):
        path.rmdir()  # a pod that tried to start in between leaves it empty
    if not os.path.lexists(path):
        return
    target = path.with_name(aside(nth, path.name))
    while os.path.lexists(target):
        nth += 1
        target = path.with_name(aside(nth, path.name))
    path.rename(target)
    _sync(path.parent)


def _origin_of(journal: Path) -> str:
    with _opened(journal) as directory:
        key = read_log_key(directory)
    if key is None:
        raise JournalCorrupt(f"{VKEY} of the new log is gone", at=str(journal), hint=BREAK)
    return key.name


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    directory = open_directory(path)
    try:
        yield directory
    finally:
        os.close(directory)


def _sync(path: Path) -> None:
    with _opened(path) as directory:
        os.fsync(directory)
