"""One call, from an exported name to a checked result: validate, lease, ask a guest, validate, write it down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from skillpod.documents import did_you_mean
from skillpod.errors import DeadlineExceeded, JournalFailed, SkillpodError, UnknownTool
from skillpod.model.command import Caller
from skillpod.model.entry import Entry, Fact
from skillpod.model.guest import CallResult, Hear, Reply, unheard
from skillpod.ports import Clock, Journal
from skillpod.registry.registry import Binding, Registry

COMPARED = 1000
"""Names that an unknown one is compared with, besides those of the skill it names: all others wait meanwhile."""

Missing = Callable[[str], SkillpodError | None]
"""Says why a tool's skill is not callable now, when that is known."""


class Dispatch:
    def __init__(self, *, registry: Registry, journal: Journal, clock: Clock, missing: Missing) -> None:
        self._registry = registry
        self._journal = journal
        self._clock = clock
        self._missing = missing

    async def invoke(self, tool: str, arguments: Any, caller: Caller, hear: Hear = unheard) -> CallResult:
        """Call an exported tool. A tool of a skill that the caller does not see is as unknown as one that is not there.

        Raises UnknownTool, ArgumentsInvalid, JournalUnwritable, ResultInvalid, and what Guests.call raises.
        """
        self._journal.require()
        binding = self._registry.find(tool)
        if binding is None:
            raise self._why_not(tool, caller)
        if not caller.may_see(binding.route.skill):
            raise self._unknown(tool, caller)
        size = binding.contract.check_arguments(arguments)
        route = binding.route
        started = self._clock.now()
        error: SkillpodError | None = None
        reply: Reply | None = None
        try:
            with route.leases:
                reply = await route.guests.call(binding.contract.spec.name, arguments, caller, hear)
                binding.contract.check_result(reply.value)
        except SkillpodError as failure:
            error = failure.about(skill=route.skill, digest=route.digest)
            raise
        finally:
            duration = self._clock.now() - started
            # Soon: the caller has the reply first, and the entry goes out with the group that is due anyway.
            asyncio.get_running_loop().call_soon(self._write, binding, caller, size, reply, error, duration)
        return CallResult(
            value=reply.value,
            usage=reply.usage,
            skill=route.skill,
            generation=route.generation,
            digest=route.digest,
            is_content=binding.contract.spec.is_content,
            spec=binding.contract.spec,
        )

    def _why_not(self, tool: str, caller: Caller) -> SkillpodError:
        missing = self._missing(tool) if caller.may_see(tool.partition("__")[0]) else None
        return missing or self._unknown(tool, caller)

    def _unknown(self, tool: str, caller: Caller) -> UnknownTool:
        seen = [binding.contract.spec.exported for binding in self._registry.bindings() if caller.may_see(binding.route.skill)]
        siblings = [name for name in seen if name.partition("__")[0] == tool.partition("__")[0]]
        guess = did_you_mean(tool, siblings) or did_you_mean(tool, seen[:COMPARED])
        hint = guess or "`skillpod tools` lists what is callable now, and skillpod_search finds it"
        return UnknownTool(f"there is no tool `{tool}`", hint=hint, at=tool)

    def _write(
        self, binding: Binding, caller: Caller, size: int, reply: Reply | None, error: SkillpodError | None, duration: float
    ) -> None:
        route = binding.route
        entry = Entry(
            fact=Fact.CALL,
            actor=caller.principal,
            skill=route.skill,
            version=route.version,
            digest=route.digest,
            generation=route.generation,
            tool=binding.contract.spec.name,
            caller={name: value for name, value in (("session", caller.session), ("tenant", caller.tenant)) if value},
            outcome=_outcome(reply, error),
            arguments={"bytes": size},
            duration=round(duration, 6),
            usage=reply.usage.as_dict() if reply else {},
            error={"code": error.code} if error else {},  # the code only: a message may quote an argument
        )
        try:
            self._journal.note(entry)
        except JournalFailed:
            # The call has run; its entry is kept until the journal is whole again, and the next call is refused.
            self._journal.mark(entry)


def _outcome(reply: Reply | None, error: SkillpodError | None) -> str:
    if isinstance(error, DeadlineExceeded):
        return "timeout"
    if error is not None:
        return "error"
    return "ok" if reply is not None else "unknown"
