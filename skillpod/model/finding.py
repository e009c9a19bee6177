"""What the static examination of a bundle saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.model.comparison import Comparison
from skillpod.model.digest import Digest
from skillpod.model.record import from_json, to_json


class Verdict(Enum):
    ALLOW = "allow"
    REVIEW = "review"
    DENY = "deny"


class Severity(Enum):
    """What one finding does to the verdict: notice nothing, review asks for a person, deny ends it."""

    NOTICE = "notice"
    REVIEW = "review"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A person's word that one finding of one skill is accepted: until a day (ISO 8601; that day included), under one version of the rules,
    and only while the code it stands in is what it was. It comes from the operator, never from the skill."""

    rule: str
    skill: str
    subject: str
    fingerprint: str
    ruleset: int
    by: str
    reason: str
    until: str

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing seen. ``line`` counts from 1, ``column`` in characters from 1; 0 means the whole file. ``end_column`` is the one after the
    last that is meant, in the same line; 0 where that is not known. ``fix`` says what to do; ``subject`` is what the finding is about,
    resolved: ``os.popen``, ``__globals__``, ``api.example.com``. ``fingerprint`` names rule, file, subject and the code around it,
    whatever lines it stands in. ``suppressed`` is the operator's acceptance, if there is one: the finding then counts for nothing."""

    rule: str
    severity: Severity
    file: str
    line: int = 0
    column: int = 0
    end_column: int = 0
    message: str
    fix: str = ""
    subject: str = ""
    fingerprint: str = ""
    suppressed: Suppression | None = None

    @property
    def at(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def as_dict(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "end_column": self.end_column,
            "message": self.message,
            "fix": self.fix,
            "subject": self.subject,
            "fingerprint": self.fingerprint,
            "suppressed": self.suppressed.as_dict() if self.suppressed else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CapabilityUse:
    """A capability the code seems to use, and where. ``resource`` is a host with its port, a program, a variable, a secret, a volume's
    name, or the path of a file that is in none; ``*`` where only running tells. ``access`` is of volumes and files; empty: not known."""

    kind: str  # "volumes" | "network" | "secrets" | "environment" | "programs"
    resource: str
    file: str
    line: int
    access: str = ""  # "read" | "write"

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "resource": self.resource, "file": self.file, "line": self.line, "access": self.access}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every finding for one digest, in a fixed order (file, line, column, rule). ``comparison`` sets ``capabilities`` beside what the
    manifest asks; it is the only such comparison, whoever shows it. ``ruleset`` is the version of the rules that made the findings."""

    digest: Digest | None
    findings: tuple[Finding, ...] = ()
    capabilities: tuple[CapabilityUse, ...] = ()
    comparison: tuple[Comparison, ...] = ()
    ruleset: int = 0

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)

    def counting(self, severity: Severity) -> Iterator[Finding]:
        """The findings of that severity which nobody has accepted."""
        return (finding for finding in self.findings if finding.severity is severity and finding.suppressed is None)

    def as_json(self) -> dict[str, Any]:
        """Every field, for ``from_json`` in another process; doors and files have shapes of their own."""
        shape: dict[str, Any] = to_json(self)
        return shape

    @classmethod
    def from_json(cls, value: object) -> Report:
        """Raises ValueError for anything that ``as_json`` never gives."""
        return from_json(cls, value)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """What findings come to; those that are accepted count for nothing."""
    worst = Verdict.ALLOW
    for finding in findings:
        if finding.suppressed is None:
            if finding.severity is Severity.DENY:
                return Verdict.DENY
            if finding.severity is Severity.REVIEW:
                worst = Verdict.REVIEW
    return worst


def badness_of(verdict: Verdict) -> int:
    """Its place among the verdicts: 0 is the best."""
    return _BADNESS[verdict.value]


_BADNESS = {verdict.value: place for place, verdict in enumerate(Verdict)}
