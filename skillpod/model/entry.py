"""One line of the journal, as a value: who, what, when, why, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any


class Fact(Enum):
    """What an entry says happened. A name once written is never given another meaning."""

    POD_STARTED = "pod.started"
    POD_STOPPED = "pod.stopped"
    DESIRED = "desired"  # details.desired: Desired.as_dict()
    DECIDED = "decided"  # decision: admit | hold | refuse; details.update: findings of what it changed, when it did
    PUBLISHED = "published"  # details.identity: Identity.as_dict(), details.walls
    RETIRED = "retired"
    UNMOUNTED = "unmounted"
    REFUSED = "refused"  # before or after the decision: bundle, manifest, audit, drift, probe ...
    ROLLED_BACK = "rolled_back"
    QUARANTINED = "quarantined"
    RESUMED = "resumed"
    GUEST_DIED = "guest_died"
    RULES = "rules"  # what is in force of the operator's rules; details.rules: digests by what they are of; details.log: Keeping.as_dict()
    TRIED = "tried"  # what is held ran its tests in the jail, without grants; details.trial
    APPROVED = "approved"  # details.approval: Approval.as_dict(), here and in the two below
    DENIED = "denied"
    GLASS_BROKEN = "glass_broken"
    REVIEWED = "reviewed"  # the review that broken glass opened is closed
    ATTEMPTED = "attempted"  # a guest tried what it was not granted; details: act, target, by, and beside it asked and audit
    NOT_ALLOWED = "not_allowed"  # somebody asked for what their roles do not allow; details: act, needs, roles
    CALL = "call"  # details.ticket, details.approved_by: where a person had to agree to it
    CALL_ANSWERED = "call.answered"  # decision: approve | deny; details.ticket: what CALL entries of this question name
    LOG_BEGAN = "log.began"  # details: origin; of a log that takes another's place previous, fault; where it adopts older lines, adopted
    LOG_DROPPED = "log.dropped"  # retention: bodies of old entries are gone, their hashes stay; details: first, last, segments
    LOG_ERASED = "log.erased"  # salts of arguments and results are erased next; details: salts (how many), of (Selection.as_dict())
    STATE = "state"  # details.state: one of ``parts`` of all that is folded from the entries before; see ``skillpod.store.state``
    WITHDRAWN = "withdrawn"  # stands where an entry could not be written in time; whoever handed it in was told so


@dataclass(frozen=True, slots=True)
class Salted:
    """Canonical JSON of which the log keeps a salted HMAC and nothing else; it stands in an entry where the HMAC will stand."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The fields of an entry but ``v``, ``seq``, ``ts`` and ``node``, which its writer adds. Empty fields are left out of the line.

    ``arguments`` is ``{bytes, hmac}``, and where a tool's level says so ``values``; ``result`` likewise. Their ``hmac`` is handed in as
    Salted. ``duration`` is seconds; ``usage`` is Usage.as_dict().
    """

    fact: Fact
    actor: str = ""
    trigger: str = ""  # what caused it: watch, start, interval, command, config, requires, trial, stop
    skill: str = ""
    version: str = ""
    digest: str = ""
    source: str = ""
    tool: str = ""
    caller: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    tier: str = ""
    isolation: str = ""
    grants: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    config: str = ""  # the config's digest
    decision: str = ""
    rule: str = ""
    policy: str = ""
    generation: int = 0
    previous: int = 0  # the generation it takes the place of
    previous_digest: str = ""
    outcome: str = ""  # ok | error | denied | timeout | cancelled | unknown
    reason: str = ""
    error: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    result: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    duration: float = 0.0
    usage: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
