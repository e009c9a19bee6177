"""The vectors: one file a case, its first line says what the audit must answer; ``--- name`` begins a further file of the skill."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from skillpod.model.bundle import Bundle

_ROOT = Path(__file__).parent.parent / "vectors"
_EXPECT = b"# expect: "
_FILE = b"--- "


@dataclass(frozen=True, slots=True)
class Vector:
    name: str
    expected: str  # a rule's id, or "none"
    bundle: Bundle


def vectors(folder: str) -> list[Vector]:
    return [_read(path) for path in sorted((_ROOT / folder).glob("*.py"))]


def _read(path: Path) -> Vector:
    lines = path.read_bytes().splitlines(keepends=True)
    if not lines[0].startswith(_EXPECT):
        raise ValueError(f"{path}: the first line must say `# expect: RULE` or `# expect: none`")
    files: dict[str, bytes] = {}
    name, start = "handler.py", 0
    for number, line in enumerate([*lines, _FILE]):
        if line.startswith(_FILE):
            files[name] = b"".join(lines[start:number])
            name, start = line.removeprefix(_FILE).decode().strip(), number + 1
    return Vector(path.stem, lines[0].removeprefix(_EXPECT).decode().strip(), Bundle.freeze(files))
