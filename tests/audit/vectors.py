"""The vectors: one file a case, its first line says what the audit must answer.

``--- name`` begins a further file of the skill, ``--- name base64`` one whose bytes are written so, and ``--- "name"`` one whose name is
written as a JSON string. One with a ``manifest.yaml`` is judged beside what that asks for; any other asks for nothing.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from skillpod.manifest.parse import ManifestReader
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import Manifest
from skillpod.resources import packaged_text

_ROOT = Path(__file__).parent.parent / "vectors"
_EXPECT = b"# expect: "
_FILE = b"--- "
_BASE64 = " base64"


@dataclass(frozen=True, slots=True)
class Vector:
    name: str
    expected: str  # a rule's id, or "none"; of honest code, the one rule by which a person must agree to what it asks for
    bundle: Bundle

    @property
    def manifest(self) -> Manifest | None:
        return manifest_of(self.bundle)


@cache
def _reader() -> ManifestReader:
    return ManifestReader(json.loads(packaged_text("manifest/schema.json")), python="3.11.0", skillpod="0.1")


def manifest_of(bundle: Bundle) -> Manifest | None:
    return _reader().read(bundle) if "manifest.yaml" in bundle.files else None


def vectors(folder: str) -> list[Vector]:
    return [_read(path) for path in sorted((_ROOT / folder).glob("*.py"))]


def _read(path: Path) -> Vector:
    text = path.read_bytes()
    if not text.startswith(_EXPECT):
        raise ValueError(f"{path}: the first line must say `# expect: RULE` or `# expect: none`")
    expected = text.split(b"\n", 1)[0].removeprefix(_EXPECT).decode().strip()
    return Vector(path.stem, expected, Bundle.freeze(files_of(text)))


def files_of(text: bytes) -> dict[str, bytes]:
    """The files of one case, the first of which is handler.py."""
    lines = text.splitlines(keepends=True)
    files: dict[str, bytes] = {}
    title, start = "handler.py", 0
    for number, line in enumerate([*lines, _FILE]):
        if line.startswith(_FILE):
            content = b"".join(lines[start:number])
            name = title.removesuffix(_BASE64)
            files[json.loads(name) if name.startswith('"') else name] = base64.b64decode(content) if title.endswith(_BASE64) else content
            title, start = line.removeprefix(_FILE).decode().strip(), number + 1
    return files
