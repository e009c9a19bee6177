"""The version of the rules is looked at whenever they change, and some findings can never be accepted."""

from __future__ import annotations

import pytest

from skillpod.audit.ruleset import why_firm
from tests.audit.ruleset import now, recorded
from tests.audit.test_pages import in_the_code


def test_a_change_of_the_audit_asks_for_its_version() -> None:
    assert now() == recorded(), (
        "the audit's code changed: raise RULESET in skillpod/audit/ruleset.py if a rule now fires where it did not, no longer does where it"
        " did, or says something else of its subject; then record it with `python -m tests.audit.ruleset`"
    )


@pytest.mark.parametrize("rule", ["AUD-001", "SRC-005", "SRC-999", "FIL-002", "FIL-003", "SKL-006", "DYN-001", "CAP-001"])
def test_what_hides_or_was_not_read_is_never_accepted(rule: str) -> None:
    assert why_firm(rule)


@pytest.mark.parametrize("rule", ["REF-003", "IMP-008", "TAM-002", "CAP-002"])
def test_what_a_person_can_judge_may_be(rule: str) -> None:
    assert why_firm(rule) == ""


def test_every_firm_rule_is_a_rule() -> None:
    from skillpod.audit.ruleset import _FIRM

    assert set(_FIRM) <= in_the_code()
