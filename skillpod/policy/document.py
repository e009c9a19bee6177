"""A policy as its operator wrote it, read whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillpod.documents import glob_pattern, read_whole
from skillpod.errors import DocumentInvalid
from skillpod.model.capability import Isolation, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.digest import Digest, value_digest
from skillpod.model.finding import Verdict
from skillpod.policy.rules import KINDS, Grant, Match, Outcome, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules in the order of the document. ``digest`` is over the document's values: comments and layout are not part of it."""

    name: str
    digest: Digest
    description: str
    rules: tuple[Rule, ...]


def read_policy(text: bytes, *, name: str, schema: bytes) -> Policy:
    """The policy in a YAML text. ``name`` is what faults call it (a file name), ``schema`` the text of the packaged ``policy/schema.json``.

    Raises PolicyUnreadable with every fault as a reason: unknown keys, allowances without a reason, two rules of one id, conditions
    under which losing evidence would help a skill.
    """
    value = read_whole(text, name=name, schema=schema, faults=lambda value: _faults(value["rules"], name))
    return Policy(
        name=value["name"],
        digest=value_digest(value),
        description=value.get("description", ""),
        rules=tuple(_rule(rule) for rule in value["rules"]),
    )


def _faults(rules: Sequence[Mapping[str, Any]], name: str) -> Iterator[DocumentInvalid]:
    """What a JSON Schema can't say well: ids are unique, and evidence may only help."""
    seen: dict[str, int] = {}
    for index, rule in enumerate(rules):
        at = f"{name}:rules[{index}]"
        if rule["id"] in seen:
            yield DocumentInvalid(f"the id {rule['id']!r} is rules[{seen[rule['id']]}]'s", at=f"{at}.id", hint="give each rule its own")
        seen.setdefault(rule["id"], index)
        yield from _allowance_faults(rule, at) if rule["outcome"] == Outcome.ALLOW.value else _restriction_faults(rule, at)


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


def _rule(value: Mapping[str, Any]) -> Rule:
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
            name=_pattern(match.get("name")),
            author=_pattern(match.get("author")),
            publisher=_pattern(match.get("publisher")),
        ),
    )


def _kinds(permissions: Sequence[str] | None) -> frozenset[str] | None:
    return None if permissions is None else frozenset(permissions)


def _pattern(globs: str | Sequence[str] | None) -> re.Pattern[str] | None:
    return None if globs is None else glob_pattern(globs if isinstance(globs, str) else tuple(globs))


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
