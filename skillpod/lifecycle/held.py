"""What a reviewer sees of a held skill: who asks for what, what would change, what was found and tried. Plain dicts, made from what is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any

from skillpod.lifecycle.pipeline import Survey
from skillpod.lifecycle.question import Question, Trial
from skillpod.model.manifest import ToolSpec

MOST_LINES = 2_000
"""Lines of differences shown for one skill; the rest is counted. ``skillpod check`` and the store have every byte."""
_AROUND = 3
"""Lines that are shown before and after a difference."""
_HUNK = re.compile(r"^@@ -([0-9]+)(,[0-9]+)? \+([0-9]+)(,[0-9]+)? @@$")
_MATCHED = 1_000
"""Lines of one text that are matched with those of another, which takes time by their square; more are told as all others."""


def held_summary(question: Question) -> dict[str, Any]:
    """One line of ``skillpod holds``."""
    hold, manifest = question.hold, question.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "digest": hold.digest,
        "asked_by": question.desired.actor,
        "since": question.since,
        "tier": manifest.tier.word,
        "rule": hold.rule,
        "needed": hold.needed,
        "given": [{"by": each.by, "reason": each.reason, "at": each.at, "until": each.until} for each in hold.given],
        "question": hold.question,
    }


def held(question: Question, before: Survey | None) -> dict[str, Any]:
    """All of ``skillpod holds NAME``; ``before`` is the version that serves, or served last."""
    survey, manifest = question.survey, question.manifest
    earlier = before.manifest if before else None
    return {
        **held_summary(question),
        "policy": question.hold.policy,
        "subject": question.hold.subject.as_dict(),
        "reasons": [reason.as_dict() for reason in question.hold.reasons],
        "author": manifest.author,
        "publisher": question.provenance.publisher,
        "keys": list(question.provenance.keys),
        "before": {"version": earlier.version, "digest": before.bundle.digest} if before and earlier else None,
        "tools": _tools(before.tools if before else (), survey.tools),
        "permissions": {
            "asked": manifest.permissions.as_dict(),
            "before": earlier.permissions.as_dict() if earlier else None,
            "tier_before": earlier.tier.word if earlier else "",
            "comparison": [row.as_dict() for row in survey.report.comparison],
        },
        "findings": [finding.as_dict() for finding in survey.report.findings],
        "update": [finding.as_dict() for finding in question.update],
        "files": list(_files(before.bundle.files if before else {}, survey.bundle.files)),
        "trial": _trial(question.trial),
    }


# --- what would change -----------------------------------------------------------------------------------------------------------


def _tools(before: tuple[ToolSpec, ...], after: tuple[ToolSpec, ...]) -> dict[str, Any]:
    old, new = {spec.name: spec for spec in before}, {spec.name: spec for spec in after}
    changed = {name: list(_tool_diff(old[name], new[name])) for name in sorted(old.keys() & new.keys())}
    return {
        "added": [{"name": name, "description": new[name].description} for name in sorted(new.keys() - old.keys())],
        "removed": sorted(old.keys() - new.keys()),
        "changed": [{"name": name, "diff": diff} for name, diff in changed.items() if diff],
    }


def _tool_diff(before: ToolSpec, after: ToolSpec) -> Iterator[str]:
    """Of everything that an agent is shown of it."""
    yield from _diff(_shown(before), _shown(after), "before", "now")


def _shown(spec: ToolSpec) -> str:
    schemas = {"input": spec.input_schema, "output": spec.output_schema, "hints": spec.hints}
    return f"{spec.description}\n{json.dumps(schemas, indent=2, sort_keys=True, ensure_ascii=False, default=dict)}\n"


def _files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    """Each file that differs, with its lines as far as there is room for them."""
    room = MOST_LINES
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        change = "added" if old is None else "removed" if new is None else "changed"
        sizes = {"bytes_before": len(old or b""), "bytes": len(new or b"")}
        if not room:
            yield {"file": name, "change": change, **sizes, "diff": [], "more": (old or b"").count(b"\n") + (new or b"").count(b"\n")}
            continue
        lines = _file_diff(name, old or b"", new or b"")
        shown = lines[:room]
        room -= len(shown)
        yield {"file": name, "change": change, **sizes, "diff": shown, "more": len(lines) - len(shown)}


def _file_diff(name: str, old: bytes, new: bytes) -> list[str]:
    if b"\0" in old or b"\0" in new:
        return []  # no text: its sizes say that it changed
    # A byte that is no UTF-8 is shown as an escape: it must not hide the text around it, which agents may be given.
    return list(_diff(old.decode(errors="backslashreplace"), new.decode(errors="backslashreplace"), f"before/{name}", f"now/{name}"))


def _diff(old: str, new: str, old_name: str, new_name: str) -> Iterator[str]:
    """As ``diff -u``; where too much differs to be matched line by line, all that went and then all that came."""
    before, after = _lines(old), _lines(new)
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    gone, came = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(gone), len(came)) <= _MATCHED:
        start, end = max(0, head - _AROUND), max(0, tail - _AROUND)  # what is alike around it is not matched again
        for line in unified_diff(before[start : len(before) - end], after[start : len(after) - end], old_name, new_name, lineterm=""):
            yield _HUNK.sub(lambda found: f"@@ -{int(found[1]) + start}{found[2] or ''} +{int(found[3]) + start}{found[4] or ''} @@", line)
        return
    yield from (f"--- {old_name}", f"+++ {new_name}", f"@@ -{head + 1},{len(gone)} +{head + 1},{len(came)} @@")
    yield from (f"-{line}" for line in gone)
    yield from (f"+{line}" for line in came)


def _lines(text: str) -> list[str]:
    """As Python and people count them: other characters that break lines are shown in theirs, and what they change is a difference."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many are the same at the beginning."""
    return next((index for index, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), min(len(before), len(after)))


def _trial(trial: Trial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    return {
        "seconds": round(trial.seconds, 3),
        "error": trial.error.as_dict() if trial.error else None,
        "tests": [
            {"tool": outcome.test.tool, "passed": outcome.error is None, "error": outcome.error.as_dict() if outcome.error else None}
            for outcome in trial.outcomes
        ],
    }
