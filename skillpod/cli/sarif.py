"""What ``check`` found as SARIF 2.1.0 (OASIS), for code scanning: one run, whatever the number of skills. Pure: a JSON value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from skillpod import __version__
from skillpod.audit.ruleset import RULESET
from skillpod.cli import rulebook
from skillpod.cli.checkup import Checked
from skillpod.cli.findings import title
from skillpod.cli.rulebook import Page
from skillpod.lifecycle.places import Place, source_line
from skillpod.model.finding import Finding, Severity, Suppression

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
"""Where relative paths begin: the directory that ``check`` was run in. Its address is not told, so that logs of two machines are equal."""

FINGERPRINT = "skillpodFinding/v1"
_SNIPPET = 400
"""Characters of a source line that are quoted."""

_LEVELS = {Severity.DENY: "error", Severity.REVIEW: "warning", Severity.NOTICE: "note"}
_SCORES = {Severity.DENY: "8.0", Severity.REVIEW: "5.0", Severity.NOTICE: "1.0"}
"""``security-severity`` as code scanning reads it: high, medium, low."""


def log(checked: Sequence[Checked], notices: Sequence[Finding] = ()) -> dict[str, Any]:
    """The whole log. ``notices`` are about the operator's file of suppressions, not about a skill."""
    rules = _rules(finding.rule for one in checked for finding in one.findings)
    index = {rule["id"]: position for position, rule in enumerate(rules)}
    seen: Counter[tuple[str, str]] = Counter()
    return {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules)},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {ROOT: {"description": {"text": "The directory that skillpod check was run in."}}},
                "invocations": [_invocation(notices)],
                "results": [_result(one, finding, index, seen) for one in checked for finding in one.findings],
                "properties": {"ruleset": RULESET, "skills": [_skill(one) for one in checked]},
            }
        ],
    }


def _driver(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": "skillpod", "version": __version__, "semanticVersion": __version__, "rules": rules, "properties": {"ruleset": RULESET}}


def _skill(one: Checked) -> dict[str, Any]:
    decided = {"decision": one.decision, "rule": one.rule} if one.decision else {}
    return {"path": str(one.path), "name": one.name, "digest": one.digest, "verdict": one.verdict.value, **decided}


def _invocation(notices: Sequence[Finding]) -> dict[str, Any]:
    told = [
        {
            "level": "note",
            "descriptor": {"id": notice.rule},
            "message": {"text": notice.message},
            "locations": [_location(notice.file, notice)],
        }
        for notice in notices
    ]
    return {"executionSuccessful": True, **({"toolConfigurationNotifications": told} if told else {})}


# --- rules -------------------------------------------------------------------------------------------------------------------------


def _rules(used: Iterable[str]) -> list[dict[str, Any]]:
    """Every rule that has a page, then the codes of faults that were seen besides."""
    known = rulebook.rules()
    return [*(_rule(rulebook.page(rule)) for rule in known), *(_code(code) for code in sorted(set(used) - set(known)))]


def _rule(page: Page) -> dict[str, Any]:
    worst = page.severities[0]
    cwe = [f"external/cwe/{page.cwe.lower()}"] if page.cwe else []
    address = {"helpUri": f"https://cwe.mitre.org/data/definitions/{page.cwe.removeprefix('CWE-')}.html"} if page.cwe else {}
    return {
        "id": page.rule,
        "name": "".join(word[:1].upper() + word[1:] for word in "".join(c if c.isalnum() else " " for c in page.title).split()),
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.seen},
        "help": {
            "text": f"{page.seen}\n\n{page.sections['Why']}\n\n{page.sections['What to do']}\n\n{page.accepting}",
            "markdown": page.text,
        },
        **address,
        "defaultConfiguration": {"level": _LEVELS[worst]},
        "properties": {"tags": ["security", "agent-skills", page.rule.partition("-")[0], *cwe], "security-severity": _SCORES[worst]},
    }


def _code(code: str) -> dict[str, Any]:
    return {"id": code, "shortDescription": {"text": title(code)}, "properties": {"tags": ["agent-skills"]}}


# --- results -----------------------------------------------------------------------------------------------------------------------


def _result(one: Checked, finding: Finding, index: Mapping[str, int], seen: Counter[tuple[str, str]]) -> dict[str, Any]:
    path = one.path_of(finding)
    fix = f"\nWhat to do: {finding.fix}" if finding.fix else ""
    place = {"locations": [_location(path, finding, source_line(one.files, Place(finding.file, finding.line)))]}
    seen[path, finding.fingerprint] += 1
    prints = (
        {"partialFingerprints": {FINGERPRINT: f"{finding.fingerprint}:{seen[path, finding.fingerprint]}"}} if finding.fingerprint else {}
    )
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + fix},
        **place,
        **prints,
        "suppressions": [_suppression(finding.suppressed)] if finding.suppressed else [],
        "properties": {"skill": one.name, "severity": finding.severity.value, "subject": finding.subject},
    }


def _location(path: str, finding: Finding, line: str = "") -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if finding.line:
        physical["region"] = _region(finding, line)
    return {"physicalLocation": physical}


def _artifact(path: str) -> dict[str, Any]:
    if Path(path).is_absolute():
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(Path(path).as_posix()), "uriBaseId": ROOT}


def _region(finding: Finding, line: str) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": finding.line}
    if finding.column:
        region["startColumn"] = finding.column
    if finding.end_column > finding.column:
        region["endColumn"] = finding.end_column
    if line:
        region["snippet"] = {"text": line[:_SNIPPET]}
    return region


def _suppression(accepted: Suppression) -> dict[str, Any]:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": accepted.reason,
        "properties": {"by": accepted.by, "until": accepted.until, "ruleset": accepted.ruleset},
    }
