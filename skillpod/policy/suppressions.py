"""Findings that the operator's people have accepted, each by a person, for a reason, until a day. Never read from a skill's own folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from skillpod.documents import did_you_mean, read_operators
from skillpod.errors import DocumentInvalid
from skillpod.model.finding import Finding, Report, Severity, Suppression

FILE = "suppressions.yaml"
"""What it is called in a folder of policies."""

SCHEMA = "policy/suppressions.schema.json"
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What the audit says of its rules: their ids, and why findings of one can't be accepted (or nothing)."""

    known: Collection[str]
    why_firm: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Suppressions:
    """The file as it was read; ``name`` is what notices call it."""

    name: str = FILE
    entries: tuple[Suppression, ...] = ()

    def applied(self, report: Report, *, skill: str, today: date) -> tuple[Report, tuple[Finding, ...]]:
        """The report with what is accepted marked, and a notice for each entry about this skill that holds for nothing. Of several
        entries for one finding, the last that holds counts."""
        mine = [(index, entry) for index, entry in enumerate(self.entries) if entry.skill == skill]
        if not mine:
            return report, ()
        holding = {_key(entry): entry for _, entry in mine if not _lapsed(entry, report, today)}
        findings = tuple(replace(finding, suppressed=holding.get(_key(finding))) for finding in report.findings)
        used = {_key(finding) for finding in findings if finding.suppressed}
        notices = [self._notice(index, entry, _lapsed(entry, report, today)) for index, entry in mine if _key(entry) not in used]
        return replace(report, findings=findings), tuple(notices)

    def _notice(self, index: int, entry: Suppression, lapsed: tuple[str, str] | None) -> Finding:
        rule, why = lapsed or ("suppression_unmatched", "there is no such finding any more: it is gone, or the code around it has changed")
        return Finding(
            rule=rule,
            severity=Severity.NOTICE,
            file=self.name,
            message=f"accepted[{index}]: {entry.rule} of {entry.skill} ({entry.subject}), by {entry.by}: {why}",
            fix="remove the entry, or look at the finding again and accept it anew with `skillpod suppress`",
            subject=entry.fingerprint,
        )


NONE = Suppressions()


def day(epoch: float) -> date:
    """The day of a moment, in UTC."""
    return datetime.fromtimestamp(epoch, UTC).date()


def _key(one: Finding | Suppression) -> tuple[str, str, str]:
    return one.rule, one.subject, one.fingerprint


def _lapsed(entry: Suppression, report: Report, today: date) -> tuple[str, str] | None:
    if date.fromisoformat(entry.until) < today:
        return "suppression_expired", f"it held until {entry.until}"
    if entry.ruleset != report.ruleset:
        return "suppression_outdated", f"it was accepted under version {entry.ruleset} of the rules, and this is version {report.ruleset}"
    return None


# --- reading -----------------------------------------------------------------------------------------------------------------------


def read_suppressions(text: bytes, *, name: str, schema: bytes, rules: Rulebook, today: date) -> Suppressions:
    """The suppressions in a YAML text; ``name`` is what faults call it, ``schema`` the text of SCHEMA.

    Raises PolicyUnreadable with every fault as a reason: unknown keys and rules, rules that nobody can set aside, days that are none or
    more than a year ahead, one thing accepted twice.
    """
    value = read_operators(text, name=name, schema=schema, faults=lambda value: _faults(value["accepted"] or (), name, rules, today))
    return Suppressions(name, tuple(Suppression(**entry) for entry in value["accepted"] or ()))


def _faults(entries: Sequence[Mapping[str, Any]], name: str, rules: Rulebook, today: date) -> Iterator[DocumentInvalid]:
    seen: dict[tuple[str, ...], int] = {}
    for index, entry in enumerate(entries):
        at = f"{name}:accepted[{index}]"
        rule = entry["rule"]
        firm = rules.why_firm(rule)
        if rule not in rules.known:
            hint = did_you_mean(rule, rules.known) or "`skillpod explain` lists the rules"
            yield DocumentInvalid(f"there is no rule {rule!r}", at=f"{at}.rule", hint=hint)
        elif firm:
            yield DocumentInvalid(f"findings of {rule} can't be accepted: {firm}", at=f"{at}.rule", hint="remove the entry")
        why = until_fault(entry["until"], today)
        if why:
            yield DocumentInvalid(why, at=f"{at}.until", hint=f"write a day up to {today + LONGEST}")
        key = tuple(str(entry[part]) for part in ("skill", "rule", "subject", "fingerprint", "ruleset", "until"))
        if key in seen:
            yield DocumentInvalid(f"accepted[{seen[key]}] accepts the same finding until the same day", at=at, hint="keep one of them")
        seen.setdefault(key, index)


def until_fault(text: str, today: date) -> str:
    """Why an acceptance can't hold until that day, or the empty string. A day that is over is no fault: the entry has expired."""
    try:
        until = date.fromisoformat(text)
    except ValueError:
        return f"{text!r} is not a day"
    return f"{text} is more than a year ahead" if until > today + LONGEST else ""
