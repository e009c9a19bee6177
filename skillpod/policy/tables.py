"""Tests of a policy as tables: what is asked, what must come of it, and what did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from skillpod.documents import read_operators
from skillpod.errors import DocumentInvalid
from skillpod.model.access import ToolAccess
from skillpod.model.approval import Answer, Approval
from skillpod.model.capability import Isolation, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.digest import value_digest
from skillpod.model.finding import Finding, Report, Severity, Verdict
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import UNSIGNED, Provenance
from skillpod.policy.access import access
from skillpod.policy.decide import decide
from skillpod.policy.document import Policy
from skillpod.policy.request import Request
from skillpod.policy.rule_document import permissions_of

SCHEMA = "policy/tests.schema.json"

_NOW = 1_000_000_000.0
_DIGEST = value_digest("the version that is asked about")
_ANOTHER = value_digest("another version")
_ONE_OF_EACH = Permissions(
    volumes=frozenset({VolumeAsk("data", "read")}),
    network=frozenset({NetworkAsk("example.com", (443,))}),
    secrets=frozenset({"TOKEN"}),
    environment=frozenset({"TZ"}),
    programs=frozenset({"git"}),
)
_SEVERITIES = {Verdict.REVIEW: Severity.REVIEW, Verdict.DENY: Severity.DENY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One row of a table after it was tried. ``expected`` and ``got`` are words by what they are about (``outcome``, ``rule``, ...) and
    hold only what the row expects; ``rule`` is the one that spoke, ``why`` what it said."""

    name: str
    at: str
    expected: Mapping[str, str]
    got: Mapping[str, str]
    rule: str
    why: str

    @property
    def differs(self) -> tuple[str, ...]:
        return tuple(about for about, wanted in self.expected.items() if self.got[about] != wanted)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "at": self.at,
            "expected": dict(self.expected),
            "got": dict(self.got),
            "rule": self.rule,
            "why": self.why,
            "differs": list(self.differs),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one document, as they stand there. ``policy`` is the name of the one they are about."""

    name: str
    policy: str
    cases: Sequence[Mapping[str, Any]]
    access: Sequence[Mapping[str, Any]]

    def tried(self, policy: Policy) -> Iterator[Result]:
        """Each row, in the order of the document."""
        for index, case in enumerate(self.cases):
            decision = decide(request_of(case, policy), policy)
            yield _decided(case, decision, policy, at=f"{self.name}:cases[{index}]")
        for index, row in enumerate(self.access):
            found = access(policy, principal=row["principal"], roles=tuple(row.get("roles", ())), tool=row["tool"])
            yield _allowed(row, found.refined({"approval": row.get("approval", "never")}), at=f"{self.name}:access[{index}]")


def read_table(text: bytes, *, name: str, schema: bytes) -> Table:
    """The tests in a YAML text; ``name`` is what faults call it, ``schema`` the text of SCHEMA. Raises PolicyUnreadable with every fault
    as a reason."""
    value = read_operators(text, name=name, schema=schema, faults=lambda value: _faults(value, name))
    return Table(name=name, policy=value["policy"], cases=value.get("cases", ()), access=value.get("access", ()))


def _faults(value: Mapping[str, Any], name: str) -> Iterator[DocumentInvalid]:
    if not value.get("cases") and not value.get("access"):
        yield DocumentInvalid("there is nothing to try", at=name, hint="add `cases`, or `access`")


# --- what is asked -----------------------------------------------------------------------------------------------------------------------


def request_of(case: Mapping[str, Any], policy: Policy) -> Request:
    """The request of a row. Answers are bound to the question that this policy has."""
    skill = case.get("skill", {})
    publisher = case.get("signed_by", "")
    asked = Request(
        manifest=Manifest(
            name=skill.get("name", "some_skill"),
            version=skill.get("version", "1.0.0"),
            description="A skill of a table of tests.",
            author=skill.get("author", "Somebody"),
            tier=Tier.of(skill.get("tier", Tier.READ_ONLY.word)),
            permissions=_permissions(skill.get("permissions", ())),
        ),
        report=_report(Verdict(case.get("verdict", Verdict.ALLOW.value))),
        provenance=Provenance(publisher=publisher, keys=("key",)) if publisher else UNSIGNED,
        digest=_DIGEST,
        evidence=value_digest(publisher),
        now=_NOW,
        requester=case.get("requester", "folder"),
        roles=tuple(case.get("roles", ())),
        environment=case.get("environment", ""),
        isolation=Isolation(case.get("isolation", Isolation.JAIL.value)),
    )
    return replace(asked, approvals=tuple(_approval(each, asked, policy) for each in case.get("approvals", ())))


def _permissions(said: Sequence[str] | Mapping[str, Any]) -> Permissions:
    if isinstance(said, Mapping):
        return permissions_of(said)
    return Permissions(**{kind: getattr(_ONE_OF_EACH, kind) for kind in said})


def _report(verdict: Verdict) -> Report:
    if verdict is Verdict.ALLOW:
        return Report(digest=_DIGEST)
    finding = Finding(rule="TEST", severity=_SEVERITIES[verdict], file="handler.py", line=1, message="as the table of tests says")
    return Report(digest=_DIGEST, findings=(finding,))


def _approval(said: str | Mapping[str, Any], asked: Request, policy: Policy) -> Approval:
    entry = {"by": said} if isinstance(said, str) else said
    subject = asked.subject(policy)
    return Approval(
        subject=replace(subject, digest=_ANOTHER) if entry.get("of") == "another-version" else subject,
        answer=Answer(entry.get("answer", Answer.APPROVE.value)),
        by=entry["by"],
        reason="the table of tests says so",
        at=_NOW - 1,
        until=_NOW if entry.get("when") == "expired" else _NOW + 1,
    )


# --- what came of it ---------------------------------------------------------------------------------------------------------------------


def _decided(case: Mapping[str, Any], decision: Decision, policy: Policy, *, at: str) -> Result:
    expect = case["expect"]
    expected = {key: _shown(value) for key, value in expect.items()}
    return Result(
        name=case["name"],
        at=at,
        expected=expected,
        got={key: value for key, value in _got(decision).items() if key in expected},
        rule=decision.rule,
        why=_why(decision, policy),
    )


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else rights(_permissions(value))


def _got(decision: Decision) -> dict[str, str]:
    said = {"rule": decision.rule, "needed": "-", "grants": "-"}
    match decision:
        case Admission():
            return said | {"outcome": "admit", "grants": rights(decision.grants)}
        case Hold():
            return said | {"outcome": "hold", "needed": str(decision.needed)}
        case Refusal():
            return said | {"outcome": "refuse"}
        case _:
            assert_never(decision)


def rights(permissions: Permissions) -> str:
    """``volumes data read; network example.com:443``, or ``nothing``."""
    parts = []
    for kind, given in permissions.as_dict().items():
        words = [item if isinstance(item, str) else " ".join(_value(value) for value in item.values()) for item in given]
        parts += [f"{kind} {', '.join(words)}"] if words else []
    return "; ".join(parts) or "nothing"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else ",".join(map(str, value))


def _why(decision: Decision, policy: Policy) -> str:
    reason = next((rule.reason for rule in policy.rules if rule.id == decision.rule), "")
    if not reason and isinstance(decision, Refusal):
        reason = decision.reasons[0].message
    return " ".join(reason.split())


def _allowed(row: Mapping[str, Any], found: ToolAccess, *, at: str) -> Result:
    who = row["principal"] or "somebody"
    expected = {"may": row["expect"], **({"rule": row["rule"]} if "rule" in row else {})}
    got = {"may": found.may.word, "rule": found.rule}
    return Result(
        name=row.get("name") or f"{' '.join((who, *row.get('roles', ())))}: {row['tool']}",
        at=at,
        expected=expected,
        got={key: got[key] for key in expected},
        rule=found.rule,
        why=" ".join(found.reason.split()),
    )
