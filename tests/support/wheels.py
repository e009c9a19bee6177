"""Wheels made by the tests, as files and as they lie unpacked in a store."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from skillpod.model.provision import Package


def wheel(
    name: str,
    files: Mapping[str, str | bytes],
    *,
    version: str = "1.0.0",
    tag: str = "py3-none-any",
    purelib: bool = True,
    record: str | None = None,
) -> bytes:
    """A wheel with these files and a correct RECORD, or the given one."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    contents.setdefault(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode())
    root = str(purelib).lower()
    contents.setdefault(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: {root}\nTag: {tag}\n".encode())
    listed = "".join(f"{path},sha256={_hash(content)},{len(content)}\n" for path, content in contents.items())
    contents[f"{info}/RECORD"] = (f"{listed}{info}/RECORD,,\n" if record is None else record).encode()
    return zipped(contents)


def zipped(contents: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path, content in contents.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)  # of one date, so that equal files are equal bytes
    return written.getvalue()


def unpacked(folder: Path, name: str, files: Mapping[str, str], *, version: str = "1.0.0", native: tuple[str, ...] = ()) -> Package:
    """A package as a store has it, without the checks of one."""
    place = folder / name
    info = {f"{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}
    for path, text in {**files, **info}.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    for part in (folder, place, *place.rglob("*")):
        part.chmod(0o755 if part.is_dir() else 0o444)
    modules = tuple(sorted({path.partition("/")[0].removesuffix(".py") for path in files}))
    return Package(
        name=name, version=version, digest=hashlib.sha256(name.encode()).hexdigest(), place=str(place), modules=modules, native=native
    )


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
