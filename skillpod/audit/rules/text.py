"""TXT: what the texts of a folder say to a model that reads them: the manual, other texts, the manifest's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from skillpod.audit.text.judge import Saying, Weight, judge
from skillpod.audit.text.written import stretch, written_at
from skillpod.documents import read_frontmatter
from skillpod.errors import DocumentInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

SKILL_MD = "SKILL.md"
MANIFEST = "manifest.yaml"
_TEXTS = (".md", ".mdx", ".markdown", ".txt", ".rst", ".adoc", ".html", ".htm")


def check(bundle: Bundle, manifest: Manifest | None) -> Iterator[Finding]:
    """What is hidden in a text that a model is given denies; in a text it may come upon, it asks for a person. Clauses always ask."""
    manuals = {SKILL_MD, manifest.instructions} if manifest else {SKILL_MD}
    for name, content in bundle.files.items():
        is_manual = name in manuals or name.lower().startswith("readme")
        if is_manual or name.lower().endswith(_TEXTS):
            text = content.decode("utf-8-sig", "replace")
            for saying in judge(text):
                yield saying.finding(_severity(saying, is_manual=is_manual), name, stretch(saying.said, text, saying.offset))
    if manifest is not None and MANIFEST in bundle.files:
        text = bundle.files[MANIFEST].decode("utf-8", "replace")
        said = {"description": manifest.description, "tags": manifest.tags, "tools": manifest.tools, "config": manifest.config_schema}
        lines = {key: text.count("\n", 0, found.start()) + 1 for key in said if (found := re.search(rf"^{key}\s*:", text, re.MULTILINE))}
        yield from _in_values(said, lines, MANIFEST, text)
    yield from _in_frontmatter(bundle)


def _severity(saying: Saying, *, is_manual: bool) -> Severity:
    return Severity.DENY if is_manual and saying.weight is Weight.CERTAIN else Severity.REVIEW


def _in_frontmatter(bundle: Bundle) -> Iterator[Finding]:
    """YAML can write any character as an escape: the file looks plain and the value is not."""
    content = bundle.files.get(SKILL_MD, b"")
    try:
        found = read_frontmatter(content, name=SKILL_MD)
    except DocumentInvalid:
        return
    text = content.decode("utf-8-sig", "replace")
    known = {(saying.rule, saying.said) for saying in judge(text)}
    for finding in _in_values(found.values, found.lines, SKILL_MD, text):
        if (finding.rule, finding.subject) not in known:
            yield finding


def _in_values(said: Mapping[str, Any], lines: Mapping[str, int], file: str, text: str) -> Iterator[Finding]:
    for key, value in said.items():
        for each in _strings(value):
            for saying in judge(each):
                spot = written_at(saying.said, text, (lines.get(key, 1), 1))
                yield saying.finding(_severity(saying, is_manual=True), file, spot)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for below in value.values():
            yield from _strings(below)
    elif isinstance(value, (list, tuple)):
        for below in value:
            yield from _strings(below)
