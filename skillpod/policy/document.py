"""A policy as its operator wrote it, read whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from skillpod.documents import read_whole
from skillpod.errors import DocumentInvalid
from skillpod.model.digest import Digest, value_digest
from skillpod.policy.access import OPEN, Matrix
from skillpod.policy.access_document import access_faults, access_rule
from skillpod.policy.rule_document import rule, rule_faults
from skillpod.policy.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules in the order of the document. ``digest`` is over the document's values: comments and layout are not part of it. ``access`` says
    who may see and call which tools, ``document`` is all of it as it stands there."""

    name: str
    digest: Digest
    description: str
    rules: tuple[Rule, ...]
    access: Matrix
    document: Mapping[str, Any]

    @property
    def speaks_of_unsigned(self) -> bool:
        """Whether every rule that lets a skill in without asking says of unsigned ones that it covers them, or covers none."""
        return all(rule.speaks_of_unsigned for rule in self.rules)


def read_policy(text: bytes, *, name: str, schema: bytes) -> Policy:
    """The policy in a YAML text. ``name`` is what faults call it (a file name), ``schema`` the text of the packaged ``policy/schema.json``.

    Raises PolicyUnreadable with every fault as a reason: unknown keys, allowances without a reason, two rules of one id, conditions
    under which losing evidence would help a skill.
    """
    value = read_whole(text, name=name, schema=schema, faults=lambda value: _faults(value, name))
    return Policy(
        name=value["name"],
        digest=value_digest(value),
        description=value.get("description", ""),
        rules=tuple(rule(each) for each in value["rules"]),
        access=Matrix([access_rule(each) for each in value["access"]]) if "access" in value else OPEN,
        document=MappingProxyType(value),
    )


def _faults(value: Mapping[str, Any], name: str) -> Iterator[DocumentInvalid]:
    yield from rule_faults(value["rules"], f"{name}:rules")
    yield from access_faults(value.get("access", ()), f"{name}:access")
