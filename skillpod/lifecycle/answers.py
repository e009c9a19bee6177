"""What people answer to a Hold: approve, deny, break the glass, and review that afterwards. An answer that fails changes nothing."""

from __future__ import annotations

from typing import Final

from skillpod.documents import did_you_mean
from skillpod.errors import CommandInvalid, Held, NotAllowed, NothingHeld, SkillpodError, UnknownDigest
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.question import Question
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.supervisor import Supervisor
from skillpod.lifecycle.swap import Occasion
from skillpod.model.approval import Answer, Approval
from skillpod.model.command import Command
from skillpod.model.digest import short
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind

HOUR: Final = 3600.0
LONGEST_APPROVAL = 366 * 24 * HOUR
LONGEST_BREAK = 24 * HOUR
DEFAULT_BREAK = 4 * HOUR
"""Seconds. A rule's ``valid_for`` may end an approval sooner."""

_LEAST_REASON = 10
_MOST_REASON = 1024
_FACTS = {Answer.APPROVE: Fact.APPROVED, Answer.DENY: Fact.DENIED, Answer.BREAK_GLASS: Fact.GLASS_BROKEN}
_KINDS = {Answer.APPROVE: Kind.APPROVED, Answer.DENY: Kind.DENIED, Answer.BREAK_GLASS: Kind.GLASS_BROKEN}


class Answers:
    def __init__(self, parts: Parts, supervisor: Supervisor) -> None:
        self._parts = parts
        self._supervisor = supervisor

    async def give(self, command: Command, answer: Answer, occasion: Occasion) -> None:
        """Journal one person's answer to what is held under the command's name, and decide again with it. When more people must answer,
        it stays held, which is no fault. Raises NothingHeld, UnknownDigest, NotAllowed, CommandInvalid, JournalUnwritable, and what keeps
        what was approved from coming up."""
        reason = _reason(command)
        slot = self._slot(command)
        async with slot.lock:
            question = self._question(slot, command.to)
            if answer is not Answer.DENY:
                _require_another(question, command)
            given = self._answer(question, answer, command, reason)
            await self._parts.ledger.write(
                Entry(
                    fact=_FACTS[answer],
                    actor=command.actor,
                    trigger=occasion.trigger,
                    skill=slot.name,
                    version=question.manifest.version,
                    digest=question.hold.digest,
                    rule=question.hold.rule,
                    policy=question.hold.policy,
                    reason=reason,
                    details={"approval": given.as_dict(), "roles": list(command.principal.words)},
                )
            )
            self._parts.news.tell(
                _KINDS[answer],
                skill=slot.name,
                version=question.manifest.version,
                digest=question.hold.digest,
                message=f"{command.actor}: {reason}",
            )
            await self._again(slot, question, answer, occasion)

    async def review(self, command: Command, occasion: Occasion) -> None:
        """Close the review of the glass that was broken for a skill. Raises NothingHeld, NotAllowed, CommandInvalid, JournalUnwritable."""
        reason = _reason(command)
        broken = [each for each in self._parts.state.reviews() if each.subject.skill == command.name]
        if not broken:
            raise NothingHeld(f"no glass was broken for `{command.name}`", hint="`skillpod reviews` shows what is open", skill=command.name)
        if any(each.by == command.actor for each in broken):
            raise NotAllowed("who broke the glass can't be the one who reviews it", hint="somebody else must", skill=command.name)
        await self._parts.ledger.write(
            Entry(
                fact=Fact.REVIEWED,
                actor=command.actor,
                trigger=occasion.trigger,
                skill=command.name,
                reason=reason,
                details={"reviewed": [each.as_dict() for each in broken]},
            )
        )
        self._parts.news.tell(Kind.REVIEWED, skill=command.name, message=f"{command.actor}: {reason}")

    async def _again(self, slot: Slot, question: Question, answer: Answer, occasion: Occasion) -> None:
        slot.forget_refusal()
        try:
            await self._supervisor.swap.bring(slot, question.survey.bundle, question.desired, occasion)
        except SkillpodError as error:
            await self._supervisor.refuse(slot, error, occasion)
            if answer is not Answer.DENY and not isinstance(error, Held):
                raise

    def _answer(self, question: Question, answer: Answer, command: Command, reason: str) -> Approval:
        now = self._parts.clock.epoch()
        longest, usual = (LONGEST_BREAK, DEFAULT_BREAK) if answer is Answer.BREAK_GLASS else (LONGEST_APPROVAL, LONGEST_APPROVAL)
        if command.lasts > longest:
            raise CommandInvalid(f"it may last {longest / HOUR:g} hours at most", at="--for", hint="leave it out for the usual time")
        lasts = command.lasts or usual
        return Approval(subject=question.hold.subject, answer=answer, by=command.actor, reason=reason, at=now, until=now + lasts)

    def _slot(self, command: Command) -> Slot:
        name, slots = command.name, self._supervisor.slots
        if name not in slots:
            hint = did_you_mean(name, sorted(filter(command.principal.may_see, slots))) or "`skillpod holds` shows what waits for an answer"
            raise NothingHeld(f"nothing is held under `{name}`", hint=hint, skill=name)
        return slots[name]

    @staticmethod
    def _question(slot: Slot, to: str) -> Question:
        """What is asked now, if it is about the digest that the person has seen."""
        question = slot.question
        if question is None:
            raise NothingHeld(
                f"nothing is held under `{slot.name}`", hint="`skillpod holds` shows what waits for an answer", skill=slot.name
            )
        wanted = to if to.startswith("sha256:") else f"sha256:{to}"
        if len(wanted) < len("sha256:") + 6 or not question.hold.digest.startswith(wanted):
            raise UnknownDigest(
                f"what is held under `{slot.name}` is {short(question.hold.digest)}, not {to or 'nothing'}",
                hint=f"look at it again: `skillpod holds {slot.name}`",
                skill=slot.name,
                digest=question.hold.digest,
            )
        return question


def _require_another(question: Question, command: Command) -> None:
    if question.desired.actor == command.actor:
        raise NotAllowed(
            f"{command.actor} asked for it, so somebody else must agree",
            hint="a token of another person's: `skillpod token new NAME --role reviewer`",
            skill=question.manifest.name,
            digest=question.hold.digest,
        )


def _reason(command: Command) -> str:
    reason = command.reason.strip()
    if not _LEAST_REASON <= len(reason) <= _MOST_REASON:
        message = f"a reason has {_LEAST_REASON} to {_MOST_REASON} characters, this has {len(reason)}"
        raise CommandInvalid(message, at="--reason", hint="say why, for whoever reads the journal next year")
    return reason
