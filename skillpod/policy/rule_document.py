"""The rules of a policy as they stand in its document: what is wrong with them, and the value of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillpod.errors import DocumentInvalid
from skillpod.model.capability import Isolation, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.finding import Verdict
from skillpod.policy.globs import optional_pattern
from skillpod.policy.rules import KINDS, Grant, Match, Outcome, Rule


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
    if match.get("signed") is False:
        yield DocumentInvalid(
            "an allowance for unsigned skills only would let a skill in that strips its signature",
            at=f"{at}.match.signed",
            hint="leave `signed` out: the rule then covers signed and unsigned skills",
        )
    if "author" in match and match.get("signed") is not True:
        yield DocumentInvalid(
            "an author is a claim anyone can write, until a signature backs it",
            at=f"{at}.match.author",
            hint="add `signed: true`, or match on `name`",
        )
    if match.get("isolation") == Isolation.MODULE.value:
        yield DocumentInvalid(
            "this version offers no module isolation",
            at=f"{at}.match.isolation",
            hint="every guest runs in the jail: write `isolation: jail`",
        )


def _restriction_faults(rule: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    match = rule["match"]
    escape = "a skill would escape this rule by stripping its signature"
    if match.get("signed") is True:
        yield DocumentInvalid(escape, at=f"{at}.match.signed", hint="write `signed: false`, or leave it out")
    if "publisher" in match:
        yield DocumentInvalid(escape, at=f"{at}.match.publisher", hint="match on `name`, or leave the publisher out of every allowance")
    if match.get("permissions") == []:
        yield DocumentInvalid("an empty list hits nothing", at=f"{at}.match.permissions", hint="name the kinds, or leave it out")
    for key in ("grant", "without"):
        if key in rule:
            yield DocumentInvalid("only an allowance gives anything", at=f"{at}.{key}", hint="remove it")


def rule(value: Mapping[str, Any]) -> Rule:
    outcome = Outcome(value["outcome"])
    match = value["match"]
    is_allowance = outcome is Outcome.ALLOW
    permissions = match.get("permissions")
    isolation = match.get("isolation", Isolation.JAIL.value if is_allowance else None)
    return Rule(
        id=value["id"],
        outcome=outcome,
        reason=value["reason"],
        grant=_grant(value.get("grant", {})),
        without=tuple((each["wall"], each["reason"]) for each in value.get("without", ())),
        match=Match(
            tier=Tier.of(match.get("tier", Tier.READ_ONLY.word)),
            verdict=Verdict(match.get("verdict", Verdict.ALLOW.value)),
            permissions=frozenset() if is_allowance and permissions is None else _kinds(permissions),
            signed=match.get("signed"),
            isolation=Isolation(isolation) if isolation else None,
            name=optional_pattern(match.get("name")),
            author=optional_pattern(match.get("author")),
            publisher=optional_pattern(match.get("publisher")),
        ),
    )


def _kinds(permissions: Sequence[str] | None) -> frozenset[str] | None:
    return None if permissions is None else frozenset(permissions)


def _grant(value: Mapping[str, Any]) -> Grant:
    as_asked = frozenset(kind for kind, given in value.items() if given == "asked")
    listed = {kind: given for kind, given in value.items() if kind not in as_asked}
    return Grant(
        as_asked=as_asked,
        listed=Permissions(
            volumes=frozenset(VolumeAsk(ask["name"], ask["access"]) for ask in listed.get("volumes", ())),
            network=frozenset(NetworkAsk(ask["host"], tuple(ask["ports"])) for ask in listed.get("network", ())),
            **{kind: frozenset(listed.get(kind, ())) for kind in KINDS if kind not in ("volumes", "network")},
        ),
    )
