"""PKG: code of others that a skill brings along as packages, which no audit reads."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.model.bundle import Bundle
from skillpod.model.digest import value_digest
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest, PackageAsk

_MANIFEST = "manifest.yaml"
_FIX = "do without it, where the standard library or a few lines will do"


def check(bundle: Bundle, manifest: Manifest | None) -> Iterator[Finding]:
    """One finding for each package of the lock."""
    locked = manifest.requires.packages if manifest else ()
    lines = bundle.files.get(_MANIFEST, b"").decode("utf-8", "replace").split("\n") if locked else []
    for ask in locked:
        spot = next(((number, text.index(ask.hashes[0]) + 1) for number, text in enumerate(lines, 1) if ask.hashes[0] in text), (0, 0))
        if ask.is_native:
            message = f"{ask.name} {ask.version} has machine code, which no audit reads; the jail alone holds it"
            yield _finding("PKG-002", spot, ask, message)
        else:
            yield _finding("PKG-001", spot, ask, f"{ask.name} {ask.version} is code of others, which no audit has read")


def _finding(rule: str, spot: tuple[int, int], ask: PackageAsk, message: str) -> Finding:
    """An acceptance is for these very wheels: the subject names them all."""
    subject = f"{ask.name} {ask.version} {value_digest(list(ask.hashes))}"
    line, column = spot
    return Finding(
        rule=rule, severity=Severity.REVIEW, file=_MANIFEST, line=line, column=column, message=message, fix=_FIX, subject=subject
    )
