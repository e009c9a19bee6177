"""Packages on disk by the digest of their wheel: unpacked once, whole or not at all, and held against their hashes before they are used.

``HEX/site`` is what guests may import from, ``HEX/package.json`` says what it must be. Several may build at once; a reader needs no lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import sys_tags

from skillpod.errors import PackageUnusable, PathUnusable
from skillpod.model.manifest import PackageAsk
from skillpod.model.provision import Package
from skillpod.store.bytecode import compiled
from skillpod.store.wheel import Wheel, digest_of, read_wheel

PLACE = "requires.packages"
_SITE, _ABOUT = "site", "package.json"
_TEMPORARY = ".new-"
_FORMAT = 1
_RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"

_Stamp = tuple[tuple[str, int, int, int, int], ...]
"""Of each file: path, inode, bytes, when it and when its inode changed. Who changes a file can't keep the last (stat(2), st_ctime)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One package of the store. ``files`` are the sha256 of each, in hex; ``tags`` and ``requires_python`` say what it is for."""

    package: Package
    files: Mapping[str, str] = field(hash=False)
    tags: tuple[str, ...]
    requires_python: str

    @property
    def misfit(self) -> str:
        """Why this interpreter can't use it; empty when it can."""
        return misfit(self.tags, self.requires_python)

    def as_dict(self) -> dict[str, Any]:
        """JSON, for people and programs."""
        return {**self.package.as_dict(), "files": len(self.files), "fits": not self.misfit}


class PackageStore:
    """``root`` is made when the first package is built; only its owner may enter it. Any thread may ask."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._held: dict[str, _Stamp] = {}
        self._counter = count()

    def stamp(self) -> int:
        """Another one when a package came or went."""
        try:
            return self._root.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    # --- what is there -----------------------------------------------------------------------------------------------------------

    def find(self, asks: Sequence[PackageAsk], *, hint: str) -> tuple[Package, ...]:
        """Each of a lock, whole. Raises PackageUnusable with every reason; ``hint`` says how what is missing is built."""
        found: list[Package] = []
        faults: list[PackageUnusable] = []
        for index, ask in enumerate(asks):
            try:
                found.append(self._one(ask, f"manifest.yaml:{PLACE}[{index}]", hint))
            except PackageUnusable as fault:
                faults.append(fault)
        if len(faults) == 1:
            raise faults[0]
        if faults:
            raise PackageUnusable(f"{len(faults)} packages can't be used: {faults[0].message}", hint=hint, at=PLACE, reasons=faults)
        return tuple(found)

    def has(self, ask: PackageAsk) -> bool:
        """Whether nothing is to be built for it."""
        try:
            self._one(ask, PLACE, "")
        except PackageUnusable:
            return False
        return True

    def all(self) -> list[Stored]:
        """By name and version; what can't be read is left out."""
        names = sorted(os.listdir(self._root)) if self._root.is_dir() else []
        found = [stored for name in names if not name.startswith(".") and (stored := self._stored(name)) is not None]
        return sorted(found, key=lambda stored: (stored.package.name, stored.package.version))

    def fault(self, stored: Stored) -> str:
        """What of it is not as it was unpacked, every byte read again; empty when nothing."""
        return _fault(Path(stored.package.place), stored.files)

    def _one(self, ask: PackageAsk, at: str, hint: str) -> Package:
        misfits: list[str] = []
        for hashed in ask.hashes:
            stored = self._stored(hashed.removeprefix("sha256:"))
            if stored is None:
                continue
            package = stored.package
            if (package.name, package.version) != (ask.name, ask.version):
                why = f"the wheel {hashed} is {package.name} {package.version}, not {ask.name} {ask.version}"
                raise PackageUnusable(why, at=at, hint=f"`skillpod deps lock {ask.name}` finds its hashes")
            if stored.misfit:
                misfits.append(stored.misfit)
                continue
            _require_as_said(ask, package, at)
            self._require_whole(stored, at, hint)
            return package
        if misfits:
            raise PackageUnusable(f"{ask.name} {ask.version} is built, and {misfits[0]}", at=at, hint=f"lock a wheel that is; {hint}")
        raise PackageUnusable(f"{ask.name} {ask.version} is not built", at=at, hint=hint)

    def _stored(self, name: str) -> Stored | None:
        try:
            about = json.loads((self._root / name / _ABOUT).read_bytes())
            if about["format"] != _FORMAT or type(about["files"]) is not dict:
                return None
            package = Package(
                name=str(about["name"]),
                version=str(about["version"]),
                digest=f"sha256:{name}",
                place=str(self._root / name / _SITE),
                modules=tuple(map(str, about["modules"])),
                native=tuple(map(str, about["native"])),
            )
            tags = tuple(map(str, about["tags"]))
            return Stored(package=package, files=about["files"], tags=tags, requires_python=str(about["requires_python"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):  # not there, or damaged: it is built again
            return None

    def _require_whole(self, stored: Stored, at: str, hint: str) -> None:
        """Every byte is hashed where anything was touched since it last was."""
        package = stored.package
        try:
            stamp = _stamp(Path(package.place))
            if self._held.get(package.digest) == stamp:
                return
            fault = self.fault(stored)
        except OSError as error:
            fault = f"{error.filename}: {error.strerror}"
        if fault:
            why = f"{package.name} {package.version} was changed since it was built: {fault}"
            raise PackageUnusable(why, at=at, hint=f"build it again: {hint}" if hint else "")
        with self._lock:
            self._held[package.digest] = stamp

    # --- building ----------------------------------------------------------------------------------------------------------------

    def build(self, ask: PackageAsk, content: bytes, *, file: str) -> Package:
        """Unpack these bytes, which must be one of the wheels asked for. Durable when it returns; one that is there, whole, stays.

        Raises PackageUnusable, and PathUnusable when the disk does not take it.
        """
        digest = digest_of(content)
        if digest not in ask.hashes:
            why = f"{file} is {digest}, and the lock does not name that for {ask.name} {ask.version}"
            raise PackageUnusable(why, at=file, hint="fetch it again; if it is meant, lock it anew")
        wheel = read_wheel(content, file=file)
        if (wheel.name, wheel.version) != (ask.name, ask.version):
            raise PackageUnusable(f"{file} is {wheel.name} {wheel.version}, not {ask.name} {ask.version}", at=file, hint="lock it anew")
        unfit = misfit(wheel.tags, wheel.requires_python)
        if unfit:
            raise PackageUnusable(f"{file} {unfit}", at=file, hint="lock a wheel that is for this interpreter")
        _require_as_said(ask, self._package(wheel), file)
        try:
            with self._alone():
                if not self.has(ask):
                    self._write(wheel)
                return self._one(ask, file, "")
        except OSError as error:
            why = f"the package can't be stored: {error.strerror}"
            raise PathUnusable(why, at=str(self._root), hint="check that the disk has room and that this user may write there") from error

    def prune(self, kept: frozenset[str]) -> list[Stored]:
        """Remove all but these digests; what was removed."""
        with self._alone():
            gone = [stored for stored in self.all() if stored.package.digest not in kept]
            for stored in gone:
                self._remove(self._root / stored.package.digest.removeprefix("sha256:"))
        return gone

    def _package(self, wheel: Wheel) -> Package:
        place = self._root / wheel.digest.removeprefix("sha256:") / _SITE
        return Package(
            name=wheel.name, version=wheel.version, digest=wheel.digest, place=str(place), modules=wheel.modules, native=wheel.native
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One builder at a time (flock(2)); what an earlier one left behind when it was killed goes."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            for leftover in self._root.glob(f"{_TEMPORARY}*"):
                _discard(leftover)
            yield
        finally:
            os.close(descriptor)

    def _write(self, wheel: Wheel) -> None:
        aside = self._root / f"{_TEMPORARY}{os.getpid()}-{next(self._counter)}"
        final = self._root / wheel.digest.removeprefix("sha256:")
        (aside / _SITE).mkdir(parents=True)
        files = {**wheel.files, **dict(compiled(wheel.files))}
        for path, content in files.items():
            _write_file(aside / _SITE / path, content)
        about = {
            "format": _FORMAT,
            "name": wheel.name,
            "version": wheel.version,
            "modules": list(wheel.modules),
            "native": list(wheel.native),
            "tags": list(wheel.tags),
            "requires_python": wheel.requires_python,
            "files": {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())},
        }
        _write_file(aside / _ABOUT, json.dumps(about, indent=1).encode())
        for directory, _, _ in os.walk(aside, topdown=False):
            os.chmod(directory, 0o555)  # noqa: S103  # SAFE: guests of another user read it; HOME, above it, is its owner's alone
            _sync_directory(directory)
        if final.exists():  # damaged: it goes first, for a directory is not replaced by another
            self._remove(final)
        aside.rename(final)
        _sync_directory(self._root)

    def _remove(self, place: Path) -> None:
        """Out of sight at once, then off the disk. Guests that run keep what they have mounted."""
        aside = self._root / f"{_TEMPORARY}{os.getpid()}-{next(self._counter)}"
        place.rename(aside)
        _discard(aside)


def misfit(tags: Sequence[str], requires_python: str) -> str:
    """Why this interpreter can't use a wheel; empty when it can."""
    if not _tags_here().intersection(tag for said in tags for tag in _expanded(said)):
        return f"is for {', '.join(tags) or 'nothing'}, and guests run CPython {_RUNNING} on {sys.platform}"
    try:
        is_old = bool(requires_python) and not SpecifierSet(requires_python).contains(_RUNNING, prereleases=True)
    except InvalidSpecifier:
        is_old = True
    return f"is for Python {requires_python}, and guests run {_RUNNING}" if is_old else ""


def _expanded(said: str) -> Iterator[str]:
    """``py2.py3-none-any`` is two (PEP 425, compressed tag sets)."""
    interpreters, _, rest = said.partition("-")
    abis, _, platforms = rest.partition("-")
    for interpreter in interpreters.split("."):
        for abi in abis.split("."):
            yield from (f"{interpreter}-{abi}-{platform}" for platform in platforms.split("."))


@cache
def _tags_here() -> frozenset[str]:
    return frozenset(map(str, sys_tags()))


def _require_as_said(ask: PackageAsk, package: Package, at: str) -> None:
    """People decided on what the lock says."""
    if package.native and not ask.is_native:
        why = f"{ask.name} {ask.version} has machine code ({package.native[0]}), and the lock does not say so"
        raise PackageUnusable(why, at=at, hint="write `native: true` there, so that who decides on the skill knows")
    unknown = [module for module in ask.imports if module not in package.modules]
    if unknown:
        has = ", ".join(package.modules) or "no module"
        hint = f"write `imports: [{', '.join(package.modules)}]` there, or as many of them as the skill's code imports"
        raise PackageUnusable(f"{ask.name} {ask.version} has no module {unknown[0]!r}; it has {has}", at=at, hint=hint)


# --- on the disk -----------------------------------------------------------------------------------------------------------------


def _stamp(site: Path) -> _Stamp:
    return tuple((path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns) for path, found in _walk(site, ""))


def _walk(directory: Path | str, inside: str) -> Iterator[tuple[str, os.stat_result]]:
    """Everything that is there, files and what else, by its path below the site; directories themselves are not."""
    with os.scandir(directory) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{path}/")
            else:
                yield path, entry.stat(follow_symlinks=False)


def _fault(site: Path, files: Mapping[str, str]) -> str:
    there = dict(_walk(site, ""))
    missing, added = sorted(files.keys() - there.keys()), sorted(there.keys() - files.keys())
    if missing or added:
        return f"{missing[0]} is gone" if missing else f"{added[0]} was added"
    for path, found in there.items():
        if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o022:
            return f"{path} is no file that only its owner may change"
        with open(os.open(site / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != files[path]:
                return f"{path} has other bytes"
    return ""


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())


def _discard(place: Path) -> None:
    for directory, _, _ in os.walk(place):
        os.chmod(directory, 0o700)  # only a directory that can be written to can be emptied
    shutil.rmtree(place)


def _sync_directory(path: Path | str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
