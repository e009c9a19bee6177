"""SKL-006: characters in a text for a model that a person who looks at it does not see, or sees in another order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skillpod.audit.text.invisible import unseen
from skillpod.documents import read_frontmatter
from skillpod.errors import DocumentInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

SKILL_MD = "SKILL.md"
_TEXTS = (".md", ".mdx", ".markdown", ".txt", ".rst")
_FIX = "remove them: what a model is told, a person must be able to see"


def check(bundle: Bundle, manifest: Manifest | None) -> Iterator[Finding]:
    """The manual a model is given denies; the other texts of an Agent Skill, which it may be told to read, ask for a person."""
    manuals = {SKILL_MD, manifest.instructions} if manifest else {SKILL_MD}
    for name, content in bundle.files.items():
        is_text = SKILL_MD in bundle.files and name.lower().endswith(_TEXTS)
        if name in manuals or (is_text and not content.isascii()):
            yield from _in_text(name, content, Severity.DENY if name in manuals else Severity.REVIEW)
    yield from _in_frontmatter(bundle)


def _in_text(name: str, content: bytes, severity: Severity) -> Iterator[Finding]:
    text = content.decode("utf-8-sig", "replace")
    for (offset, length), what in unseen(text):
        line = text.count("\n", 0, offset) + 1
        column = offset - text.rfind("\n", 0, offset)
        how_many = f"{length} " if length > 1 else ""
        yield Finding(
            rule="SKL-006",
            severity=severity,
            file=name,
            line=line,
            column=column,
            end_column=column + length,
            message=f"{how_many}{what}",
            fix=_FIX,
        )


def _in_frontmatter(bundle: Bundle) -> Iterator[Finding]:
    """YAML can write any character as an escape: the file looks clean and the value is not."""
    content = bundle.files.get(SKILL_MD, b"")
    try:
        found = read_frontmatter(content, name=SKILL_MD)
    except DocumentInvalid:
        return
    told = {what for _, what in unseen(content.decode("utf-8-sig"))}
    for key, value in found.values.items():
        for what in dict.fromkeys(what for text in (key, *_strings(value)) for _, what in unseen(text) if what not in told):
            message = f"the value of {key!a} has {what}"
            yield Finding(rule="SKL-006", severity=Severity.DENY, file=SKILL_MD, line=found.lines.get(key, 1), message=message, fix=_FIX)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield key
            yield from _strings(below)
    elif isinstance(value, list):
        for below in value:
            yield from _strings(below)
