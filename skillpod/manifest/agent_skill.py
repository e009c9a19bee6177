"""SKILL.md (agentskills.io) as a Manifest: read as leniently as other clients read it, and granting nothing it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from skillpod.documents import Frontmatter, read_frontmatter, show
from skillpod.errors import DocumentInvalid
from skillpod.manifest.faults import Faults
from skillpod.manifest.scripts import find_programs
from skillpod.model.bundle import Bundle
from skillpod.model.capability import Lifetime
from skillpod.model.later import later
from skillpod.model.legible import legible
from skillpod.model.manifest import DESCRIPTION_LIMIT, Limits, Manifest
from skillpod.model.names import is_skill_name

SKILL_MD = "SKILL.md"
NO_VERSION = "0.0.0"
NO_AUTHOR = "unknown"
SCRIPT_LIMITS = Limits(wall=30.0, cpu=30.0)
"""Programs of skills that say nothing of limits were written for a person's shell, where nobody counts seconds."""

_AUTHOR_LIMIT = 256
_LICENSE_LIMIT = 128
_VERSION = later(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)((a|b|rc)(0|[1-9][0-9]*))?")
_VERSION_LIMIT = 64


def read_agent_skill(bundle: Bundle, *, folder: str) -> Manifest:
    """The manifest of a folder that has SKILL.md and no manifest.yaml. It asks for nothing; every program of ``scripts/`` is a tool.

    The folder's name is the skill's, whatever the frontmatter says; where no folder is known, the frontmatter's is. Raises
    ManifestInvalid with every fault as a reason.
    """
    faults = Faults()
    try:
        found = read_frontmatter(bundle.files[SKILL_MD], name=SKILL_MD)
    except DocumentInvalid as fault:
        faults.extend([_advised(fault)])
        faults.settle(skill=folder)
        raise
    values = found.values
    name = _name(folder, values, faults)
    description = _description(found, faults)
    faults.settle(skill=folder)
    metadata = _strings(values.get("metadata"))
    scripts = find_programs(bundle.files)
    return Manifest(
        name=name,
        version=_version(metadata),
        description=description,
        author=_text(metadata.get("author"), _AUTHOR_LIMIT) or NO_AUTHOR,
        license=_text(values.get("license"), _LICENSE_LIMIT),
        entry="",
        scripts=scripts,
        frontmatter=values,
        instructions=SKILL_MD,
        lifetime=Lifetime.CALL,
        limits=SCRIPT_LIMITS if scripts else Limits(),
    )


def frontmatter_beside(bundle: Bundle) -> Mapping[str, Any]:
    """The frontmatter of a folder whose manifest governs; empty when there is none that can be read (the audit says so)."""
    try:
        return read_frontmatter(bundle.files[SKILL_MD], name=SKILL_MD).values
    except (KeyError, DocumentInvalid):
        return MappingProxyType({})


def _advised(fault: DocumentInvalid) -> DocumentInvalid:
    if "mapping values" not in fault.message:
        return fault
    return DocumentInvalid(fault.message, at=fault.at, hint="a text with a colon in it wants quotes, or `description: >-` and lines below")


def _name(folder: str, values: Mapping[str, Any], faults: Faults) -> str:
    said = values.get("name")
    name = folder or (said if isinstance(said, str) else "")
    if not is_skill_name(name):
        hint = "rename the folder: lower-case words joined by _ or -, beginning with a letter, at most 64 characters"
        faults.add(f"{show(name)} can't be a skill's name", at=SKILL_MD, hint=hint)
    return name


def _description(found: Frontmatter, faults: Faults) -> str:
    said = found.values.get("description")
    text = legible(said, DESCRIPTION_LIMIT) if isinstance(said, str) else ""
    if not text:
        got = "no description" if "description" not in found.values else f"a description that is {show(said)}"
        at = f"{SKILL_MD}:{found.lines.get('description', 1)}:1"
        faults.add(f"the frontmatter has {got}", at=at, hint="say what the skill does and when to use it: `description: ...`")
    return text


def _strings(value: Any) -> Mapping[str, str]:
    """The texts of ``metadata``; numbers and the rest stay in the frontmatter only."""
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _version(metadata: Mapping[str, str]) -> str:
    said = metadata.get("version", "").strip()
    return said if len(said) <= _VERSION_LIMIT and _VERSION.fullmatch(said) else NO_VERSION


def _text(value: Any, most: int) -> str:
    return " ".join(legible(value, most).split()) if isinstance(value, str) else ""
