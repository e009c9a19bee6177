"""A wheel's bytes as the files a guest may import from, or the reason why not. Nothing of it is run, and nothing is written here.

Sources: PyPA specifications "Binary distribution format" and "Recording installed projects"; APPNOTE.TXT 6.3.10 of the archive.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import stat
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import NoReturn

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from skillpod.errors import PackageUnusable

MAX_WHEEL = 256 * 1024 * 1024
MAX_UNPACKED = 512 * 1024 * 1024
MAX_FILES = 20_000
"""Numbers of bytes and files. An index has larger wheels; they hold more machine code than anybody should take on trust."""

_MAX_NAME, _MAX_PART = 400, 255 - len(".cpython-000.opt-2.pyc")
"""In characters, and in bytes of one part: what Linux takes, also when the bytecode of it lies beside it."""

_KINDS = frozenset({0, stat.S_IFREG, stat.S_IFDIR})
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_INSTALLED = ("purelib", "platlib")
_UNRECORDED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_HASHES = ("sha256", "sha384", "sha512")
_RUN_AT_START = frozenset({"sitecustomize", "usercustomize"})
_BYTECODE = (".pyc", ".pyo")
_CACHE = "__pycache__"
_METADATA = (".dist-info", ".egg-info")
"""Where ``importlib.metadata`` looks for who is installed, in any case."""

_MACHINE_CODE = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_ENDINGS = (".so", ".pyd", ".dll", ".dylib")
_DAMAGE = (zipfile.BadZipFile, zlib.error, csv.Error, EOFError, ValueError, NotImplementedError, RuntimeError, OverflowError, OSError)
"""All that zipfile and csv raise for bytes that are no sound archive, or hold no sound RECORD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """``files`` as they lie on the import path; ``modules`` can be imported from there; ``native`` are the files of machine code; ``tags``
    are the platforms it is for, empty ``requires_python`` is every Python."""

    name: str
    version: str
    digest: str
    files: Mapping[str, bytes]
    modules: tuple[str, ...]
    native: tuple[str, ...]
    tags: tuple[str, ...]
    requires_python: str


def read_wheel(content: bytes, *, file: str) -> Wheel:
    """``file`` names it in errors. Raises PackageUnusable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Reading(file, content, archive).wheel()
    except _DAMAGE as error:
        raise PackageUnusable(f"{file} is no wheel that can be read: {error}", at=file, hint="fetch it again") from error


def digest_of(content: bytes) -> str:
    """As locks have it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class _Reading:
    def __init__(self, file: str, content: bytes, archive: zipfile.ZipFile) -> None:
        self._file = file
        self._content = content
        self._archive = archive

    def wheel(self) -> Wheel:
        self._check_sizes()
        held = {entry.filename: self._read(entry) for entry in self._entries()}
        info = self._info(held)
        self._check_record(held, info)
        about = self._headers(held, f"{info}/WHEEL")
        if about.get("Wheel-Version", ("",))[0].partition(".")[0] != "1":
            self._refuse("its WHEEL is of a version that is not known here")
        metadata = self._headers(held, f"{info}/METADATA")
        name, version = self._identity(info, metadata)
        files = dict(self._installed(held, info))
        self._check_modules(files)
        return Wheel(
            name=name,
            version=version,
            digest=digest_of(self._content),
            files=files,
            modules=tuple(sorted(set(_modules(files)))),
            native=tuple(sorted(path for path, content in files.items() if _is_native(path, content))),
            tags=tuple(sorted(about.get("Tag", ()))),
            requires_python=metadata.get("Requires-Python", ("",))[0],
        )

    # --- the archive -------------------------------------------------------------------------------------------------------------

    def _check_sizes(self) -> None:
        """Before anything is unpacked. What a name says of its size is held against what comes, by zipfile."""
        entries = self._archive.infolist()
        if len(self._content) > MAX_WHEEL or len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            most = f"at most {MAX_WHEEL >> 20} MiB, {MAX_UNPACKED >> 20} MiB unpacked, and {MAX_FILES} files"
            self._refuse(f"it is larger than any package here may be: {most}")
        if sum(entry.compress_size for entry in entries) > len(self._content):
            self._refuse("its files overlap in the archive")

    def _entries(self) -> Iterator[zipfile.ZipInfo]:
        """The files, each under a name that is one, and that no file system takes for another's."""
        taken: dict[str, str] = {}
        for entry in self._archive.infolist():
            name = entry.filename
            fault = _fault_of(name.removesuffix("/")) or _fault_of_entry(entry)
            if fault:
                self._refuse(f"{name[:_MAX_NAME]!r} in it {fault}")
            if entry.is_dir():
                continue
            folded = _folded(name)
            if folded in taken:
                self._refuse(f"{name!r} in it is the same name as {taken[folded]!r}, there or on another file system")
            taken[folded] = name
            yield entry
        self._require_a_tree(taken)

    def _require_a_tree(self, taken: Mapping[str, str]) -> None:
        """``taken`` are names by what they fold to."""
        for folded, name in taken.items():
            inside = next((parent for parent in _parents(folded) if parent in taken), "")
            if inside:
                self._refuse(f"{taken[inside]!r} in it is a file, and a directory for {name!r}")

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        """No more than it says there is: ``ZipFile.read`` would unpack up to 2 GiB of it before it looks."""
        with self._archive.open(entry) as packed:
            return packed.read(entry.file_size)

    # --- what it says of itself --------------------------------------------------------------------------------------------------

    def _info(self, held: Mapping[str, bytes]) -> str:
        found = {name.partition("/")[0] for name in held if name.partition("/")[0].endswith(".dist-info")}
        if len(found) != 1:
            self._refuse(f"it has {len(found)} directories .dist-info, and a wheel has one")
        return found.pop()

    def _check_record(self, held: Mapping[str, bytes], info: str) -> None:
        """Every file stands in RECORD with its hash and size, and no other does."""
        unrecorded = {f"{info}/{name}" for name in _UNRECORDED}
        rows = list(csv.reader(io.StringIO(self._text(held, f"{info}/RECORD"))))
        recorded: set[str] = set()
        for row in rows:
            if len(row) != 3:
                self._refuse("a line of its RECORD is not a name, a hash and a size")
            name, hashed, size = row
            if name in unrecorded:
                continue
            if name not in held or name in recorded:
                self._refuse(f"its RECORD names {name!r}, which is not in it, or is named twice")
            if not _is_hash_of(hashed, held[name]) or size not in ("", str(len(held[name]))):
                self._refuse(f"{name!r} in it is not the file its RECORD says")
            recorded.add(name)
        unsaid = sorted(held.keys() - recorded - unrecorded)
        if unsaid:
            self._refuse(f"{unsaid[0]!r} in it is not in its RECORD")

    def _identity(self, info: str, metadata: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
        """What METADATA says, which its directory must say as well."""
        said, number = metadata.get("Name", ("",))[0], metadata.get("Version", ("",))[0]
        directory, _, release = info.removesuffix(".dist-info").rpartition("-")
        try:
            name = canonicalize_name(said, validate=True)
            version = Version(number)
            is_same = canonicalize_name(directory) == name and Version(release) == version
        except (InvalidName, InvalidVersion) as error:
            self._refuse(f"its METADATA has no name and version: {error}")
        if not is_same:
            self._refuse(f"its METADATA says {said!r} {number!r}, and its directory is {info!r}")
        return name, str(version)

    def _headers(self, held: Mapping[str, bytes], name: str) -> dict[str, tuple[str, ...]]:
        message = HeaderParser().parsestr(self._text(held, name))
        return {key: tuple(map(str, message.get_all(key, ()))) for key in message}

    def _text(self, held: Mapping[str, bytes], name: str) -> str:
        if name not in held:
            self._refuse(f"it has no {name!r}")
        return held[name].decode("utf-8")

    # --- what is put on the import path ------------------------------------------------------------------------------------------

    def _installed(self, held: Mapping[str, bytes], info: str) -> Iterator[tuple[str, bytes]]:
        """Scripts, headers and data are left out: no guest runs a program of a package."""
        data = f"{info.removesuffix('.dist-info')}.data/"
        seen: dict[str, str] = {}
        for name, content in held.items():
            path = name
            if name.startswith(data):
                kind, _, path = name.removeprefix(data).partition("/")
                if kind not in _INSTALLED:
                    continue
            fault = _fault_of(path)
            if fault or _folded(path) in seen:
                self._refuse(f"{name!r} in it {fault or 'takes the place of another of its files'}")
            top = path.partition("/")[0]
            if top != info and top.lower().endswith(_METADATA):
                self._refuse(f"{name!r} in it says that another package is there")
            seen[_folded(path)] = name
            yield path, content
        self._require_a_tree(seen)

    def _check_modules(self, files: Mapping[str, bytes]) -> None:
        for path in files:
            if path.lower().endswith(_BYTECODE):
                self._refuse(f"{path!r} in it is bytecode, which nobody can read")
            if path.lower().endswith(".pth") and "/" not in path:
                self._refuse(f"{path!r} in it would run when an interpreter starts")
        for module in sorted(_modules(files)):
            if module in _RUN_AT_START:
                self._refuse(f"its module {module!r} would run when an interpreter starts")
            if module in sys.stdlib_module_names or module == "skillpod":
                self._refuse(f"its module {module!r} has a name of the standard library or of skillpod, which win")

    def _refuse(self, why: str) -> NoReturn:
        hint = "take another version or another package; this one is not unpacked"
        raise PackageUnusable(f"{self._file}: {why}", at=self._file, hint=hint)


def _fault_of(name: str) -> str:
    """What is wrong with a name of a file; empty when nothing."""
    if not name or len(name) > _MAX_NAME or not name.isprintable() or "\\" in name or ":" in name:
        return "is no name for a file"
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "leads out of its directory"
    if any(len(part.encode()) > _MAX_PART for part in parts):
        return "is no name for a file"
    if _CACHE in parts:
        return "lies where bytecode does, which nobody can read"
    return ""


def _fault_of_entry(entry: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(entry.external_attr >> 16) not in _KINDS:
        return "is a link or a device"
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        return "is encrypted, or packed in a way that wheels are not"
    return "is a directory with bytes in it" if entry.is_dir() and entry.file_size else ""


def _folded(name: str) -> str:
    """What file systems that know no case, or one form of each letter, take for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _parents(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _is_hash_of(said: str, content: bytes) -> bool:
    algorithm, _, value = said.partition("=")
    if algorithm not in _HASHES:
        return False
    return base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=").decode() == value


def _modules(files: Mapping[str, bytes]) -> Iterator[str]:
    """Top-level modules: packages, with or without ``__init__.py``, files of Python, and files of machine code (PEP 3149)."""
    for path in files:
        top, slash, rest = path.partition("/")
        stem, _, ending = top.partition(".")
        is_module = rest.endswith((".py", *_ENDINGS)) and stem == top if slash else f".{ending}".endswith((".py", *_ENDINGS))
        if is_module and stem.isidentifier():
            yield stem


def _is_native(path: str, content: bytes) -> bool:
    name = path.rpartition("/")[2].lower()
    return content.startswith(_MACHINE_CODE) or name.endswith(_ENDINGS) or ".so." in name
