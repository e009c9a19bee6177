"""SKL-006: characters in a text for a model that a person who looks at it does not see, or sees in another order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from skillpod.documents import read_frontmatter
from skillpod.errors import DocumentInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

SKILL_MD = "SKILL.md"
_TEXTS = (".md", ".mdx", ".markdown", ".txt", ".rst")
_FIX = "remove them: what a model is told, a person must be able to see"

_FLAGS = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
"""The flags of England, Scotland and Wales: the only sequences of tag characters recommended for general interchange (UTS 51)."""
_KINDS = (
    (re.compile("[\U000e0000-\U000e00ff]+"), "tag characters, which a model reads as letters and nobody sees"),
    (re.compile("[\u202a-\u202e\u2066-\u2069]"), "characters that make text show in another order than it is read in"),
    (
        re.compile(
            "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0]{2,}"
        ),
        "characters without width in a row, which can carry a message",
    ),
    (re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"), "variation selectors in a row, which can carry a message"),
    (re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]"), "control characters, which hide text on a terminal"),
)


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
        yield Finding(rule="SKL-006", severity=severity, file=name, line=line, column=column, message=f"{how_many}{what}", fix=_FIX)


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


def unseen(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """The first of each kind in a text: offset and length, and what it is."""
    plain = _FLAGS.sub(lambda flag: " " * len(flag.group()), text)
    for pattern, what in _KINDS:
        found = pattern.search(plain)
        if found is not None:
            yield (found.start(), len(found.group())), what
