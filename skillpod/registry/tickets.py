"""Calls that a person must agree to: asked about once, answered for exactly these arguments, used once.

They are kept in memory only: a pod that starts again asks again. What was asked, answered and used is in the journal, of the
arguments a salted HMAC.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from skillpod.errors import ApprovalNeeded, CommandInvalid, NotAllowed, SkillpodError, TooManyRequests, UnknownCall
from skillpod.model.access import MANIFEST_RULE, ToolAccess
from skillpod.model.approval import Answer
from skillpod.model.command import Caller
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.principal import Principal
from skillpod.model.ticket import Question, Ticket
from skillpod.ports import Clock, Journal
from skillpod.registry.account import salted
from skillpod.registry.registry import Binding

WAITS = 3600.0
"""Seconds a question waits for its answer."""
COUNTS = 600.0
"""Seconds an answer counts: for one call when it is yes, for every equal one when it is no."""
WAITING = 256
"""Questions and answers at once."""
EACH = 16
"""Of these, what one caller may have: nobody keeps all others from asking."""
SHOWN = 64 * 1024
"""Bytes of arguments that a person can be asked about."""
_AGREED = 4096

Told = Callable[[Ticket], None]
"""Hears of each question when it is first asked; it must not raise and not wait."""


class Tickets:
    """For one loop. ``mint`` gives names that nobody has had."""

    def __init__(self, *, journal: Journal, clock: Clock, mint: Callable[[], str], told: Told) -> None:
        self._journal = journal
        self._clock = clock
        self._mint = mint
        self._told = told
        self._tickets: dict[Question, Ticket] = {}
        self._agreed: OrderedDict[tuple[str, str, str, Digest], None] = OrderedDict()

    # --- calling ----------------------------------------------------------------------------------------------------------

    def use(self, binding: Binding, arguments: str, caller: Caller, access: ToolAccess) -> Ticket | None:
        """The ticket that lets this call through, which is used up by it; None where the author wants to be asked about a caller's first
        call only, and was. ``arguments`` is their canonical JSON.

        Raises ApprovalNeeded while a person must answer, NotAllowed when the answer was no or nobody can be asked, TooManyRequests.
        """
        spec, route = binding.contract.spec, binding.route
        first = (caller.principal, caller.tenant, spec.exported, route.digest)
        if access.rule == MANIFEST_RULE and spec.hints.get("approval") == "first" and first in self._agreed:
            return None
        self._forget_old()
        question = Question(
            principal=caller.principal,
            tenant=caller.tenant,
            tool=spec.exported,
            digest=route.digest,
            arguments=Digest(f"sha256:{sha256(arguments.encode()).hexdigest()}"),
        )
        ticket = self._tickets.get(question) or self._ask(question, binding, arguments, access)
        if ticket.answer is None:
            raise _needed(ticket)
        if ticket.answer is Answer.DENY:
            raise NotAllowed(f"`{ticket.by}` said no to this call: {ticket.reason or 'no reason was given'}", at=spec.exported)
        del self._tickets[question]
        self._agreed[first] = None
        if len(self._agreed) > _AGREED:
            self._agreed.popitem(last=False)
        return ticket

    def _ask(self, question: Question, binding: Binding, text: str, access: ToolAccess) -> Ticket:
        if len(text) > SHOWN:
            raise NotAllowed(f"a person must agree to this call, and can't be asked about {len(text)} bytes of arguments", at=question.tool)
        own = sum(ticket.question.principal == question.principal for ticket in self._tickets.values())
        if own >= EACH or len(self._tickets) >= WAITING:
            full = TooManyRequests("too many calls wait for a person already", at=question.tool, hint="`skillpod calls` shows them")
            full.retry_after = 60.0
            raise full
        now = self._clock.now()
        ticket = Ticket(
            id=self._mint(),
            question=question,
            skill=binding.route.skill,
            version=binding.route.version,
            tool=binding.contract.spec.name,
            arguments=text,
            rule=access.rule,
            why=access.reason,
            asked=now,
            until=now + WAITS,
        )
        self._tickets[question] = ticket
        self._told(ticket)
        return ticket

    # --- answering --------------------------------------------------------------------------------------------------------

    def waiting(self, principal: Principal) -> list[dict[str, Any]]:
        """The questions about skills that a principal sees, and the answers that are not used yet, the oldest first."""
        self._forget_old()
        now = self._clock.now()
        return [ticket.as_dict(now=now) for ticket in self._tickets.values() if principal.may_see(ticket.skill)]

    def find(self, id_: str, principal: Principal) -> Ticket:
        """Raises UnknownCall."""
        self._forget_old()
        found = next((ticket for ticket in self._tickets.values() if ticket.id == id_ and principal.may_see(ticket.skill)), None)
        if found is None:
            raise UnknownCall(f"no call `{id_[:40]}` waits for an answer", at="id", hint="`skillpod calls` shows those that do")
        return found

    async def answer(self, id_: str, answer: Answer, principal: Principal, reason: str) -> Ticket:
        """Answer one question, once; the journal has it before it counts. Raises UnknownCall, CommandInvalid, JournalUnwritable."""
        ticket = self._open(id_, principal)
        await self._journal.record(_entry(ticket, answer, principal, reason))
        ticket = self._open(id_, principal)  # the disk took its time: another may have answered, or it was too late
        answered = replace(ticket, answer=answer, by=principal.name, reason=reason, until=self._clock.now() + COUNTS)
        self._tickets[ticket.question] = answered
        return answered

    def _open(self, id_: str, principal: Principal) -> Ticket:
        ticket = self.find(id_, principal)
        if ticket.answer is not None:
            raise CommandInvalid(f"`{ticket.by}` has answered this call already: {ticket.answer.value}", at="id")
        return ticket

    def _forget_old(self) -> None:
        now = self._clock.now()
        for question in [question for question, ticket in self._tickets.items() if ticket.until <= now]:
            del self._tickets[question]


def _needed(ticket: Ticket) -> SkillpodError:
    needed = ApprovalNeeded(
        f"a person must agree to this call first: {ticket.why}",
        at=ticket.question.tool,
        skill=ticket.skill,
        hint=f"have `skillpod approve-call {ticket.id}` run by a reviewer, then call again with exactly these arguments",
    )
    needed.ticket = ticket.id
    return needed


def _entry(ticket: Ticket, answer: Answer, principal: Principal, reason: str) -> Entry:
    question = ticket.question
    return Entry(
        fact=Fact.CALL_ANSWERED,
        actor=principal.name,
        trigger="command",
        skill=ticket.skill,
        version=ticket.version,
        digest=question.digest,
        tool=ticket.tool,
        caller={"principal": question.principal, **({"tenant": question.tenant} if question.tenant else {})},
        decision=answer.value,
        rule=ticket.rule,
        reason=reason,
        arguments=salted(ticket.arguments),
        details={"ticket": ticket.id, "roles": list(principal.words)},
    )
