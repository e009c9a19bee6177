"""Bundles on disk by digest, one file each, durable when ``put`` returns and hashed again byte by byte on every ``get``.

``HEX.zip`` holds a bundle's files, ``HEX.evidence.zip`` its signature sidecars: stored, not compressed, with one fixed date, so that equal
bundles are equal bytes, and ``unzip -l`` and ``unzip -p`` are all an auditor needs. A file appears whole (temporary name, fsync, rename,
fsync of the directory).
"""

from __future__ import annotations

import io
import itertools
import os
import struct
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path

from skillpod.errors import PathUnusable, StoreCorrupt, UnknownDigest
from skillpod.model.bundle import MAX_BYTES, MAX_FILES, Bundle
from skillpod.model.digest import Digest, is_digest

_TEMPORARY = ".new-"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_READ_ONLY = 0o100444
_OVERHEAD = 2 * (4096 + 128)
"""Bytes a file's name and its two headers take at most: PATH_MAX and the fixed fields of APPNOTE.TXT 4.3.7 and 4.3.12."""

_LARGEST = MAX_BYTES + MAX_FILES * _OVERHEAD


class BundleStore:
    """``root`` is made when the first bundle is put; only its owner may enter it. Reading never writes anything."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._is_ready = False
        self._counter = itertools.count()

    def put(self, bundle: Bundle) -> None:
        """Durable when it returns. A bundle that is there, whole, is not written again; one that is damaged is.

        Raises PathUnusable when the disk does not take it.
        """
        try:
            self._prepare()
            is_changed = self._keep_evidence(bundle)
            is_changed |= self._keep(self._path(bundle.digest), _pack(bundle.files))
            if is_changed:
                _sync_directory(self._root)
        except OSError as error:
            message = f"the bundle can't be stored: {error.strerror}"
            hint = "check that the disk has room and that this user may write there"
            raise PathUnusable(message, at=str(self._root), hint=hint, digest=bundle.digest) from error

    def get(self, digest: Digest) -> Bundle:
        """The bundle with its sidecars; ``left_out`` is not kept. Raises UnknownDigest, StoreCorrupt or PathUnusable."""
        if not is_digest(digest):
            raise UnknownDigest("this is not a digest", digest=digest, hint="a digest is `sha256:` and 64 hex characters")
        try:
            content = _read(self._path(digest))
            evidence = _read(self._evidence_path(digest))
        except OSError as error:
            raise PathUnusable(f"the store can't be read: {error.strerror}", at=str(self._root), digest=digest) from error
        if content is None:
            raise UnknownDigest("no bundle of this digest is stored", digest=digest, hint="put its folder into the skills directory again")
        try:
            bundle = Bundle.freeze(_unpack(content), _unpack(evidence) if evidence is not None else {})
        except _DAMAGE as error:
            raise self._corrupt(digest) from error
        if bundle.digest != digest:
            raise self._corrupt(digest)
        return bundle

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str) and is_digest(digest) and self._path(Digest(digest)).is_file()

    def _path(self, digest: Digest) -> Path:
        return self._root / f"{digest.removeprefix('sha256:')}.zip"

    def _evidence_path(self, digest: Digest) -> Path:
        return self._root / f"{digest.removeprefix('sha256:')}.evidence.zip"

    def _corrupt(self, digest: Digest) -> StoreCorrupt:
        message = "the stored bytes do not have the digest they are kept under"
        return StoreCorrupt(message, at=str(self._path(digest)), digest=digest, hint="delete the file, and put the skill's folder in again")

    def _prepare(self) -> None:
        """Before the first write: what a crash left behind goes. Only the pod that owns HOME puts, so nobody is still writing it."""
        with self._lock:
            if self._is_ready:
                return
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for leftover in self._root.glob(f"{_TEMPORARY}*"):
                leftover.unlink(missing_ok=True)
            _sync_directory(self._root.parent)
            _sync_directory(self._root)
            self._is_ready = True

    def _keep_evidence(self, bundle: Bundle) -> bool:
        """What is kept is what the folder showed last: a signature that was taken away is not remembered."""
        path = self._evidence_path(bundle.digest)
        return self._keep(path, _pack(bundle.sidecars)) if bundle.sidecars else _remove(path)

    def _keep(self, path: Path, content: bytes) -> bool:
        """Whether it had to be written: it was not there, or not these very bytes (cut short, damaged, other evidence)."""
        if _read(path) == content:
            return False
        self._write(path, content)
        return True

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all; durable once the directory is synced."""
        temporary = self._root / f"{_TEMPORARY}{os.getpid()}-{next(self._counter)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o444)
        try:
            try:
                _write_all(descriptor, content)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            temporary.rename(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


_DAMAGE = (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError, IndexError, struct.error)
"""All that zipfile raises for bytes that are no archive of ours."""


def _pack(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, whatever this runs on: the mode below means something there only
            entry.external_attr = _READ_ONLY << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _unpack(content: bytes) -> dict[str, bytes]:
    """Every file of an archive of ours. Raises one of ``_DAMAGE`` when it is not whole."""
    if len(content) > _LARGEST:
        raise ValueError("larger than any bundle")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED or entry.file_size > len(content) for entry in entries):
            raise ValueError("not an archive of this store")
        return {entry.filename: archive.read(entry) for entry in entries}


def _read(path: Path) -> bytes | None:
    """At most one byte more than a bundle can have; None when there is no such file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb", buffering=0) as file:
        size = min(os.fstat(descriptor).st_size, _LARGEST)
        return file.read(size + 1)


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
