"""The version of the rules, and which of them no person's acceptance can set aside."""

from __future__ import annotations

RULESET = 1
"""Raised when a rule's meaning changes: what fires, what does not, or what a finding says of its subject. An acceptance holds for one
version only. tests/audit/test_ruleset.py notices every change of the audit's code and asks."""

_UNREAD = "what then runs was never read, so no acceptance could be bound to it"
_HIDDEN = "it shows a person something else than what is read or run"
_ASKED = "there is a permission for it: ask for it in the manifest, where the policy decides"

_FIRM_FAMILIES = {"AUD": "the audit did not see everything", "SRC": _HIDDEN}
_FIRM = {
    "IMP-001": _ASKED,
    "IMP-002": _UNREAD,
    "IMP-003": _UNREAD,
    "DYN-001": _UNREAD,
    "DYN-002": _UNREAD,
    "DYN-003": _UNREAD,
    "CAP-001": _ASKED,
    "CAP-007": _ASKED,
    "CAP-009": _ASKED,
    "CAP-010": _ASKED,
    "FIL-002": _UNREAD,
    "FIL-003": _UNREAD,
    "SKL-006": _HIDDEN,
}


def why_firm(rule: str) -> str:
    """Why findings of a rule can't be accepted, or the empty string when they can."""
    return _FIRM.get(rule) or _FIRM_FAMILIES.get(rule.partition("-")[0], "")
