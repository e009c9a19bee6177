"""A folder is read once, by descriptors, without following a link, into an immutable Bundle; all faults are told at once.

Law 1: nothing is opened twice. Every name is opened relative to the descriptor of its folder (openat(2), O_NOFOLLOW), looked at through
that descriptor, and read. Then the tree is listed again: only when nothing moved between its reading and that moment is the bundle a state
the folder really had.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from skillpod.errors import BundleRefused, PathUnusable, SkillpodError, StillChanging
from skillpod.model.bundle import MAX_BYTES, MAX_FILES, Bundle
from skillpod.model.left_out import is_left_out
from skillpod.model.names import NATIVE, SIDECAR, collision_key, file_name_fault

MAX_DEPTH = 16
"""Parts a path may have."""

MAX_ENTRIES = 16_384
"""Names that are looked at in one folder, left-out ones and empty folders included."""

_ATTEMPTS = 3
_FAULTS_TOLD = 64
_LEFT_OUT_TOLD = 64
_RACY = 20_000_000
"""Nanoseconds: ctime moves in steps of the kernel's tick, 10 ms at its coarsest (HZ=100); twice that is safe (see git's racy-git.txt)."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# SAFE: O_NONBLOCK returns at once from a FIFO that was swapped in; O_NOCTTY keeps a terminal from becoming ours
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_MOVED_AWAY = frozenset({errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.ESTALE})

_Mark = tuple[int, ...]


class Ignored(NamedTuple):
    """Something directly under the skills directory that is no skill folder, and why."""

    name: str
    why: str


class Listing(NamedTuple):
    """``folders`` may hold names that no skill can have: they give a clear finding later."""

    folders: tuple[str, ...]
    ignored: tuple[Ignored, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """The tree's stats at a moment, as one comparable value: equal stamps, neither of them racy, mean that nothing changed.

    ``taken`` and ``newest`` are nanoseconds since the epoch: when the stamp was begun, and the newest ctime it saw.
    """

    mark: bytes
    taken: int = field(compare=False)
    newest: int = field(compare=False)

    @property
    def is_racy(self) -> bool:
        """Whether a later change could have left every stat as it is: the clock of ctime had not ticked on yet."""
        return self.taken - self.newest < _RACY


def freeze(path: str | os.PathLike[str]) -> Bundle:
    """The folder at a path an operator named. The path's last part must not be a link.

    Raises PathUnusable, BundleRefused (with every fault found as ``reasons``) or StillChanging.
    """
    return _settled(lambda: _open_named(Path(path)), str(path))


def freeze_under(root: Path, name: str) -> Bundle:
    """The folder ``name`` directly under ``root``, opened relative to root's descriptor; not even ``name`` itself may be a link.

    Raises PathUnusable, BundleRefused (with every fault found as ``reasons``) or StillChanging.
    """
    with _opened(_open_root(root)) as descriptor:
        return _settled(lambda: _open_child(descriptor, name), name)


def stamp_under(root: Path, name: str) -> Stamp | None:
    """The stamp of the folder ``name`` directly under ``root``; None when no folder is there. No file is opened.

    Raises PathUnusable when root is none.
    """
    taken = time.time_ns()
    with _opened(_open_root(root)) as descriptor:
        try:
            folder = _open_child(descriptor, name)
        except SkillpodError:
            return None
        with _opened(folder):
            marks = _marks(folder)
    text = repr(sorted(marks.items())).encode(errors="surrogateescape")
    newest = max((mark[-1] for mark in marks.values()), default=0)
    return Stamp(hashlib.blake2b(text, digest_size=16).digest(), taken, newest)


def list_folders(root: Path) -> Listing:
    """What lies directly under the skills directory, sorted. Dotfiles and what is left out are passed over. Raises PathUnusable."""
    folders: list[str] = []
    ignored: list[Ignored] = []
    with _opened(_open_root(root)) as descriptor, os.scandir(descriptor) as entries:
        for entry in entries:
            if entry.name.startswith(".") or is_left_out(entry.name):
                continue
            why = _why_ignored(entry)
            if why:
                ignored.append(Ignored(shown(entry.name), why))
            else:
                folders.append(entry.name)
    return Listing(tuple(sorted(folders)), tuple(sorted(ignored)))


def shown(name: str) -> str:
    """A name as it may be printed: what is invisible, or no text at all, is written as an escape."""
    if name.isprintable():
        return name
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in name)


def _why_ignored(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "a link in the skills directory is never followed"
    if not entry.is_dir(follow_symlinks=False):
        return "only folders are skills"
    return file_name_fault(entry.name)


# --- opening -----------------------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open_root(root: Path) -> int:
    """The operator's own directory: the one place where a link is followed, because the operator named it."""
    try:
        return os.open(root, _FOLDER)
    except (OSError, ValueError) as error:
        raise _unusable(str(root), error) from error


def _open_named(path: Path) -> int:
    try:
        return os.open(path, _FOLDER | os.O_NOFOLLOW)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            if path.is_symlink():
                raise PathUnusable("the path is a link", at=shown(str(path)), hint="name the folder it points to") from error
        raise _unusable(str(path), error) from error


def _open_child(root: int, name: str) -> int:
    if name in ("", ".", "..") or "/" in name:
        raise PathUnusable("a folder of the skills directory has a plain name", at=shown(name), hint="give one name, without a slash")
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=root)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            if stat.S_ISLNK(os.stat(name, dir_fd=root, follow_symlinks=False).st_mode):
                message = "a link in the skills directory is never followed"
                raise BundleRefused(message, at=shown(name), hint="move the folder itself here") from error
        raise _unusable(name, error) from error


def _unusable(place: str, error: OSError | ValueError) -> PathUnusable:
    if isinstance(error, ValueError):  # a NUL, or a character the filesystem's encoding does not have
        return PathUnusable("the path can't name anything", at=shown(place), hint="it holds a NUL or a character that is no text")
    faults = {
        errno.ENOENT: ("there is nothing at this path", "check the spelling"),
        errno.ENOTDIR: ("the path is not a directory", "name a folder"),
        errno.EACCES: ("the directory may not be read", "give its owner's group or this user the right to read it"),
        errno.EMFILE: ("too many files are open", "raise the limit: `ulimit -n`"),
        errno.ENFILE: ("too many files are open on this machine", "raise /proc/sys/fs/file-max"),
    }
    message, hint = faults.get(error.errno or 0, (f"the path can't be opened: {error.strerror}", ""))
    return PathUnusable(message, at=shown(place), hint=hint)


# --- reading -----------------------------------------------------------------------------------------------------------------------


class _Torn(Exception):
    """Something moved under this reading: what was read so far is worth nothing."""


class _Full(Exception):
    """A limit was reached: there is no point in reading on."""


def _settled(reach: Callable[[], int], place: str) -> Bundle:
    """Read until one reading was a state the folder really had; each attempt starts from the path again."""
    for _ in range(_ATTEMPTS):
        with suppress(_Torn):
            return _read_once(reach, place)
    raise StillChanging("the folder is still being written", at=shown(place), hint="it is read again when it is quiet")


def _read_once(reach: Callable[[], int], place: str) -> Bundle:
    """One attempt. Raises _Torn when it has to be made again."""
    try:
        with _opened(reach()) as folder:
            reading = _Reading(folder)
            if reading.faults:
                raise _refusal(reading.faults, place)
            if _marks(folder) != reading.marks:
                raise _Torn
            with _opened(reach()) as again:
                if not os.path.samestat(os.fstat(folder), os.fstat(again)):
                    raise _Torn
    except OSError as error:
        raise _unusable(place, error) from error
    return Bundle.freeze(reading.files, reading.sidecars, tuple(reading.left_out))


def _refusal(faults: list[SkillpodError], place: str) -> BundleRefused:
    first = faults[0]
    if len(faults) == 1:
        return BundleRefused(first.message, at=first.at, hint=first.hint, reasons=faults)
    message = f"the folder can't become a bundle: {len(faults)} faults; the first: {first.at}: {first.message}"
    return BundleRefused(message, at=shown(place), hint=first.hint, reasons=faults[:_FAULTS_TOLD])


class _Reading:
    """One pass over a folder: what it held, what was wrong with it, and the stats of everything as it was read."""

    def __init__(self, folder: int) -> None:
        self.files: dict[str, bytes] = {}
        self.sidecars: dict[str, bytes] = {}
        self.left_out: list[str] = []
        self.faults: list[SkillpodError] = []
        self.marks: dict[str, _Mark] = {}
        self._device = os.fstat(folder).st_dev
        self._size = 0
        self._entries = 0
        with suppress(_Full):
            self._take_folder(folder, "", 1)

    def _take_folder(self, folder: int, prefix: str, depth: int) -> None:
        self.marks[prefix] = _folder_mark(os.fstat(folder))
        twins: dict[str, str] = {}
        for entry in self._listed(folder, prefix):
            relative = prefix + entry.name
            if is_left_out(entry.name):
                self._leave_out(relative)
                continue
            twin = twins.setdefault(collision_key(entry.name), entry.name)
            fault = file_name_fault(relative)
            if twin != entry.name:
                self._refuse(relative, f"the name differs from `{shown(twin)}` only by case or spelling", "rename one of the two")
            elif fault:
                self._refuse(relative, fault, "take it out of the folder" if fault == NATIVE else "rename it, or take it out of the folder")
            elif entry.is_dir(follow_symlinks=False):
                self._enter(folder, entry.name, relative, depth)
            elif entry.is_file(follow_symlinks=False):
                self._take_file(folder, entry.name, relative)
            else:
                self._refuse(relative, _kind(entry), "put a plain file in its place")

    def _listed(self, folder: int, prefix: str) -> list[os.DirEntry[str]]:
        entries = _list(folder, MAX_ENTRIES - self._entries)
        self._entries += len(entries)
        if self._entries > MAX_ENTRIES:
            self._refuse(prefix, f"the folder holds over {MAX_ENTRIES} names", "take out what the skill does not need")
            raise _Full
        return entries

    def _enter(self, folder: int, name: str, relative: str, depth: int) -> None:
        if depth >= MAX_DEPTH:
            self._refuse(relative, f"the folder is nested deeper than {MAX_DEPTH} parts", "make the tree flatter")
            return
        try:
            inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        except OSError as error:
            self._unreadable(relative, error)
            return
        with _opened(inner):
            if os.fstat(inner).st_dev != self._device:
                self._refuse(relative, "another filesystem is mounted here", "copy the files into the folder")
                return
            self._take_folder(inner, relative + "/", depth + 1)

    def _take_file(self, folder: int, name: str, relative: str) -> None:
        try:
            descriptor = os.open(name, _FILE, dir_fd=folder)
        except OSError as error:
            self._unreadable(relative, error)
            return
        with _opened(descriptor):
            stats = os.fstat(descriptor)
            if not stat.S_ISREG(stats.st_mode) or stats.st_nlink == 0:
                raise _Torn
            if stats.st_nlink > 1:
                self._refuse(relative, "the file is a hard link: another name can change its bytes", "replace it with a copy")
                return
            self._hold_limits(stats.st_size)
            try:
                content = _read(descriptor, stats.st_size)
            except OSError as error:
                self._unreadable(relative, error)
                return
        self.marks[relative] = _file_mark(stats)
        (self.sidecars if SIDECAR.fullmatch(relative) else self.files)[relative] = content

    def _hold_limits(self, size: int) -> None:
        """Count one more file of so many bytes before it is read."""
        self._size += size
        if self._size > MAX_BYTES:
            self._refuse("", f"the folder holds over {MAX_BYTES // 2**20} MiB", "keep large data in a volume, not in the skill")
            raise _Full
        if len(self.files) + len(self.sidecars) >= MAX_FILES:
            self._refuse("", f"the folder holds over {MAX_FILES} files", "take out what the skill does not need")
            raise _Full

    def _leave_out(self, relative: str) -> None:
        if len(self.left_out) < _LEFT_OUT_TOLD:
            self.left_out.append(shown(relative))

    def _refuse(self, relative: str, message: str, hint: str) -> None:
        self.faults.append(BundleRefused(message, at=shown(relative) or ".", hint=hint))

    def _unreadable(self, relative: str, error: OSError) -> None:
        if error.errno in _MOVED_AWAY:
            raise _Torn from error
        self.faults.append(_unusable(relative, error))


def _read(descriptor: int, size: int) -> bytes:
    """Exactly ``size`` bytes, and then the end of the file. Raises _Torn when it is longer or shorter than it said."""
    chunks = []
    wanted = size + 1
    while wanted:
        chunk = os.read(descriptor, wanted)
        if not chunk:
            break
        chunks.append(chunk)
        wanted -= len(chunk)
    if wanted != 1:
        raise _Torn
    return b"".join(chunks)


def _kind(entry: os.DirEntry[str]) -> str:
    """Why something that is neither a file nor a folder may not be in a bundle."""
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError as error:
        raise _Torn from error
    if stat.S_ISLNK(mode):
        return "a link is never followed"
    kinds = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    if stat.S_IFMT(mode) not in kinds:
        raise _Torn
    return f"{kinds[stat.S_IFMT(mode)]} is not a plain file"


# --- the stats of a tree -----------------------------------------------------------------------------------------------------------


def _list(folder: int, most: int) -> list[os.DirEntry[str]]:
    """The entries of a folder by name; one more than ``most`` says that there are too many."""
    with os.scandir(folder) as entries:
        return sorted(islice(entries, most + 1), key=lambda entry: entry.name)


def _file_mark(stats: os.stat_result) -> _Mark:
    return (stats.st_ino, stats.st_mode, stats.st_nlink, stats.st_size, stats.st_mtime_ns, stats.st_ctime_ns)


def _folder_mark(stats: os.stat_result) -> _Mark:
    """Without times: a cache that is left out may come and go in a folder without the folder having changed."""
    return (stats.st_ino, stats.st_mode, 0)


def _marks(folder: int) -> dict[str, _Mark]:
    """What is not left out, by relative name, with its stats; a file's mark ends in its ctime."""
    marks: dict[str, _Mark] = {}
    _mark_folder(folder, "", 1, os.fstat(folder).st_dev, marks)
    return marks


def _mark_folder(folder: int, prefix: str, depth: int, device: int, marks: dict[str, _Mark]) -> None:
    marks[prefix] = _folder_mark(os.fstat(folder))
    for entry in _list(folder, MAX_ENTRIES - len(marks)):
        if is_left_out(entry.name):
            continue
        relative = prefix + entry.name
        try:
            stats = entry.stat(follow_symlinks=False)
            if not stat.S_ISDIR(stats.st_mode):
                marks[relative] = _file_mark(stats)
            elif depth >= MAX_DEPTH or stats.st_dev != device or len(marks) > MAX_ENTRIES:
                marks[relative + "/"] = _folder_mark(stats)
            else:
                with _opened(os.open(entry.name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)) as inner:
                    _mark_folder(inner, relative + "/", depth + 1, device, marks)
        except OSError as error:
            marks[relative] = (error.errno or 0, 0)
