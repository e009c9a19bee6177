"""What a person has accepted counts for nothing, while it is what they looked at; whatever else the file says is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from skillpod.audit.ruleset import RULESET
from skillpod.config import parse_suppressions
from skillpod.errors import PolicyUnreadable
from skillpod.model.finding import Finding, Report, Severity, Verdict
from skillpod.policy.decide import decide
from skillpod.policy.suppressions import Suppressions, day
from tests.policy.documents import DIGEST, default_policy, request

TODAY = date(2026, 11, 30)
PRINT = "sha256:" + "a" * 64
ENTRY = {
    "rule": "REF-003",
    "skill": "probe_skill",
    "subject": "getattr(row, name)",
    "fingerprint": PRINT,
    "ruleset": RULESET,
    "by": "Jane Doe",
    "reason": "rows are plain dicts here",
    "until": "2027-05-01",
}
SEEN = Finding(
    rule="REF-003",
    severity=Severity.REVIEW,
    file="handler.py",
    line=7,
    column=5,
    message="odd",
    subject="getattr(row, name)",
    fingerprint=PRINT,
)


def file_of(*entries: dict[str, Any]) -> Suppressions:
    text = json.dumps({"suppressions": 1, "accepted": list(entries)}).encode()
    return parse_suppressions(text, name="suppressions.yaml", today=TODAY)


def report(*findings: Finding) -> Report:
    return Report(digest=DIGEST, findings=findings, ruleset=RULESET)


def applied(*entries: dict[str, Any], seen: Finding = SEEN, today: date = TODAY) -> tuple[Report, list[str]]:
    found, notices = file_of(*entries).applied(report(seen), skill="probe_skill", today=today)
    return found, [notice.rule for notice in notices]


def fault(**changed: Any) -> PolicyUnreadable:
    with pytest.raises(PolicyUnreadable) as caught:
        file_of({key: value for key, value in {**ENTRY, **changed}.items() if value is not ...})
    return caught.value


def test_an_accepted_finding_stays_in_the_report_and_counts_for_nothing() -> None:
    found, notices = applied(ENTRY)
    assert found.verdict is Verdict.ALLOW
    assert notices == []
    assert [finding.rule for finding in found.findings] == ["REF-003"]
    assert found.findings[0].suppressed is not None
    assert found.findings[0].suppressed.by == "Jane Doe"
    assert list(found.counting(Severity.REVIEW)) == []


def test_the_decision_follows() -> None:
    asked = replace(request(), report=report(SEEN))
    assert type(decide(asked, default_policy())).__name__ == "Hold"
    assert type(decide(replace(asked, report=applied(ENTRY)[0]), default_policy())).__name__ == "Admission"
    denied = replace(SEEN, severity=Severity.DENY)
    assert type(decide(replace(asked, report=report(denied)), default_policy())).__name__ == "Refusal"
    assert type(decide(replace(asked, report=applied(ENTRY, seen=denied)[0]), default_policy())).__name__ == "Admission"


@pytest.mark.parametrize(
    "other",
    [{"rule": "REF-005"}, {"subject": "getattr(row, other)"}, {"fingerprint": "sha256:" + "b" * 64}, {"file": "x.py", "rule": "REF-010"}],
)
def test_anything_else_is_not_what_was_accepted(other: dict[str, Any]) -> None:
    found, notices = applied(ENTRY, seen=replace(SEEN, **other))
    assert found.verdict is Verdict.REVIEW
    assert notices == ["suppression_unmatched"]


def test_another_skill_is_not_meant() -> None:
    found, notices = file_of(ENTRY).applied(report(SEEN), skill="probe", today=TODAY)
    assert found.verdict is Verdict.REVIEW
    assert notices == ()


def test_it_holds_to_the_end_of_its_last_day() -> None:
    assert applied(ENTRY, today=date(2027, 5, 1))[0].verdict is Verdict.ALLOW
    found, notices = applied(ENTRY, today=date(2027, 5, 2))
    assert (found.verdict, notices) == (Verdict.REVIEW, ["suppression_expired"])


def test_under_other_rules_it_does_not_hold() -> None:
    found, notices = applied({**ENTRY, "ruleset": RULESET + 1})
    assert (found.verdict, notices) == (Verdict.REVIEW, ["suppression_outdated"])


def test_what_was_accepted_anew_is_not_told_as_over() -> None:
    found, notices = applied({**ENTRY, "until": "2026-01-01"}, ENTRY)
    assert (found.verdict, notices) == (Verdict.ALLOW, [])


@pytest.mark.parametrize(
    "rule", ["AUD-001", "AUD-002", "SRC-005", "SRC-009", "FIL-002", "FIL-003", "SKL-006", "DYN-001", "IMP-003", "CAP-001"]
)
def test_what_nobody_can_accept_makes_the_file_unreadable(rule: str) -> None:
    told = fault(rule=rule)
    assert "can't be accepted: " in told.message
    assert told.at == "suppressions.yaml:accepted[0].rule"


def test_an_unknown_rule_and_an_unknown_key_are_told_with_what_may_be_meant() -> None:
    assert fault(rule="TAM-03").hint == "did you mean `TAM-003`?"
    assert fault(reson="because of this").hint == "did you mean `reason`?"


@pytest.mark.parametrize("missing", list(ENTRY))
def test_every_part_is_required(missing: str) -> None:
    assert fault(**{missing: ...}).at == f"suppressions.yaml:accepted[0].{missing}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "2027-13-01"}, {"until": "tomorrow"}, {"until": "2027-12-31"}, {"until": 2027}, {"reason": "ok"}, {"reason": " " * 20},
        {"by": " "}, {"fingerprint": "sha256:1"}, {"ruleset": 0}, {"ruleset": "1"}, {"skill": ""}, {"rule": ["REF-003"]},
    ],
)  # fmt: skip
def test_what_is_not_right_is_refused_with_its_place(wrong: dict[str, Any]) -> None:
    (part,) = wrong
    assert fault(**wrong).at == f"suppressions.yaml:accepted[0].{part}"


def test_a_day_that_is_over_is_no_fault_and_the_same_twice_is() -> None:
    assert len(file_of({**ENTRY, "until": "2020-01-01"}).entries) == 1
    with pytest.raises(PolicyUnreadable, match="accepts the same finding"):
        file_of(ENTRY, ENTRY)


@pytest.mark.parametrize(
    "text", [b"", b"accepted: []", b"suppressions: 2\naccepted: []", b"- 1", b"\xff", b"suppressions: 1\naccepted: {}\n"]
)
def test_a_file_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(PolicyUnreadable):
        parse_suppressions(text, name="suppressions.yaml", today=TODAY)


def test_a_file_without_entries_accepts_nothing() -> None:
    assert parse_suppressions(b"suppressions: 1\naccepted:\n", name="suppressions.yaml", today=TODAY).entries == ()


def test_a_day_is_one_of_utc() -> None:
    assert day(datetime(2026, 11, 30, 23, 59, tzinfo=UTC).timestamp()) == TODAY
