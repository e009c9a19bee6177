"""What a reviewer asks of the log, as a value that looks at bytes first and at entries after."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from skillpod.journal.entry import Recorded, timestamp
from skillpod.model.entry import Entry, Fact
from skillpod.model.names import EXPORTED_LIMIT, exported_name

CLOCK_SLACK = 3600.0
"""Seconds that a clock may have been set back by: a stretch of the log is passed over for its times only this far outside of them."""

_TIME = re.compile(rb'\{"v":1,"seq":[1-9][0-9]*,"ts":"([0-9T:.-]{26}Z)"')

Marks = tuple[tuple[bytes, ...], ...]
"""Of each group one must stand in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to ask for: ``meaning`` in words, the ``keys`` of a line that its value stands under, and where an entry has it."""

    meaning: str
    keys: tuple[str, ...]
    values: Callable[[Entry], Iterable[Any]]
    known: tuple[str, ...] = ()
    """Every word there is, where no other makes sense."""


def _approvers(entry: Entry) -> Iterable[Any]:
    """Who agreed: to the call, to the generation, or by this entry itself."""
    given = entry.details.get("approvals")
    return (
        entry.details.get("approved_by"),
        *(each.get("by") for each in (given if isinstance(given, list) else ()) if isinstance(each, dict)),
        entry.actor if entry.fact in _ANSWERS else "",
    )


_ANSWERS = frozenset({Fact.APPROVED, Fact.GLASS_BROKEN, Fact.CALL_ANSWERED})

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "skill": Field(meaning="of this skill", keys=("skill",), values=lambda entry: (entry.skill,)),
        "tool": Field(
            meaning="of this tool, by its own name or the exported one",
            keys=("tool",),
            values=lambda entry: (entry.tool, exported_name(entry.skill, entry.tool)) if entry.tool else (),
        ),
        "fact": Field(
            meaning="of this fact", keys=("fact",), values=lambda entry: (entry.fact.value,), known=tuple(fact.value for fact in Fact)
        ),
        "actor": Field(meaning="by this actor", keys=("actor",), values=lambda entry: (entry.actor,)),
        "caller": Field(
            meaning="of calls that this principal made",
            keys=("actor", "principal"),
            values=lambda entry: (entry.actor if entry.fact is Fact.CALL else "", entry.caller.get("principal")),
        ),
        "session": Field(meaning="of this session", keys=("session",), values=lambda entry: (entry.caller.get("session"),)),
        "tenant": Field(meaning="of this tenant", keys=("tenant",), values=lambda entry: (entry.caller.get("tenant"),)),
        "outcome": Field(
            meaning="with this outcome",
            keys=("outcome",),
            values=lambda entry: (entry.outcome,),
            known=("ok", "error", "denied", "timeout", "cancelled", "unknown"),
        ),
        "decision": Field(
            meaning="with this answer of policy or of a person",
            keys=("decision",),
            values=lambda entry: (entry.decision,),
            known=("admit", "hold", "refuse", "approve", "deny"),
        ),
        "rule": Field(meaning="by this rule", keys=("rule",), values=lambda entry: (entry.rule,)),
        "trigger": Field(
            meaning="caused by this",
            keys=("trigger",),
            values=lambda entry: (entry.trigger,),
        ),
        "error": Field(meaning="with this error's code", keys=("code",), values=lambda entry: (entry.error.get("code"),)),
        "ticket": Field(meaning="of this question about a call", keys=("ticket",), values=lambda entry: (entry.details.get("ticket"),)),
        "approver": Field(meaning="that this person agreed to", keys=("approved_by", "by", "actor"), values=_approvers),
        "tier": Field(
            meaning="of this privilege class",
            keys=("tier",),
            values=lambda entry: (entry.tier,),
            known=("read-only", "write", "network", "system"),
        ),
    }
)
"""What can be asked for by a pattern, in which ``*`` stands for any text."""


@dataclass(frozen=True, kw_only=True)  # not slotted: its marks are made once
class Query:
    """What is asked; what is empty asks nothing.

    ``words`` has patterns by the names of ``FIELDS``: of several for one field any may fit. ``digests`` are beginnings, with or without
    ``sha256:``; ``generations`` are numbers; ``texts`` must all stand in the line, as they are or as JSON has them. ``since`` and ``until``
    are seconds since the epoch, 0 for none.
    """

    words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    digests: tuple[str, ...] = ()
    generations: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    since: float = 0.0
    until: float = 0.0

    # --- bytes ---

    @cached_property
    def marks(self) -> Marks:
        """Bytes of which each group has one in the line of every entry that matches: a first look, before a line is parsed."""
        groups = [tuple(_marks(name, patterns)) for name, patterns in self.words.items() if patterns and len(patterns) <= _MARKED]
        groups += [tuple(_digest_marks(self.digests))] if self.digests else []
        groups += [tuple(f'"{key}":{number}'.encode() for number in self.generations for key in _NUMBERED)] if self.generations else []
        groups += [_text_marks(text) for text in self.texts]
        return tuple(groups)

    def may_match(self, line: bytes) -> bool:
        """Whether a line is worth being parsed."""
        for group in self.marks:  # loops and not `all(any(...))`: a million lines are looked at so
            for mark in group:
                if mark in line:
                    break
            else:
                return False
        return not self.words.get("fact") or self._is_of_its_facts(line)

    def may_hold(self, block: bytes) -> bool:
        """Whether any of the whole lines in a block is worth a look. By time it is told from the first and the last of them."""
        if not all(any(mark in block for mark in group) for group in self.marks):
            return False
        return self.may_lie_between(block, block[block.rfind(b"\n", 0, -1) + 1 :])

    def may_lie_between(self, first: bytes, last: bytes) -> bool:
        """Whether lines from the one to the other may be of the time that is asked for."""
        if not self.since and not self.until:
            return True
        times = [found[1] for line in (first, last) if (found := _TIME.match(line))]
        return len(times) < 2 or (max(times) >= self._earliest and (not self.until or min(times) <= self._latest))

    def _is_of_its_facts(self, line: bytes) -> bool:
        """Told from where a line has its fact: before it are only numbers, the time and the node, in which a quote would be escaped."""
        start = line.find(_FACT) + len(_FACT)
        return start < len(_FACT) or line[start : line.find(b'"', start)] in self._facts

    @cached_property
    def _facts(self) -> frozenset[bytes]:
        """The facts that are asked for; none where all are, or where there is no such fact."""
        patterns = self.words.get("fact", ())
        return frozenset(fact.value.encode() for fact in Fact if _fits((fact.value,), patterns))

    @cached_property
    def _earliest(self) -> bytes:
        return timestamp(max(0.0, self.since - CLOCK_SLACK)).encode()  # all are of one length: they compare as their times do

    @cached_property
    def _latest(self) -> bytes:
        return timestamp(min(self.until + CLOCK_SLACK, LAST_SECOND)).encode()

    # --- entries ---

    def matches(self, recorded: Recorded, line: bytes = b"") -> bool:
        """Whether the entry is one of those asked for. ``texts`` are looked for in its ``line``, which must be given when there are any."""
        entry = recorded.entry
        return (
            self.since <= recorded.ts
            and (not self.until or recorded.ts < self.until)
            and all(_fits(FIELDS[name].values(entry), patterns) for name, patterns in self.words.items() if patterns)
            and (not self.digests or any(_begins(digest, self.digests) for digest in (entry.digest, entry.previous_digest)))
            and (not self.generations or any(number in self.generations for number in (entry.generation, entry.previous) if number))
            and all(any(mark in line for mark in _text_marks(text)) for text in self.texts)
        )

    def matches_call(self, ts: str, skill: str) -> bool:
        """Of a call of which no more is known, for a query that asks for no more."""
        if ts < self._since or (self.until and ts >= self._until):
            return False
        patterns = self.words.get("skill")
        return not patterns or _fits((skill,), patterns)

    @cached_property
    def _since(self) -> str:
        return timestamp(self.since)

    @cached_property
    def _until(self) -> str:
        return timestamp(self.until)


EVERYTHING = Query()
LAST_SECOND = 253_402_300_799.0
"""The last second that a timestamp can say: of the year 9999."""
_FACT = b'"fact":"'
_MARKED = 8
"""Patterns of one field that are looked for in whole blocks: with more, that look takes longer than it saves."""
_NUMBERED = ("generation", "previous")


def asking(**words: str) -> Query:
    """A query for one pattern a field."""
    return Query(words={name: (pattern,) for name, pattern in words.items()})


# --- patterns ----------------------------------------------------------------------------------------------------------------------


def fits(pattern: str, text: str) -> bool:
    """Whether a text is one that a pattern means, in which ``*`` is any text.

    SAFE: by hand and not by a regular expression, which takes 2^n steps for n stars and lets nothing else of the pod run meanwhile.
    """
    beginning, *middle = pattern.split("*")
    if not middle:
        return pattern == text
    end = middle.pop()
    if len(text) < len(beginning) + len(end) or not text.startswith(beginning) or not text.endswith(end):
        return False
    at, last = len(beginning), len(text) - len(end)
    for part in middle:  # the first place that is left is as good as any later one
        at = text.find(part, at, last)
        if at < 0:
            return False
        at += len(part)
    return True


def _fits(values: Iterable[Any], patterns: tuple[str, ...]) -> bool:
    texts = [value for value in values if isinstance(value, str) and value]
    return any(fits(pattern, text) for text in texts for pattern in patterns)


def _begins(digest: str, beginnings: tuple[str, ...]) -> bool:
    return digest != "" and any(digest.startswith(each) or digest.removeprefix("sha256:").startswith(each) for each in beginnings)


_UNCUT = EXPORTED_LIMIT - 7
"""Characters of an exported name that are never those of its hash."""


# --- marks -------------------------------------------------------------------------------------------------------------------------


def _marks(name: str, patterns: Iterable[str]) -> Iterable[bytes]:
    for text in patterns if name != "tool" else (own for pattern in patterns for own in _tool_names(pattern)):
        beginning, star, _ = text.partition("*")
        quoted = json.dumps(beginning)[:-1] if star else json.dumps(text)
        yield from (f'"{key}":{quoted}'.encode("ascii") for key in FIELDS[name].keys)


def _tool_names(pattern: str) -> Iterable[str]:
    """Patterns of a tool's own name, one of which fits whatever ``pattern`` fits, as the own name or the exported one. A skill's name
    never has ``__`` in it; an exported name that was cut does not show which tool it is of."""
    beginning, star, _ = pattern.partition("*")
    _, joint, own = pattern.partition("__")
    if len(beginning) >= _UNCUT or (star and "__" not in beginning):
        return ("*",)
    return (pattern, own) if joint else (pattern,)


def _digest_marks(beginnings: Iterable[str]) -> Iterable[bytes]:
    for text in beginnings:
        quoted = json.dumps(text)[1:-1]
        for key in ("digest", "previous_digest"):
            yield f'"{key}":"{quoted}'.encode("ascii")
            yield f'"{key}":"sha256:{quoted}'.encode("ascii")


def _text_marks(text: str) -> tuple[bytes, ...]:
    escaped = json.dumps(text)[1:-1]
    return tuple({escaped.encode("ascii"): None, text.encode("ascii", "ignore") if text.isascii() else escaped.encode("ascii"): None})
