"""An entry as one line of ArcSight's Common Event Format, CEF:0 (Implementation Standard, version 25). Pure.

Text that a skill wrote stays inside its value: what ends a value, a header's field or a line is escaped as the standard says, and what
a reader might take for a line's end or might not show is written as a visible escape.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from skillpod.journal.entry import Recorded
from skillpod.journal.report.meaning import FACTS
from skillpod.journal.report.weight import Weight, weight
from skillpod.model.names import exported_name

_SEVERITIES = {Weight.INFORMATIONAL: 1, Weight.LOW: 3, Weight.MEDIUM: 5, Weight.HIGH: 8}
"""CEF has 0 to 3 for low, 4 to 6 for medium, 7 and 8 for high."""
_LONGEST = 1023
"""Characters of a value: the standard's limit for ``msg``, ``reason`` and ``suser``."""
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def line(recorded: Recorded, *, version: str) -> str:
    """The event of an entry, with its newline. ``version`` is ours."""
    entry = recorded.entry
    headers = ("CEF:0", "skillpod", "skillpod", version, entry.fact.value, FACTS[entry.fact])
    head = "|".join(map(_header, headers))
    values = " ".join(f"{key}={_value(value)}" for key, value in _values(recorded) if value)
    return f"{head}|{_SEVERITIES[weight(entry)]}|{values}\n"


def _values(recorded: Recorded) -> Iterator[tuple[str, str]]:
    entry = recorded.entry
    yield "rt", str(round(recorded.ts * 1000))
    yield "externalId", str(recorded.seq)
    yield "dvchost", recorded.node
    yield "cat", entry.fact.value
    yield "suser", entry.actor
    yield "act", str(entry.details.get("act", "")) or (exported_name(entry.skill, entry.tool) if entry.tool else "")
    yield "outcome", entry.outcome or entry.decision
    yield "reason", str(entry.error.get("code", ""))
    yield "msg", entry.reason or str(entry.error.get("message", ""))
    yield "fileHash", entry.digest
    yield from _custom(
        "cs", {"skill": entry.skill, "version": entry.version, "tool": entry.tool, "rule": entry.rule, "policy": entry.policy}
    )
    yield from _custom("cs", {"session": str(entry.caller.get("session", ""))}, start=6)
    yield from _custom("cn", {"generation": _number(entry.generation), "previous": _number(entry.previous)})
    yield from _custom("cn", {"milliseconds": _number(round(entry.duration * 1000))}, start=3)


def _custom(kind: str, values: dict[str, str], *, start: int = 1) -> Iterator[tuple[str, str]]:
    """The standard's numbered fields, each with the label that says what it is."""
    for number, (label, value) in enumerate(values.items(), start):
        if value:
            yield f"{kind}{number}", value
            yield f"{kind}{number}Label", label


def _number(value: int) -> str:
    return str(value) if value else ""


def _header(text: str) -> str:
    return _visible(text, keep="").replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str) -> str:
    escaped = _visible(text[:_LONGEST], keep="\r\n").replace("\\", "\\\\").replace("=", "\\=")
    return escaped.replace("\r", "\\r").replace("\n", "\\n")


def _visible(text: str, *, keep: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each in keep or unicodedata.category(each) not in _UNSEEN else _escape(each) for each in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
