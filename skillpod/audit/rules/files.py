"""FIL: files that an interpreter or a loader of programs takes for its own, by their name or their first bytes."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.audit.programs import Program, program
from skillpod.audit.standard import is_standard
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

_AT_START = (".pth", ".egg-link")
_STARTED_BY = {"sitecustomize.py": "Python", "usercustomize.py": "Python"}
_STARTED_ELSEWHERE = {"conftest.py": "pytest", "setup.py": "pip"}
_SDK = "skillpod"
_SKILL_MD = "SKILL.md"


def check(bundle: Bundle, _manifest: Manifest | None) -> Iterator[Finding]:
    for name, content in bundle.files.items():
        found = program(name, content)
        if found is Program.BYTECODE:
            yield _finding("FIL-002", Severity.DENY, name, found.value, "ship the source; bytecode is never run")
        elif found is not None:
            yield _finding("FIL-003", Severity.DENY, name, f"the file is {found.value}", "remove it; a guest can't run or load it")
        elif name.lower().endswith(_AT_START):
            message = "Python runs what stands in such a file when it starts"
            yield _finding("FIL-008", Severity.DENY, name, message, "remove it: imports between the skill's own files need none")
    yield from _started(bundle)
    yield from _shadows(bundle)
    yield from _twins(bundle)


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


def _started(bundle: Bundle) -> Iterator[Finding]:
    """Files that run because of their name alone; a guest starts without them, whoever works in the folder may not."""
    for name in bundle.files:
        leaf = name.rpartition("/")[2].lower()
        if leaf in _STARTED_BY:
            message = f"{_STARTED_BY[leaf]} runs a file of this name when it starts; a guest's never does"
            yield _finding("FIL-008", Severity.REVIEW, name, message, "give it another name, and import it")
        elif leaf in _STARTED_ELSEWHERE and _SKILL_MD not in bundle.files and not name.startswith("tests/"):  # there, SKL-005 tells it
            message = f"{_STARTED_ELSEWHERE[leaf]} runs a file of this name by itself; skillpod never does"
            yield _finding("FIL-008", Severity.NOTICE, name, message, "leave it out of what is published")


def _twins(bundle: Bundle) -> Iterator[Finding]:
    """``x.py`` beside ``x/__init__.py``: ``import x`` runs the package."""
    for name in bundle.files:
        package = f"{name.removesuffix('.py')}/__init__.py"
        if name.endswith(".py") and package in bundle.files:
            message = f"the file is never imported: `{package}` answers to the same name"
            yield _finding("FIL-015", Severity.REVIEW, name, message, "remove one of the two, or rename it")


def _finding(rule: str, severity: Severity, name: str, message: str, fix: str) -> Finding:
    return Finding(rule=rule, severity=severity, file=name, message=message, fix=fix, subject=name)
