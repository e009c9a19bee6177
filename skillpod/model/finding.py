"""What the static examination of a bundle saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.model.comparison import Comparison
from skillpod.model.digest import Digest


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
class Finding:
    """One thing seen. ``line`` counts from 1, ``column`` from 1; 0 means the whole file. ``fix`` says what to do; ``subject`` is what the
    finding is about, resolved: ``os.popen``, ``__globals__``, ``api.example.com``."""

    rule: str
    severity: Severity
    file: str
    line: int = 0
    column: int = 0
    message: str
    fix: str = ""
    subject: str = ""

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
            "message": self.message,
            "fix": self.fix,
            "subject": self.subject,
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
    manifest asks; it is the only such comparison, whoever shows it."""

    digest: Digest | None
    findings: tuple[Finding, ...] = ()
    capabilities: tuple[CapabilityUse, ...] = ()
    comparison: tuple[Comparison, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The worst of them."""
    severities = {finding.severity for finding in findings}
    if Severity.DENY in severities:
        return Verdict.DENY
    return Verdict.REVIEW if Severity.REVIEW in severities else Verdict.ALLOW
