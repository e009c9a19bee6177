"""What a call leaves in the log: as much as is kept of its tool's calls, and nothing that is known to be secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skillpod.errors import DeadlineExceeded, SkillpodError
from skillpod.model.canonical import canonical
from skillpod.model.command import Caller
from skillpod.model.entry import Entry, Fact, Salted
from skillpod.model.guest import Reply, Usage
from skillpod.model.keeping import Detail
from skillpod.model.redaction import Redaction, redacted_text
from skillpod.model.ticket import Ticket
from skillpod.registry.registry import Binding

KEPT = 16 * 1024
"""Characters of JSON that an entry keeps of arguments, and as many of a result: a line has room for both, whatever else it says."""
LOOKED_AT = 1024 * 1024
"""Of arguments or a result up to here that are larger than that, each part is looked at: small ones are kept, beside large ones that are
not."""
PART = 1024
MESSAGE = 2048
"""Characters of an error's message."""
_WITH_VALUES = frozenset({Detail.REQUEST, Detail.FULL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A call that is over. ``arguments`` is their canonical JSON, ``duration`` is seconds; no ``usage`` where no guest had begun it, and a
    ``ticket`` where a person had to agree. ``detail`` is what was to be kept when it began, ``rule`` what let it."""

    binding: Binding
    caller: Caller
    detail: Detail
    rule: str
    arguments: str
    reply: Reply | None
    error: SkillpodError | None
    usage: Usage | None
    was_cancelled: bool
    duration: float
    ticket: Ticket | None

    @property
    def is_due(self) -> bool:
        """Whether there is anything to be written: what did not go well always is."""
        return self.detail is not Detail.NONE or self.outcome != "ok"

    @property
    def outcome(self) -> str:
        if self.was_cancelled:
            return "cancelled"
        if self.error is not None:
            return "timeout" if isinstance(self.error, DeadlineExceeded) else "error"
        return "ok" if self.reply is not None else "unknown"

    def entry(self) -> Entry:
        route, ticket = self.binding.route, self.ticket
        return Entry(
            fact=Fact.CALL,
            actor=self.caller.principal,
            skill=route.skill,
            version=route.version,
            digest=route.digest,
            tool=self.binding.contract.spec.name,
            caller=of_caller(self.caller),
            rule=ticket.rule if ticket else self.rule,
            generation=route.generation,
            outcome=self.outcome,
            error=self._error(),
            arguments=self._arguments(),
            result=self._result(),
            duration=round(self.duration, 6),
            usage=self.usage.as_dict() if self.usage else {},
            details={"ticket": ticket.id, "approved_by": ticket.by} if ticket else {},
        )

    def _error(self) -> dict[str, Any]:
        if self.error is None:
            return {}
        if self.detail not in _WITH_VALUES:
            return {"code": self.error.code}  # a message may quote an argument
        # What stands behind the cut is redacted with the rest: half a key would not be known as one.
        return {"code": self.error.code, "message": redacted_text(self.error.message[: 4 * MESSAGE])[:MESSAGE]}

    def _arguments(self) -> dict[str, Any]:
        said = salted(self.arguments)
        if self.detail in _WITH_VALUES:
            # A caller may have a skill's secret from elsewhere: the log has it from nobody.
            said["values"] = _kept(self.binding.route.guests.redacted(self.arguments), self.binding.contract.redaction_of_arguments)
        return said

    def _result(self) -> dict[str, Any]:
        if self.detail is not Detail.FULL or self.reply is None:
            return {}
        try:
            text = canonical(self.reply.value)
        except (TypeError, ValueError, RecursionError):
            return {"values": {"omitted": "not JSON"}}
        return {**salted(text), "values": _kept(text, self.binding.contract.redaction_of_result)}


def denied(
    binding: Binding, caller: Caller, *, rule: str, reason: str, error: SkillpodError, arguments: str = "", ticket: str = ""
) -> Entry:
    """Of a call that was not let through. ``arguments`` is their canonical JSON, empty where nobody looked at them; ``ticket`` the question
    that a person must answer first."""
    route = binding.route
    return Entry(
        fact=Fact.CALL,
        actor=caller.principal,
        skill=route.skill,
        version=route.version,
        digest=route.digest,
        tool=binding.contract.spec.name,
        caller=of_caller(caller),
        rule=rule,
        generation=route.generation,
        outcome="denied",
        reason=reason,
        error={"code": error.code},
        arguments=salted(arguments) if arguments else {},
        details={"ticket": ticket} if ticket else {},
    )


def of_caller(caller: Caller) -> dict[str, str]:
    """Who called, beyond the principal."""
    return {name: value for name, value in (("session", caller.session), ("tenant", caller.tenant)) if value}


def salted(text: str) -> dict[str, Any]:
    """What every entry says of canonical JSON, and no more: its size, and an HMAC whose salt can be erased."""
    return {"bytes": len(text), "hmac": Salted(text)}


# --- with values -----------------------------------------------------------------------------------------------------------------


def _kept(text: str, redaction: Redaction) -> Any:
    """The value without what is secret, and without what is too large for a line."""
    if len(text) > LOOKED_AT:
        return {"omitted": "too large"}
    try:
        value = json.loads(text)
        if len(text) > KEPT:
            return _small_parts(value, redaction) if isinstance(value, dict) else {"omitted": "too large"}
        value = redaction.of(value)
        return value if len(canonical(value)) <= KEPT else {"omitted": "too large"}
    except RecursionError:
        return {"omitted": "nested too deeply"}


def _small_parts(value: Mapping[str, Any], redaction: Redaction) -> dict[str, Any]:
    """Of a large part its size and its HMAC, under the salt of the whole."""
    texts = {name: canonical(item) for name, item in value.items()}
    if sum(len(name) + (len(text) if len(text) <= PART else PART) for name, text in texts.items()) > KEPT:
        return {"omitted": "too large"}  # SAFE: before anything is looked for in it: a mebibyte of names takes seconds, and all wait
    small = redaction.of({name: item for name, item in value.items() if len(texts[name]) <= PART})
    large = {redacted_text(name): {"omitted": "too large", **salted(text)} for name, text in texts.items() if len(text) > PART}
    room = KEPT - len(canonical(small)) - sum(len(name) + PART for name in large)
    return {**small, **large} if room >= 0 else {"omitted": "too large"}
