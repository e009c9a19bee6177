"""FIL: files that are more than they seem."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.audit.standard import is_standard
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

_BYTECODE = (".pyc", ".pyo", ".pyd")
_MAGIC = (
    (b"\x7fELF", "an ELF program or library"),
    (b"\xfe\xed\xfa\xce", "a Mach-O program or library"),
    (b"\xfe\xed\xfa\xcf", "a Mach-O program or library"),
    (b"\xce\xfa\xed\xfe", "a Mach-O program or library"),
    (b"\xcf\xfa\xed\xfe", "a Mach-O program or library"),
    (b"\xca\xfe\xba\xbe", "a Mach-O or Java program"),
    (b"\x00asm", "a WebAssembly program"),
)
_SDK = "skillpod"


def check(bundle: Bundle, _manifest: Manifest | None) -> Iterator[Finding]:
    for name, content in bundle.files.items():
        native = _native(content)
        if name.lower().endswith(_BYTECODE):
            yield _finding(
                "FIL-002", Severity.DENY, name, "compiled Python, which can't be audited", "ship the source; bytecode is never run"
            )
        elif native:
            yield _finding("FIL-003", Severity.DENY, name, f"the file is {native}", "remove it; a guest can't run or load it")
    yield from _shadows(bundle)


def _native(content: bytes) -> str:
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(b"MZ") and len(content) > 0x40:
        offset = int.from_bytes(content[0x3C:0x40], "little")
        if content[offset : offset + 4] == b"PE\0\0":
            return "a Windows program or library"
    return ""


def _shadows(bundle: Bundle) -> Iterator[Finding]:
    """A top-level module under a name of the standard library: ``import name`` never gets it."""
    seen: set[str] = set()
    for name in bundle.files:
        if not name.endswith(".py"):
            continue
        top = name.split("/", 1)[0].removesuffix(".py")
        if top in seen or not (is_standard(top) or top == _SDK):
            continue
        seen.add(top)
        whose = "skillpod's own module" if top == _SDK else "the standard library's module"
        message = f"`import {top}` gets {whose}, never this file"
        yield _finding("FIL-001", Severity.NOTICE, name, message, f"rename it, or import it as `from . import {top}`")


def _finding(rule: str, severity: Severity, name: str, message: str, fix: str) -> Finding:
    return Finding(rule=rule, severity=severity, file=name, message=message, fix=fix)
