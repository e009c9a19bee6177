"""FIL: names that no file should have, names that are taken for others, and more files than are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skillpod.audit.lookalikes import disguise, skeleton
from skillpod.model.bundle import MAX_BYTES, MAX_FILES, Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.later import later
from skillpod.model.manifest import Manifest
from skillpod.model.names import collision_key, path_fault

MAX_DEPTH = 16
"""Parts a path may have."""

MAX_NAME = 255
"""Bytes of one part of a path: no file system takes more."""

_WORD = later(r"\w+")
_ALIKE = str.maketrans("0l1", "oii")
"""After case is folded."""
_RENAME = "rename it, in plain letters"


def check(bundle: Bundle, _manifest: Manifest | None) -> Iterator[Finding]:
    """What intake refuses is refused here as well: a bundle may come from elsewhere."""
    yield from _limits(bundle)
    for name in bundle.files:
        fault = path_fault(name)
        if fault:
            yield _finding("FIL-011", Severity.DENY, name, fault, _RENAME)
        elif not name.isascii():
            yield from _disguised(name)
    yield from _collisions(bundle.files)


def _limits(bundle: Bundle) -> Iterator[Finding]:
    fix = "take out what the skill does not need; keep large data in a volume"
    if len(bundle.files) > MAX_FILES:
        yield _finding(
            "FIL-012", Severity.DENY, "manifest.yaml", f"there are {len(bundle.files)} files; at most {MAX_FILES} are audited", fix
        )
    if bundle.size > MAX_BYTES:
        yield _finding(
            "FIL-012", Severity.DENY, "manifest.yaml", f"the files have {bundle.size} bytes; at most {MAX_BYTES} are audited", fix
        )
    for name in bundle.files:
        parts = name.split("/")
        if len(parts) > MAX_DEPTH or any(len(part.encode(errors="replace")) > MAX_NAME for part in parts):
            message = f"the path has more than {MAX_DEPTH} parts, or one of more than {MAX_NAME} bytes"
            yield _finding("FIL-012", Severity.DENY, name, message, "make the tree flatter, and names shorter")


def _disguised(name: str) -> Iterator[Finding]:
    for word in _WORD.findall(name):
        why = "" if word.isascii() else disguise(word)
        if why:
            yield _finding("FIL-011", Severity.REVIEW, name, f"{word!a} {why}", _RENAME)
            return


def _collisions(names: Iterable[str]) -> Iterator[Finding]:
    """Files and folders that are one on some file systems, or that a person takes for one."""
    same: dict[str, str] = {}
    alike: dict[str, str] = {}
    for name in names:
        parts = name.split("/")
        for path in ("/".join(parts[: depth + 1]) for depth in range(len(parts))):
            twin = same.setdefault(collision_key(path), path)
            if twin != path:
                message = f"differs from {twin!a} only by case or spelling: on some file systems they are one"
                yield _finding("FIL-011", Severity.DENY, name, message, "rename one of the two")
                continue
            looks_like = skeleton(path).casefold()
            if path.endswith(".py"):
                looks_like = looks_like.translate(_ALIKE)
            twin = alike.setdefault(looks_like, path)
            if twin != path:
                yield _finding("FIL-011", Severity.REVIEW, name, f"looks like {twin!a}, and is another file", "rename one of the two")


def _finding(rule: str, severity: Severity, name: str, message: str, fix: str) -> Finding:
    return Finding(rule=rule, severity=severity, file=name, message=message, fix=fix, subject=name)
