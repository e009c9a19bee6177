"""The pages of the audit's rules: one for each, shipped in the package, all in one form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from skillpod.audit.ruleset import why_firm
from skillpod.cli.values import nearest
from skillpod.errors import CommandInvalid
from skillpod.model.finding import Severity
from skillpod.model.later import later
from skillpod.resources import packaged_names, packaged_text

NO_RULES = {
    "bundle_refused": ("A file that can't be in a skill", "docs/intake.md lists what is refused"),
    "document_invalid": ("A manifest that is not in its shape", "docs/manifest.md has every key"),
    "manifest_invalid": ("A manifest and files that do not fit each other", "docs/manifest.md has every key"),
}
"""What ``check`` finds before the audit: the codes of errors, each with what it is about and where more is said."""

SECTIONS = ("Why", "What to do", "Fires on", "Does not fire on")

_FOLDER = "audit/pages"
_TITLE = later(r"# ([A-Z]{3}-[0-9]{3}) (\S.*)")
_SEVERITY = later(r"\*([a-z]+)\*")
_CWE = later(r"CWE-[0-9]+")
_SENTENCE = later(r".*?[.:](?=\s|$)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``severities`` are all that the rule can give, the worst first; ``cwe`` is empty where none is meant; ``seen`` says what was seen;
    ``sections`` are the texts below SECTIONS."""

    rule: str
    title: str
    severities: tuple[Severity, ...]
    cwe: str
    seen: str
    sections: Mapping[str, str]
    text: str

    @property
    def why(self) -> str:
        """The first sentence of why it matters, on one line."""
        first = _SENTENCE.match(self.sections["Why"])
        return " ".join((first.group() if first else self.sections["Why"]).split()).rstrip(".:")

    @property
    def accepting(self) -> str:
        firm = why_firm(self.rule)
        return f"Nobody can accept it: {firm}." if firm else f"A person can accept one place: `skillpod suppress DIR {self.rule}`."


@cache
def rules() -> tuple[str, ...]:
    """The ids of every rule, in order."""
    return packaged_names(_FOLDER, suffix=".md")


def find_page(word: str) -> Page:
    """The page of a rule, however its id is spelled. Raises CommandInvalid, with the one that may be meant."""
    if word in NO_RULES:
        raise CommandInvalid(f"`{word}` is no rule of the audit: each finding says what to do", at="RULE", hint=NO_RULES[word][1])
    rule = word.upper().replace("_", "-")
    if rule not in rules():
        hint = nearest(rule, list(rules()), otherwise="`skillpod explain` lists the rules")
        raise CommandInvalid(f"there is no rule `{word}`", at="RULE", hint=hint)
    return page(rule)


@cache
def page(rule: str) -> Page:
    """Raises FileNotFoundError for what is no rule."""
    return parse(packaged_text(f"{_FOLDER}/{rule}.md").decode("utf-8"))


def parse(text: str) -> Page:
    """Raises ValueError for a page that is not in the form of pages, which tests/audit/test_pages.py says."""
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, line, _, *seen = head.split("\n")
    named = _TITLE.fullmatch(title)
    severities = tuple(map(Severity, _SEVERITY.findall(line)))
    if named is None or not severities:
        raise ValueError(f"a page begins with its rule, its title and its severities, not with {head[:80]!r}")
    cwe = _CWE.search(line)
    texts = {heading: body.strip() for heading, _, body in (section.partition("\n") for section in sections)}
    if tuple(texts) != SECTIONS:
        raise ValueError(f"{named[1]}: a page has the sections {', '.join(SECTIONS)}, in this order")
    return Page(
        rule=named[1],
        title=named[2],
        severities=severities,
        cwe=cwe.group() if cwe else "",
        seen=" ".join(" ".join(seen).split()),
        sections=texts,
        text=text,
    )
