"""Clauses that are aimed at an agent, as reviewed data: where one begins, what must follow, and what makes it mean the opposite.

A clause begins at one of its ``verbs``, a word that stands alone in the text; ``then`` is matched from right behind it, on a window in
which blanks, marks of emphasis and quotes are single blanks. Where a language divides no words, ``then`` is looked for as it stands.
Everything is written as ``normalise`` gives it: lower case, without accents. All repetitions are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from skillpod.audit.text import languages
from skillpod.audit.text.english import ENGLISH, NEAR, NEGATIVE
from skillpod.audit.text.normalise import fold
from skillpod.audit.text.rows import Polarity, Row


@dataclass(frozen=True, slots=True)
class Clause:
    """``near`` are words of which one must stand near the verb, if there are any. ``then`` and ``beside`` are for ``pattern``; ``beside``,
    when there is any, must be found in the sentence of the verb."""

    rule: str
    language: str
    verbs: tuple[str, ...]
    then: str
    polarity: Polarity
    beside: str = ""
    near: frozenset[str] = frozenset()


MEANING = {
    "TXT-201": "tells an agent to set its instructions aside",
    "TXT-202": "tells an agent to hand on what it was trusted with",
    "TXT-203": "tells an agent to keep something from the person it works for",
    "TXT-204": "tells an agent to do without the person's approval",
    "TXT-205": "tells an agent to keep to this from now on, beyond this task",
    "TXT-206": "tells an agent how to use, or not to use, tools that are not this skill's",
    "TXT-207": "tells an agent to obey what it will find elsewhere",
    "TXT-208": "speaks as the system, the developer or another persona of the model",
    "TXT-209": "threatens or presses an agent",
}
FIXES = {
    "TXT-201": "say what the skill does; what the model was told before is not the skill's to change",
    "TXT-202": "take what the tool needs as a parameter, and say what for",
    "TXT-203": "say it openly, or leave it out",
    "TXT-204": "leave the approval to the host: `tools: {NAME: {approval: ...}}` in the manifest",
    "TXT-205": "say it for this skill's own tools, while they are used",
    "TXT-206": "say when this skill's tools are the right ones, and nothing about others",
    "TXT-207": "put the instructions into the skill, where they are read before they are used",
    "TXT-208": "speak as the skill's author, of the skill",
    "TXT-209": "say what goes wrong, to what",
}


def _near(rule: str, language: str, verbs: str) -> frozenset[str]:
    if language != "en":
        return frozenset()
    return frozenset(NEAR.get((rule, verbs.split()[0]), NEAR[rule, ""]).split())


def _clauses(rows: Iterable[Row]) -> Iterator[Clause]:
    for rule, language, polarity, verbs, then, beside in rows:
        yield Clause(rule, language, tuple(fold(verbs).split()), then, polarity, beside, _near(rule, language, verbs))


def _by_verb(clauses: Iterable[Clause]) -> Mapping[str, tuple[Clause, ...]]:
    found: dict[str, tuple[Clause, ...]] = {}
    for clause in clauses:
        for verb in clause.verbs:
            found[verb] = (*found.get(verb, ()), clause)
    return MappingProxyType(found)


BY_VERB = _by_verb(_clauses((*ENGLISH, *languages.DIVIDED)))
UNDIVIDED = tuple(_clauses(languages.UNDIVIDED))


VERBS = frozenset(BY_VERB)
HOT = VERBS | NEGATIVE | frozenset().union(*(clause.near for clauses in BY_VERB.values() for clause in clauses))
"""The words whose places in a text are worth knowing."""


@cache
def pattern(written: str) -> re.Pattern[str]:
    """A table's expression, compiled when it is first needed: an ordinary text needs few of them."""
    return re.compile(fold(written))
