"""What ``check`` found, for a person: each finding with its line and a mark under it, and what all of them come to. Pure: lines of text."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from skillpod.cli import rulebook
from skillpod.cli.checkup import Checked
from skillpod.cli.faults import SEVERITY_STYLES, Line, Span
from skillpod.cli.quantities import counted
from skillpod.cli.render import safe
from skillpod.lifecycle.places import Place, source_line
from skillpod.model.finding import Finding, Verdict

MANY = 10
"""Findings after which a table says how many there are of each rule."""

_VERDICT_STYLES = {Verdict.ALLOW: "green", Verdict.REVIEW: "yellow", Verdict.DENY: "red"}
_DECISION_STYLES = {"admit": "green", "hold": "yellow", "refuse": "red"}
_TAB = "    "
_CUT = "…"


def checked_lines(one: Checked, *, room: int) -> Iterator[Line]:
    """All that is to say of one skill; nothing, if there is nothing. ``room`` is how many columns a line of its source may take."""
    explained: set[str] = set()
    for finding in one.findings:
        yield from _accepted_lines(one, finding) if finding.suppressed else _finding_lines(one, finding, room, explained)
        yield ()
    if one.decision:
        by = f", by rule {one.rule}" if one.rule else ""
        yield ((one.name, "bold"), ": the policy would ", (one.decision, _DECISION_STYLES[one.decision]), by)
        yield from ((("  - ", "dim"), str(reason)) for reason in one.because)


def _finding_lines(one: Checked, finding: Finding, room: int, explained: set[str]) -> Iterator[Line]:
    """What, where, the line itself with a mark under it, why (the first time), and what to do."""
    style = SEVERITY_STYLES[finding.severity]
    yield ((f"{finding.severity.value}[{finding.rule}]", style), (f": {finding.message}", "bold"))
    yield (("  --> ", "blue"), where(one, finding))
    margin = " " * len(str(finding.line or ""))
    text = source_line(one.files, Place(finding.file, finding.line, finding.column))
    if text.strip():
        shown, before, length = excerpt(text, finding.column, finding.end_column, room=room - len(margin) - len(" | ") - 1)
        yield ((f" {margin} |", "blue"),)
        yield ((f" {finding.line} | ", "blue"), shown)
        yield ((f" {margin} | ", "blue"), " " * before, ("^" * length, style))
    if finding.rule in rulebook.rules() and finding.rule not in explained:
        explained.add(finding.rule)
        yield ((f" {margin} = why: ", "blue"), rulebook.page(finding.rule).why)
    if finding.fix:
        yield ((f" {margin} = fix: ", "blue"), finding.fix)


def _accepted_lines(one: Checked, finding: Finding) -> Iterator[Line]:
    accepted = finding.suppressed
    if accepted is not None:
        yield ((f"accepted[{finding.rule}]", "dim"), (f": {finding.message}", "dim"))
        yield (("  --> ", "dim"), (where(one, finding), "dim"))
        yield (("  = ", "dim"), (f"by {accepted.by} until {accepted.until}: {accepted.reason}", "dim"))


def where(one: Checked, finding: Finding) -> str:
    """``skills/demo/handler.py:3:5``: what an editor or a terminal opens."""
    path = one.path_of(finding)
    return f"{path}:{finding.line}:{finding.column}" if finding.line else path


# --- a line of source --------------------------------------------------------------------------------------------------------------


def excerpt(text: str, column: int, end_column: int, *, room: int) -> tuple[str, int, int]:
    """A line as a terminal shows it, cut around what is meant when it does not fit; how many cells stand before that, and how many it has.

    ``column`` and ``end_column`` are a finding's. Tabs become blanks, what can't be shown becomes an escape, wide characters count two.
    """
    room = max(room, 20)
    start = min(max(column, 1) - 1, len(text))
    end = min(max(end_column - 1, start + 1), max(len(text), 1))
    first, last = 0, len(text)
    if not _fits(text, room):
        first = 0 if _fits(text[:end], room - len(_CUT)) else _back(text, start, room // 3)
        last = _forward(text, first, room - 2 * len(_CUT))
    opening, closing = _CUT if first else "", _CUT if last < len(text) else ""
    shown = opening + "".join(map(_shown, text[first:last])) + closing
    return shown, len(opening) + _cells(text[first:start]), max(_cells(text[start : min(end, last)]), 1)


def _fits(text: str, room: int) -> bool:
    return len(text) <= room and _cells(text) <= room


def _back(text: str, index: int, room: int) -> int:
    """As far to the left as there is room; never further than as many characters, for some take none."""
    least = max(index - room, 0)
    while index > least and room >= _width(text[index - 1]):
        index -= 1
        room -= _width(text[index])
    return index


def _forward(text: str, index: int, room: int) -> int:
    most = min(index + room, len(text))
    while index < most and room >= _width(text[index]):
        room -= _width(text[index])
        index += 1
    return index


def _cells(text: str) -> int:
    return sum(map(_width, text))


def _shown(character: str) -> str:
    return _TAB if character == "\t" else safe(character)


def _width(character: str) -> int:
    """Cells of a terminal (UAX 11); what combines with the character before it takes none."""
    shown = _shown(character)
    if len(shown) != 1 or shown.isascii():
        return len(shown)
    if unicodedata.category(shown) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(shown) in ("W", "F") else 1


def notice_lines(notices: Iterable[Finding]) -> Iterator[Line]:
    """What is to say of the operator's own file."""
    for notice in notices:
        yield ((f"notice[{notice.rule}]", SEVERITY_STYLES[notice.severity]), (f": {notice.message}", "bold"))
        yield (("  --> ", "blue"), notice.file)
        yield (("   = fix: ", "blue"), notice.fix)
        yield ()


# --- all of them -------------------------------------------------------------------------------------------------------------------


def rule_rows(checked: Sequence[Checked]) -> list[Sequence[Span | str]]:
    """How many there are of each rule, when there are many: the worst and most first."""
    found = [finding for one in checked for finding in one.findings if finding.suppressed is None]
    if len(found) <= MANY:
        return []
    counts = Counter((finding.severity, finding.rule) for finding in found)
    order = list(SEVERITY_STYLES)
    ranked = sorted(counts.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1]))
    return [(rule, (severity.value, SEVERITY_STYLES[severity]), str(count), title(rule)) for (severity, rule), count in ranked]


def title(rule: str) -> str:
    """A rule, or what was found before the audit, in a few words; for the code of any other error, the code's."""
    if rule in rulebook.NO_RULES:
        return rulebook.NO_RULES[rule][0]
    return rulebook.page(rule).title if rule in rulebook.rules() else rule.replace("_", " ").capitalize()


def summary(checked: Sequence[Checked]) -> Line:
    counts = {verdict: sum(one.verdict is verdict for one in checked) for verdict in Verdict}
    told: list[Span] = [(f"{count} {verdict.value}", _VERDICT_STYLES[verdict]) for verdict, count in counts.items() if count]
    accepted = sum(finding.suppressed is not None for one in checked for finding in one.findings)
    if accepted:
        told.append((f"{counted(accepted, 'finding')} accepted", "dim"))
    spaced = [piece for one in told for piece in (one, ", ")][:-1]
    return (f"checked {counted(len(checked), 'skill')}{': ' if spaced else ''}", *spaced)


def hint(checked: Iterable[Checked]) -> Line:
    """Where more is to be had; empty when no rule of the audit spoke."""
    known = rulebook.rules()
    told = [finding for one in checked for finding in one.findings if finding.rule in known and finding.suppressed is None]
    worst = min(told, key=lambda finding: list(SEVERITY_STYLES).index(finding.severity), default=None)
    return (("more about a rule: ", "dim"), (f"skillpod explain {worst.rule}", "cyan")) if worst else ()
