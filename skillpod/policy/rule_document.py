"""The rules of a policy as they stand in its document: what is wrong with them, and the value of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any

from skillpod.errors import DocumentInvalid
from skillpod.model.capability import NOTHING, Isolation, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.finding import Verdict, badness_of
from skillpod.policy.globs import optional_pattern
from skillpod.policy.roles import roles_of
from skillpod.policy.rules import KINDS, Coverage, Grant, Outcome, Restriction, Rule
from skillpod.policy.versions import ceiling_of, specifier_of


def rule_faults(rules: Sequence[Mapping[str, Any]], at: str) -> Iterator[DocumentInvalid]:
    """What a JSON Schema can't say well: ids are unique, and evidence may only help. ``at`` is the place of the list."""
    yield from repeated_ids(rules, at)
    for index, rule in enumerate(rules):
        check = _allowance_faults if rule["outcome"] == Outcome.ALLOW.value else _restriction_faults
        yield from check(rule, f"{at}[{index}]")


def repeated_ids(rules: Sequence[Mapping[str, Any]], at: str) -> Iterator[DocumentInvalid]:
    """Each id that an earlier rule of the list has."""
    section = at.rpartition(":")[2]
    seen: dict[str, int] = {}
    for index, rule in enumerate(rules):
        first = seen.setdefault(rule["id"], index)
        if first != index:
            yield DocumentInvalid(f"the id {rule['id']!r} is {section}[{first}]'s", at=f"{at}[{index}].id", hint="give each rule its own")


def _allowance_faults(rule: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    match = rule["match"]
    is_signed = match.get("signed") is True
    if match.get("signed") is False:
        yield DocumentInvalid(
            "an allowance for unsigned skills only would let a skill in that strips its signature",
            at=f"{at}.match.signed",
            hint="leave `signed` out: the rule then covers signed and unsigned skills",
        )
    for claim, said in (("author", "an author"), ("version", "a version")):
        if claim in match and not is_signed:
            yield DocumentInvalid(
                f"{said} is a claim anyone can write, until a signature backs it",
                at=f"{at}.match.{claim}",
                hint="add `signed: true`, or match on `name`",
            )
    if "version" in match:
        try:
            specifier_of(match["version"])
        except ValueError as fault:
            yield DocumentInvalid(str(fault), at=f"{at}.match.version", hint="comparisons of versions, joined by commas (PEP 440)")
    if match.get("isolation") == Isolation.MODULE.value:
        yield from _module_faults(rule, at)
    if "unsigned" in rule and (is_signed or "publisher" in match):
        hint = "remove one of the two" if is_signed else "remove it: only a signed skill has a publisher"
        yield DocumentInvalid("the rule covers signed skills only", at=f"{at}.unsigned", hint=hint)
    if "approvals" in rule:
        yield DocumentInvalid("an allowance asks nobody", at=f"{at}.approvals", hint="write `outcome: require_approval`, or remove it")


def _module_faults(rule: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    """An allowance to run in the pod's process: what would be refused whatever the rules say, it must not seem to cover."""
    match = rule["match"]
    if match.get("signed") is not True or "publisher" not in match:
        yield DocumentInvalid(
            "module isolation is no security boundary: it is for publishers you would let into the pod's own process",
            at=f"{at}.match.isolation",
            hint="add `signed: true` and `publisher: NAME`, or write `isolation: jail`",
        )
    more = {
        "match.permissions": bool(match.get("permissions")),
        "match.tier": match.get("tier", Tier.READ_ONLY.word) != Tier.READ_ONLY.word,
        "match.verdict": match.get("verdict", Verdict.ALLOW.value) != Verdict.ALLOW.value,
        "grant": bool(rule.get("grant")),
        "without": bool(rule.get("without")),
    }
    for key, is_said in more.items():
        if is_said:
            yield DocumentInvalid("module isolation has no walls, and takes nothing that asks for more", at=f"{at}.{key}", hint="remove it")


_OF_ALLOWANCES = {"grant": "gives anything", "valid_for": "ends", "without": "gives anything", "unsigned": "lets anything in"}


def _restriction_faults(rule: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    match = rule["match"]
    escape = "a skill would escape this rule by stripping its signature"
    if match.get("signed") is True:
        yield DocumentInvalid(escape, at=f"{at}.match.signed", hint="write `signed: false`, or leave it out")
    if "publisher" in match:
        yield DocumentInvalid(escape, at=f"{at}.match.publisher", hint="match on `name`, or leave the publisher out of every allowance")
    if match.get("permissions") == []:
        yield DocumentInvalid("an empty list hits nothing", at=f"{at}.match.permissions", hint="name the kinds, or leave it out")
    if "version" in match:
        try:
            ceiling_of(match["version"])
        except ValueError as fault:
            yield DocumentInvalid(str(fault), at=f"{at}.match.version", hint="write `<2` or `<=1.4`: that version and all before it")
    is_question = rule["outcome"] == Outcome.REQUIRE_APPROVAL.value
    for key, does in _OF_ALLOWANCES.items():
        if key in rule and not (is_question and key in ("grant", "valid_for")):
            yield DocumentInvalid(f"only an allowance {does}", at=f"{at}.{key}", hint="remove it")
    if "approvals" in rule and not is_question:
        yield DocumentInvalid(
            "nobody can approve what is denied", at=f"{at}.approvals", hint="write `outcome: require_approval`, or remove it"
        )


def rule(value: Mapping[str, Any]) -> Rule:
    outcome = Outcome(value["outcome"])
    return Rule(
        id=value["id"],
        outcome=outcome,
        reason=value["reason"],
        grant=_grant(value["grant"]) if "grant" in value else _UNSAID[outcome],
        without=tuple((each["wall"], each["reason"]) for each in value.get("without", ())),
        approvals=value.get("approvals", 1),
        valid_for=_seconds(value["valid_for"]) if "valid_for" in value else _LASTS[outcome],
        unsigned_accepted="unsigned" in value,
        match=_coverage(value["match"]) if outcome is Outcome.ALLOW else _restriction(value["match"]),
    )


_UNSAID = {
    Outcome.ALLOW: Grant(),
    Outcome.DENY: Grant(),
    # Who approves is shown what is asked, so a yes gives it.
    Outcome.REQUIRE_APPROVAL: Grant(as_asked=frozenset(KINDS)),
}
_LASTS = {Outcome.ALLOW: inf, Outcome.DENY: inf, Outcome.REQUIRE_APPROVAL: 365 * 86400.0}


def _seconds(text: str) -> float:
    """``30m``, ``12h``, ``90d``, as the schema has it."""
    return int(text[:-1]) * {"m": 60.0, "h": 3600.0, "d": 86400.0}[text[-1]]


def _coverage(match: Mapping[str, Any]) -> Coverage:
    return Coverage(
        permissions=frozenset(match.get("permissions", ())),
        isolation=Isolation(match.get("isolation", Isolation.JAIL.value)),
        publisher=optional_pattern(match.get("publisher")),
        version=specifier_of(match["version"]) if "version" in match else None,
        **_shared(match),
    )


def _restriction(match: Mapping[str, Any]) -> Restriction:
    return Restriction(
        permissions=frozenset(match["permissions"]) if "permissions" in match else None,
        isolation=Isolation(match["isolation"]) if "isolation" in match else None,
        version=ceiling_of(match["version"]) if "version" in match else None,
        **_shared(match),
    )


def _shared(match: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions that are read alike, though they are held to what is known the other way round."""
    return {
        "tier": Tier.of(match.get("tier", Tier.READ_ONLY.word)),
        "badness": badness_of(Verdict(match.get("verdict", Verdict.ALLOW.value))),
        "signed": match.get("signed"),
        **{key: optional_pattern(match.get(key)) for key in ("name", "author", "principal", "environment")},
        "role": roles_of(match["role"]) if "role" in match else None,
    }


def _grant(value: Mapping[str, Any]) -> Grant:
    as_asked = frozenset(kind for kind, given in value.items() if given == "asked")
    return Grant(as_asked=as_asked, listed=permissions_of({kind: given for kind, given in value.items() if kind not in as_asked}))


def permissions_of(listed: Mapping[str, Any]) -> Permissions:
    """Rights as documents list them, by kind."""
    found = Permissions(
        volumes=frozenset(VolumeAsk(ask["name"], ask["access"]) for ask in listed.get("volumes", ())),
        network=frozenset(
            NetworkAsk(ask["host"], tuple(ask["ports"]), ask.get("addresses", "public")) for ask in listed.get("network", ())
        ),
        **{kind: frozenset(listed.get(kind, ())) for kind in KINDS if kind not in ("volumes", "network")},
    )
    return NOTHING if found.is_empty else found
