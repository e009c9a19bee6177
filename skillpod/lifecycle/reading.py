"""What is done to a stranger's bytes in a throw-away process, and the two messages that cross its border: bundles in, findings out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from skillpod import __version__
from skillpod.errors import ManifestInvalid, SignatureInvalid, SkillpodError, from_dict
from skillpod.model.bundle import Bundle
from skillpod.model.ended import Ended
from skillpod.model.finding import Finding, Report, Severity
from skillpod.model.later import compile_waiting
from skillpod.resources import packaged_text

if TYPE_CHECKING:
    from skillpod.model.manifest import Manifest, ToolSpec

ENTRY = "skillpod.lifecycle.reading:read"
PREPARE = "skillpod.lifecycle.reading:prepare"
COMPLETE = "skillpod.lifecycle.reading:complete"


_READERS = ("skillpod.audit.run", "skillpod.manifest.parse", "skillpod.manifest.describe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the throw-away process said. ``faults`` are those of the manifest, the tools and the signatures; ``skill`` is the name in the
    manifest, empty when there is none. ``is_whole`` is false when it gave no answer: nobody else may then read the bytes. ``notices`` are
    about what the operator's people have accepted."""

    report: Report
    faults: tuple[SkillpodError, ...] = ()
    skill: str = ""
    is_whole: bool = True
    notices: tuple[Finding, ...] = ()


# --- in the throw-away process -----------------------------------------------------------------------------------------------------


def read(request: bytes) -> bytes:
    """A pure function: everything that can be said of the bundles in the bytes that ``asked`` made."""
    return json.dumps([_read(bundle, folder) for bundle, folder in _bundles(request)]).encode()


def _read(bundle: Bundle, folder: str) -> dict[str, Any]:
    from skillpod.audit.run import run  # SAFE: here, as below: the process that only asks does not load what reads

    faults: list[SkillpodError] = []
    manifest: Manifest | None = None
    try:
        manifest = read_manifest(bundle, folder=folder)
        read_tools(bundle, manifest)
    except ManifestInvalid as fault:
        faults.append(fault)
    report = run(bundle, manifest)
    try:
        check_evidence(bundle)
    except SignatureInvalid as fault:
        faults.append(fault)
    return {
        "report": report.as_json(),
        "faults": [fault.as_dict() for fault in faults],
        "skill": manifest.name if manifest is not None else "",
    }


_REHEARSED = {
    "manifest.yaml": b"name: rehearsed\nversion: '1.0.0'\ndescription: A skill to warm up with.\nauthor: skillpod\n",
    "handler.py": b"""\
import json
import re
from dataclasses import dataclass
from typing import Annotated

from skillpod import Context, Field, tool


@dataclass
class Found:
    text: str
    count: int = 0


@tool
def find(text: Annotated[str, Field(min_length=1)], ctx: Context, many: list[str] | None = None) -> Found:
    \"\"\"Find it.

    Args:
        text: What is looked for.
        many: Where.
    \"\"\"
    return Found(re.escape(json.dumps(text)), len(many or []))
""",
}


def prepare() -> None:
    """Import what ``read`` needs for a skill that is in order, and have it read one: what is made once is then made before the forks."""
    read(asked([(Bundle.freeze(_REHEARSED), "rehearsed")]))


def prepare_for_many() -> None:
    """And every pattern, which each of a few would rather compile for itself."""
    prepare()
    compile_waiting()


def complete() -> None:
    """The same for skills that are not in order: it takes as long again, and can wait until nobody else does."""
    compile_waiting()
    faulty = {**_REHEARSED, "manifest.yaml": b"name: rehearsed\nversion: 1.0\nunknown: 1\n"}
    read(asked([(Bundle.freeze(faulty, {"skill.oms.sig": b"{}"}), "other")]))


def keep_bytecode() -> None:
    """Keep the bytecode of what ``read`` needs, where that is wanted and there is none: a throw-away process can write nothing, and would
    compile all of it again each time (PEP 3147)."""
    if sys.dont_write_bytecode:
        return
    from importlib.util import find_spec  # SAFE: here, as above

    cached = [spec.cached for name in _READERS if (spec := find_spec(name)) is not None and spec.cached]
    if not all(map(os.path.exists, cached)):
        for name in _READERS:
            import_module(name)


def read_manifest(bundle: Bundle, *, folder: str) -> Manifest:
    """Raises ManifestInvalid."""
    manifest: Manifest = _reader().read(bundle, folder=folder)
    return manifest


def read_tools(bundle: Bundle, manifest: Manifest) -> tuple[ToolSpec, ...]:
    """Raises ManifestInvalid."""
    from skillpod.manifest.describe import describe  # SAFE: here, as above

    return describe(bundle, manifest)


def check_evidence(bundle: Bundle) -> None:
    """What says to be a signature covers the bundle; whose it is, is asked where the operator's trust is known.

    Raises SignatureInvalid.
    """
    if bundle.has_evidence:
        from skillpod.trust.evidence import read_evidence  # SAFE: here, so that what is unsigned never loads it

        read_evidence(bundle)


@cache
def _reader() -> Any:
    from skillpod.manifest.parse import ManifestReader  # SAFE: here, as above

    schema = json.loads(packaged_text("manifest/schema.json"))
    return ManifestReader(schema, python=sys.version.partition(" ")[0], skillpod=__version__)


# --- what goes in ------------------------------------------------------------------------------------------------------------------


Named = tuple[Bundle, str]
"""A bundle and its folder's name, which its manifest must carry; empty for any name."""


def asked(bundles: Sequence[Named]) -> bytes:
    """A line of JSON that says what follows, then the contents."""
    heads = [
        {
            "folder": folder,
            "files": [[name, len(content)] for name, content in bundle.files.items()],
            "sidecars": [[name, len(content)] for name, content in bundle.sidecars.items()],
            "left_out": bundle.left_out,
        }
        for bundle, folder in bundles
    ]
    contents = [content for bundle, _ in bundles for content in (*bundle.files.values(), *bundle.sidecars.values())]
    return b"".join((json.dumps(heads).encode(), b"\n", *contents))


def _bundles(request: bytes) -> Iterator[Named]:
    heads, start = json.loads(request[: request.index(b"\n")]), request.index(b"\n") + 1
    for head in heads:
        files, start = _cut(head["files"], request, start)
        sidecars, start = _cut(head["sidecars"], request, start)
        yield Bundle.freeze(files, sidecars, tuple(head["left_out"])), head["folder"]


def _cut(lengths: Sequence[tuple[str, int]], data: bytes, start: int) -> tuple[dict[str, bytes], int]:
    files: dict[str, bytes] = {}
    for name, length in lengths:
        files[name] = data[start : start + length]
        start += length
    return files, start


# --- what comes out ----------------------------------------------------------------------------------------------------------------


def heard(answer: bytes | Ended, bundles: Sequence[Bundle]) -> list[Seen]:
    """What it said of each, held to be nothing but that; anything else is a denial with one finding. Never raises."""
    if isinstance(answer, Ended):
        return [_unanswered(bundle, f"the audit {answer.why}") for bundle in bundles]
    try:
        said = json.loads(answer)
        return [_seen(each, bundle) for each, bundle in zip(said, bundles, strict=True)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return [_unanswered(bundle, "the audit answered with what is no report") for bundle in bundles]


def _seen(said: Mapping[str, Any], bundle: Bundle) -> Seen:
    report = Report.from_json(said["report"])
    if report.digest != bundle.digest:
        raise ValueError("a report of another bundle")
    faults, skill = said["faults"], said["skill"]
    if type(skill) is not str or type(faults) is not list:
        raise ValueError("no list of faults")
    return Seen(report=report, faults=tuple(from_dict(fault) for fault in faults), skill=skill)


def _unanswered(bundle: Bundle, message: str) -> Seen:
    denied = Finding(
        rule="AUD-001",
        severity=Severity.DENY,
        file="manifest.yaml",
        message=message,
        fix="make its code smaller and plainer; if it is plain, report this with the skill's folder",
    )
    return Seen(report=Report(digest=bundle.digest, findings=(denied,)), is_whole=False)
