"""One call, from an exported name to a checked result: may it, validate, lease, ask a guest, validate, write it down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from skillpod.documents import did_you_mean
from skillpod.errors import ApprovalNeeded, JournalFailed, NameTaken, NotAllowed, SkillpodError, UnknownTool, Waiting
from skillpod.model.access import May, ToolAccess
from skillpod.model.command import Caller
from skillpod.model.entry import Entry
from skillpod.model.guest import CallResult, Hear, Reply, Usage, charged, unheard
from skillpod.model.ticket import Ticket
from skillpod.ports import Clock, Journal
from skillpod.registry.account import Account, denied
from skillpod.registry.levels import Levels
from skillpod.registry.registry import Binding
from skillpod.registry.seen import Seen
from skillpod.registry.tickets import Tickets

WITHIN = 0.02
"""Seconds after a call that its entry goes to the journal, with those of the calls since: the answers go out first, and of calls that come
one after the other few are held up by the entries of others. Writing seldom costs them least: it wakes a thread each time."""
AT_ONCE = 128
"""Entries that do not wait any longer: to encode so many takes as long as a few calls do."""
COMPARED = 1000
"""Names that an unknown one is compared with, besides those of the skill it names: all others wait meanwhile."""

NAMED = 200
"""Characters of an unknown name that are repeated; no name that exists is longer."""


Missing = Callable[[str], SkillpodError | None]
"""Says why a tool's skill is not callable now, when that is known."""


class Dispatch:
    def __init__(self, *, seen: Seen, tickets: Tickets, journal: Journal, clock: Clock, missing: Missing, levels: Levels) -> None:
        self._seen = seen
        self._tickets = tickets
        self._registry = seen.registry
        self._journal = journal
        self._clock = clock
        self._missing = missing
        self._levels = levels
        self._ended: list[Callable[[], Entry]] = []
        self._timer: asyncio.TimerHandle | None = None

    async def invoke(self, tool: str, arguments: Any, caller: Caller, hear: Hear = unheard) -> CallResult:
        """Call an exported tool. A tool that the caller does not see is as unknown as one that is not there.

        Raises UnknownTool, NotAllowed, ApprovalNeeded, ArgumentsInvalid, JournalUnwritable, ResultInvalid, and what Guests.call raises.
        """
        self._journal.require()
        binding = self._registry.find(tool)
        if binding is None:
            raise self._why_not(tool, caller)
        access = self._seen.access(binding, caller)
        if access.may < May.ASK:
            raise self._denied(binding, caller, access)
        text = binding.contract.check_arguments(arguments)
        ticket = None if access.may is May.CALL else self._agreed(binding, text, caller, access)
        route, detail = binding.route, self._levels.of(tool)
        started = self._clock.now()
        error: SkillpodError | None = None
        reply: Reply | None = None
        usage: Usage | None = None
        was_cancelled = False
        try:
            with route.leases:
                reply = await route.guests.call(binding.contract.spec.name, arguments, caller, hear)
                usage = reply.usage
                binding.contract.check_result(reply.value)
        except SkillpodError as failure:
            error = failure.about(skill=route.skill, digest=route.digest)
            usage = usage or charged(failure)
            raise
        except asyncio.CancelledError as left:
            was_cancelled = True
            usage = usage or charged(left)
            raise
        finally:
            if usage is not None:
                route.leases.charge(usage)
            account = Account(
                binding=binding,
                caller=caller,
                detail=detail,
                rule=access.rule,
                arguments=text,
                reply=reply,
                error=error,
                usage=usage,
                was_cancelled=was_cancelled,
                duration=self._clock.now() - started,
                ticket=ticket,
            )
            if account.is_due:
                self._note(account.entry)
        return CallResult(
            value=reply.value,
            usage=reply.usage,
            skill=route.skill,
            generation=route.generation,
            digest=route.digest,
            is_content=binding.contract.spec.is_content,
            spec=binding.contract.spec,
        )

    def _agreed(self, binding: Binding, arguments: str, caller: Caller, access: ToolAccess) -> Ticket | None:
        """As ``Tickets.use``; a call that does not go through is in the journal."""
        try:
            return self._tickets.use(binding, arguments, caller, access)
        except SkillpodError as refusal:
            self._note_denied(binding, caller, access, refusal, arguments)
            raise

    def _denied(self, binding: Binding, caller: Caller, access: ToolAccess) -> SkillpodError:
        """What is said of a tool that may not be called; the journal is told that it was."""
        exported = binding.contract.spec.exported
        refusal: SkillpodError = NotAllowed(f"`{exported}` may not be called by `{caller.principal}`: {access.reason}", at=exported)
        self._note_denied(binding, caller, access, refusal)
        return refusal if access.may is May.SEE else self._why_not(exported, caller)

    def _note_denied(self, binding: Binding, caller: Caller, access: ToolAccess, refusal: SkillpodError, arguments: str = "") -> None:
        ticket = refusal.ticket if isinstance(refusal, ApprovalNeeded) else ""
        entry = denied(binding, caller, rule=access.rule, reason=access.reason, error=refusal, arguments=arguments, ticket=ticket)
        self._note(lambda: entry)

    def _why_not(self, tool: str, caller: Caller) -> SkillpodError:
        """Why a tool is not there for a caller, which is told no more of one that it may not see than of one that nobody has."""
        skill = tool.partition("__")[0]
        missing = self._missing(tool) if self._seen.could_see(tool, caller) else None
        if isinstance(missing, NameTaken | Waiting) and not self._seen.sees_all(
            caller
        ):  # SAFE: why names another skill, maybe a hidden one
            return type(missing)(f"skill `{skill}` waits for another one", hint="whoever runs the pod can see for which", skill=skill)
        return missing or self._unknown(tool, caller)

    def _unknown(self, tool: str, caller: Caller) -> UnknownTool:
        seen = self._seen.tools(caller)
        siblings = [name for name in seen if name.partition("__")[0] == tool.partition("__")[0]]
        guess = did_you_mean(tool, siblings) or did_you_mean(tool, seen[:COMPARED])
        hint = guess or "`skillpod tools` lists what is callable now, and skillpod_search finds it"
        return UnknownTool(f"there is no tool `{tool[:NAMED]}`", hint=hint, at=tool[:NAMED])

    def _note(self, entry: Callable[[], Entry]) -> None:
        """Write this entry soon, behind those of the calls that were over before."""
        self._ended.append(entry)
        if len(self._ended) >= AT_ONCE:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WITHIN, self.flush)

    def flush(self) -> None:
        """Hand the journal every call that has ended; it may have none of them yet. Never raises."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        ended, self._ended = self._ended, []
        for entry in ended:
            self._write(entry())

    def _write(self, entry: Entry) -> None:
        try:
            self._journal.note(entry)
        except JournalFailed:
            # The call has run; its entry is kept until the journal is whole again, and the next call is refused.
            self._journal.mark(entry)
