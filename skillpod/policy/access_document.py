"""The access rules of a policy as they stand in its document: what is wrong with them, and the value of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillpod.errors import DocumentInvalid
from skillpod.model.access import May
from skillpod.policy.access import AccessRule
from skillpod.policy.globs import optional_pattern, pattern_of
from skillpod.policy.roles import roles_of
from skillpod.policy.rule_document import repeated_ids
from skillpod.policy.rules import Outcome

_MAY = {"see": May.SEE, "call": May.CALL}


def access_faults(rules: Sequence[Mapping[str, Any]], at: str) -> Iterator[DocumentInvalid]:
    """What a JSON Schema can't say well: ids are unique, an allowance says for whom, and each outcome has the keys it needs."""
    yield from repeated_ids(rules, at)
    for index, rule in enumerate(rules):
        yield from _one(rule, f"{at}[{index}]")


def _one(rule: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    outcome = Outcome(rule["outcome"])
    if outcome is Outcome.ALLOW and not ("principals" in rule or "roles" in rule):
        yield DocumentInvalid(
            "an allowance must say for whom",
            at=f"{at}.principals",
            hint='name `roles` or `principals`; `principals: "*"` is everyone whose name is known',
        )
    if outcome is Outcome.REQUIRE_APPROVAL and "may" in rule:
        yield DocumentInvalid("a person is asked about calls, and about nothing else", at=f"{at}.may", hint="remove it")
    if outcome is not Outcome.REQUIRE_APPROVAL and "may" not in rule:
        what = "how far it reaches" if outcome is Outcome.ALLOW else "what is taken away"
        hint = "write `may: see`, or `may: call`, which includes seeing"
        if outcome is Outcome.DENY:
            hint = "write `may: call`, or `may: see`, which takes calling away as well"
        yield DocumentInvalid(f"the rule must say {what}", at=f"{at}.may", hint=hint)


def access_rule(value: Mapping[str, Any]) -> AccessRule:
    outcome = Outcome(value["outcome"])
    return AccessRule(
        id=value["id"],
        outcome=outcome,
        may=May.ASK if outcome is Outcome.REQUIRE_APPROVAL else _MAY[value["may"]],
        reason=value["reason"],
        tools=pattern_of(value["tools"]),
        principals=optional_pattern(value.get("principals")),
        roles=roles_of(value["roles"]) if "roles" in value else None,
    )
