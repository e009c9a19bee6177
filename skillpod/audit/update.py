"""UPD: what changed between the version that was admitted and the one that is offered in its place.

These findings are of the update, not of a digest: the same bytes have none when nothing stands before them. Pure: two versions in, findings
out. A review is for what a standing decision rests on; text and schemas that change are a review where a signed release keeps its version
number, and else told: an author at work edits them all day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from packaging.version import InvalidVersion
from packaging.version import Version as Number

from skillpod.audit.comparison import asks
from skillpod.model.capability import Access, Permissions
from skillpod.model.comparison import Comparison, Standing, places
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.model.provenance import UNSIGNED, Provenance

MAX_CHANGES = 64
_SHOWN = 90
_MANIFEST = "manifest.yaml"
_PROMISES = ("read_only", "destructive")
"""Hints by which clients decide whether to ask a person before a call: either way, what was agreed to was something else."""
_CARE: dict[object, int] = {"never": 0, "first": 1, "always": 2}
_MOST_CARE = 2
_UNNUMBERED = "0.0.0"
"""What a SKILL.md without a version counts as: it can't be raised."""

_ANEW = "a person must agree; `skillpod unmount NAME` and then `skillpod reload NAME` let it be decided as a new skill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version, as agents, people and policies know it. ``manual`` is what its instructions say."""

    manifest: Manifest
    tools: tuple[ToolSpec, ...]
    comparison: tuple[Comparison, ...] = ()
    manual: str = ""
    provenance: Provenance = UNSIGNED


def changes(before: Version, after: Version) -> tuple[Finding, ...]:
    """What an update changes of all that somebody may have agreed to, the worst first; empty when nothing of that did."""
    found = list(_Update(before, after).findings())
    found.sort(key=lambda finding: finding.severity is not Severity.REVIEW)
    if len(found) <= MAX_CHANGES:
        return tuple(found)
    more = Finding(
        rule="UPD-003",
        severity=found[MAX_CHANGES].severity,
        file=_MANIFEST,
        message=f"there are {len(found) - MAX_CHANGES} more changes, which are not shown",
        subject="changes",
    )
    return (*found[:MAX_CHANGES], more)


def unreadable(why: str) -> Finding:
    """Of an update whose version before can't be had: less evidence is no leave."""
    message = f"the version that was admitted before can't be read ({why}), so what this update changes is not known"
    return Finding(rule="UPD-009", severity=Severity.REVIEW, file=_MANIFEST, message=message, fix=_ANEW, subject="update")


class _Update:
    def __init__(self, before: Version, after: Version) -> None:
        self._before = before
        self._after = after
        self._raised = _order(before.manifest.version, after.manifest.version)
        is_release = before.provenance.is_signed or after.provenance.is_signed
        is_numbered = after.manifest.version != _UNNUMBERED
        self._told = Severity.REVIEW if is_release and is_numbered and self._raised <= 0 else Severity.NOTICE

    def findings(self) -> Iterator[Finding]:
        yield from self._rights()
        yield from self._packages()
        yield from self._people()
        yield from self._number()
        yield from self._texts()
        yield from self._tools()
        yield from self._uses()

    # --- what a decision rests on ------------------------------------------------------------------------------------------------

    def _rights(self) -> Iterator[Finding]:
        before, after = self._before.manifest, self._after.manifest
        if after.tier > before.tier:
            yield self._review("UPD-001", f"the tier is raised: {before.tier.word} -> {after.tier.word}", "tier")
        held = set(_rights(before.permissions))
        for kind, right in _rights(after.permissions):
            if (kind, right) not in held:
                had = ", ".join(name for of, name in sorted(held) if of == kind) or "nothing"
                message = f"`permissions.{kind}` is widened: {_cut(had)} -> also {_cut(right)}"
                yield self._review("UPD-001", message, f"permissions.{kind} {right}")

    def _packages(self) -> Iterator[Finding]:
        """What of others comes along: another wheel is other code."""
        before = {ask.name: ask for ask in self._before.manifest.requires.packages}
        for ask in self._after.manifest.requires.packages:
            old = before.get(ask.name)
            if old is None:
                yield self._review("UPD-010", f"the package {ask.name} {ask.version} is new", ask.name)
            elif old.version != ask.version:
                yield self._review("UPD-010", f"the package {ask.name} is another version: {old.version} -> {ask.version}", ask.name)
            elif not set(ask.hashes) <= set(old.hashes):
                yield self._review("UPD-010", f"the package {ask.name} {ask.version} may be another wheel than before", ask.name)
            elif ask.is_native and not old.is_native:
                yield self._review("UPD-010", f"the package {ask.name} {ask.version} has machine code now", ask.name)

    def _people(self) -> Iterator[Finding]:
        before, after = self._before, self._after
        if before.manifest.author != after.manifest.author:
            message = f"the author changed: {_quoted(before.manifest.author)} -> {_quoted(after.manifest.author)}"
            yield self._review("UPD-002", message, "author")
        if before.provenance.is_signed and _signer(before.provenance) != _signer(after.provenance):
            message = f"the signature changed: {_cut(_signer(before.provenance))} -> {_cut(_signer(after.provenance))}"
            yield self._review("UPD-002", message, "signature")

    def _number(self) -> Iterator[Finding]:
        if self._raised < 0:
            message = f"the version is lowered: {self._before.manifest.version} -> {self._after.manifest.version}"
            fix = "give it a higher version; to return to an earlier one, `skillpod rollback NAME`"
            yield _finding("UPD-007", Severity.REVIEW, _MANIFEST, message, fix, "version")

    # --- what agents read --------------------------------------------------------------------------------------------------------

    def _texts(self) -> Iterator[Finding]:
        before, after = self._before, self._after
        if before.manifest.description != after.manifest.description:
            change = _change(before.manifest.description, after.manifest.description)
            yield self._tell("UPD-003", _MANIFEST, f"the skill's description changed: {change}", "description")
        if before.manual != after.manual:
            change = _change(before.manual, after.manual)
            yield self._tell("UPD-003", after.manifest.instructions, f"the manual for agents changed: {change}", "instructions")

    def _tools(self) -> Iterator[Finding]:
        before = {tool.name: tool for tool in self._before.tools}
        after = {tool.name: tool for tool in self._after.tools}
        for name in sorted(before.keys() | after.keys()):
            if name not in after:
                yield self._tell("UPD-005", _MANIFEST, f"the tool `{name}` is gone", name)
            elif name not in before:
                yield self._tell("UPD-005", self._file(after[name]), f"there is a new tool `{name}`", name)
            else:
                yield from self._tool(before[name], after[name])

    def _tool(self, before: ToolSpec, after: ToolSpec) -> Iterator[Finding]:
        name, file = after.name, self._file(after)
        if before.description != after.description:
            message = f"the description of `{name}` changed: {_change(before.description, after.description)}"
            yield self._tell("UPD-003", file, message, name)
        for what, old, new in (("takes", before.input_schema, after.input_schema), ("returns", before.output_schema, after.output_schema)):
            for change in _schema_changes(old or {}, new or {}):
                yield self._tell("UPD-004", file, f"what `{name}` {what} changed: {change}", name)
        yield from self._hints(before, after)

    def _hints(self, before: ToolSpec, after: ToolSpec) -> Iterator[Finding]:
        for hint in sorted(before.hints.keys() | after.hints.keys()):
            old, new = before.hints.get(hint), after.hints.get(hint)
            if old == new:
                continue
            message = f"`{hint}` of `{after.name}` changed: {_said(old)} -> {_said(new)}"
            if hint in _PROMISES or (hint == "approval" and _CARE.get(new, _MOST_CARE) < _CARE.get(old, _MOST_CARE)):
                yield _finding("UPD-006", Severity.REVIEW, self._file(after), message, _ANEW, f"{after.name} {hint}")
            else:
                yield self._tell("UPD-006", self._file(after), message, f"{after.name} {hint}")

    # --- what the code does ------------------------------------------------------------------------------------------------------

    def _uses(self) -> Iterator[Finding]:
        before = {(row.kind, row.resource) for row in self._before.comparison if row.used}
        for row in self._after.comparison:
            if row.used and row.standing is not Standing.FREE and (row.kind, row.resource) not in before:
                message = f"the code now uses {row.kind}: {_cut(row.words)} ({row.standing.value}, in {places(row.used)})"
                file, _, line = row.used[0].rpartition(":")
                yield replace(
                    _finding("UPD-008", Severity.NOTICE, file, message, "", f"{row.kind} {row.resource}"), line=int(line), column=1
                )

    # --- words -------------------------------------------------------------------------------------------------------------------

    def _file(self, tool: ToolSpec) -> str:
        return tool.script.file if tool.script else self._after.manifest.entry

    def _review(self, rule: str, message: str, subject: str) -> Finding:
        return _finding(rule, Severity.REVIEW, _MANIFEST, message, _ANEW, subject)

    def _tell(self, rule: str, file: str, message: str, subject: str) -> Finding:
        if self._told is Severity.NOTICE:
            return _finding(rule, self._told, file, message, "", subject)
        fix = f"raise the version above {self._before.manifest.version}: a signed release does not change under its number"
        return _finding(rule, self._told, file, f"{message}, and the version did not rise", fix, subject)


def _finding(rule: str, severity: Severity, file: str, message: str, fix: str, subject: str) -> Finding:
    return Finding(rule=rule, severity=severity, file=file, message=message, fix=fix, subject=subject)


def _order(before: str, after: str) -> int:
    """1 when the version is raised, 0 when it is the same, -1 when it is lowered."""
    try:
        old, new = Number(before), Number(after)
    except InvalidVersion:
        return 0
    return (new > old) - (new < old)


def _rights(permissions: Permissions) -> Iterator[tuple[str, str]]:
    """Each right by itself: to write is one more than to read."""
    for kind, name, _ in asks(permissions):
        yield kind, name
    yield from (("volumes", f"{ask.name} (write)") for ask in sorted(permissions.volumes) if ask.access == Access.WRITE.value)


def _signer(provenance: Provenance) -> str:
    return provenance.publisher or ", ".join(provenance.keys) or "unsigned"


# --- old and new -----------------------------------------------------------------------------------------------------------------


def _schema_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """In words, parameter by parameter; what no parameter explains is said to have changed."""
    if before == after:
        return
    old, new = before.get("properties") or {}, after.get("properties") or {}
    told = False
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"`{_cut(name)}` is gone"
        elif name not in old:
            yield f"`{_cut(name)}` is new"
        elif old[name] != new[name]:
            yield _property_change(name, old[name], new[name])
        else:
            continue
        told = True
    required = sorted(set(map(str, before.get("required") or ())) ^ set(map(str, after.get("required") or ())))
    both = [name for name in required if name in old and name in new]
    if both:
        yield f"`{'`, `'.join(map(_cut, both))}` {'are' if len(both) > 1 else 'is'} required, or no longer"
    elif not told:
        yield _change(repr(before), repr(after))


def _property_change(name: str, old: Any, new: Any) -> str:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        plain = [{key: value for key, value in shape.items() if key != "description"} for shape in (old, new)]
        if plain[0] == plain[1]:
            return f"the description of `{_cut(name)}`: {_change(str(old.get('description', '')), str(new.get('description', '')))}"
        return f"`{_cut(name)}`: {_change(str(plain[0]), str(plain[1]))}"
    return f"`{_cut(name)}`: {_change(str(old), str(new))}"


def _change(old: str, new: str) -> str:
    """Both, from shortly before they begin to differ."""
    start = next((index for index, (left, right) in enumerate(zip(old, new, strict=False)) if left != right), min(len(old), len(new)))
    begin = max(0, start - _SHOWN // 3)
    return f"{_quoted(old, begin)} -> {_quoted(new, begin)}"


def _quoted(text: str, begin: int = 0) -> str:
    return f'"{"..." if begin else ""}{_cut(text[begin:])}"'


def _cut(text: str) -> str:
    """At most so long, on one line, and nothing in it that can't be seen: that is named by its code point."""
    shown = "".join(char if char.isprintable() else " " if char in "\n\t" else f"<U+{ord(char):04X}>" for char in text[: _SHOWN + 1])
    return shown if len(text) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _said(value: Any) -> str:
    return "not said" if value is None else _cut(str(value))
