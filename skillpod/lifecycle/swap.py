"""Build aside, prove, publish by one assignment, drain the old: how a bundle becomes the generation that serves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from skillpod.errors import ApprovalNeeded, Held, PolicyRefused, Quarantined, Refused, RulesChanged, SkillpodError
from skillpod.lifecycle.attempts import Attempts
from skillpod.lifecycle.generation import Generation
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.plan import Plan, Planner, rights
from skillpod.lifecycle.probe import prove
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.table import Event, State
from skillpod.lifecycle.wording import words_of
from skillpod.model.bundle import Bundle
from skillpod.model.command import FOLDER, Desired, Mode
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.model.finding import Severity
from skillpod.model.guest import Launch
from skillpod.model.provision import Provision
from skillpod.ports import Guests

DRAIN_GRACE = 2.0
"""Seconds past a skill's own wall limit that a replaced generation may take to finish: its deadlines end its calls before."""

ORDER = "command"
"""What caused what somebody ordered."""

OnDeath = Callable[[Slot, Guests, SkillpodError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why something is brought up: ``trigger`` and ``actor`` go to the journal, ``since`` is when the change was first seen; ``roles`` are
    those in which an actor gave an order."""

    trigger: str
    actor: str
    since: float
    roles: tuple[str, ...] = ()


class Swap:
    def __init__(self, parts: Parts, *, on_death: OnDeath, on_change: Callable[[str], None]) -> None:
        self._parts = parts
        self.planner = Planner(parts)
        self._on_death = on_death
        self._on_change = on_change
        self._publishing = asyncio.Lock()
        self._drains: set[asyncio.Task[None]] = set()

    # --- doing it -------------------------------------------------------------------------------------------------------

    async def bring(self, slot: Slot, bundle: Bundle, desired: Desired, occasion: Occasion) -> None:
        """Make this bundle the one that serves. When it raises, nothing has changed and what served still serves."""
        slot.awaits = frozenset()
        plan = await self.planner.plan(slot, bundle, desired)
        if slot.current is not None and slot.current.identity == plan.identity:
            slot.current.renew(plan.admission, plan.provenance)
            await self._note_desire(slot, desired, occasion)
            if not isinstance(slot.error, Quarantined):
                slot.error = slot.refused = None
            return
        generation = self._build(slot, plan)
        try:
            await self._prove(generation)
            async with self._publishing:
                self._parts.registry.check(slot.name, generation.tools)
                self.planner.require_skills(plan.manifest)
                self._require_leave(plan, desired)
                await self._write(slot, generation, desired, occasion)
                self.publish(slot, generation, occasion)
        except BaseException:
            if generation.state is State.STARTING:
                generation.step(Event.FAILED)
                await generation.guests.close()
            raise
        await self._require_still(slot, generation, desired, plan, occasion)

    async def _require_still(self, slot: Slot, generation: Generation, desired: Desired, plan: Plan, occasion: Occasion) -> None:
        """The rules may have changed while the journal was written, and what looked then at all that serves did not find it."""
        if slot.current is not generation:
            return
        try:
            self._require_leave(plan, desired)
        except SkillpodError as error:
            await self.withdraw(slot, occasion, reason=error.message)
            raise

    def _require_leave(self, plan: Plan, desired: Desired) -> None:
        """The rules may have changed while it was built, an answer may have run out: it is decided again right before it is published."""
        now = self._parts.judge.judge(plan.survey, desired, plan.update).require()
        if rights(now) != rights(plan.admission):
            raise RulesChanged(
                "the rules changed while it was built", hint="it is decided again at once", skill=now.skill, digest=now.digest
            )

    def _build(self, slot: Slot, plan: Plan) -> Generation:
        remembered = self._parts.state.names().get(slot.name)
        number = (remembered.generation if remembered else 0) + 1
        kept = slot.previous
        if kept is not None and kept.identity == plan.identity and not kept.keeps_crashing:
            # It proved itself before and was kept ready for this: its guests serve on under the new number.
            slot.previous = None
            kept.step(Event.RECALLED)
            kept.attempts.number = number
            return self._generation(number, plan, kept.guests, kept.attempts)
        return self.open(slot, number, plan)

    def open(self, slot: Slot, number: int, plan: Plan) -> Generation:
        """A generation with no guest started yet."""
        launch = Launch(
            admission=plan.admission,
            bundle=plan.survey.bundle,
            manifest=plan.manifest,
            tools=plan.tools,
            config=plan.config,
            provision=plan.provision,
        )
        attempts = Attempts(
            number=number,
            manifest=plan.manifest,
            admission=plan.admission,
            comparison=plan.survey.report.comparison,
            volumes=plan.provision.volumes,
            news=self._parts.news,
            journal=self._parts.journal,
            clock=self._parts.clock,
        )
        opened: list[Guests] = []
        opened.append(
            self._parts.sandbox.open(launch, on_death=lambda error: self._on_death(slot, opened[0], error), watch=attempts.record)
        )
        return self._generation(number, plan, opened[0], attempts)

    @staticmethod
    def _generation(number: int, plan: Plan, guests: Guests, attempts: Attempts) -> Generation:
        return Generation(
            number=number,
            survey=plan.survey,
            provenance=plan.provenance,
            admission=plan.admission,
            identity=plan.identity,
            guests=guests,
            attempts=attempts,
            manifest=plan.manifest,
            tools=plan.tools,
            provision=plan.provision,
            update=plan.update,
        )

    async def _prove(self, generation: Generation) -> None:
        await generation.guests.wake()
        keep = asyncio.ensure_future(self._parts.offload(self._parts.store.put, generation.survey.bundle))
        try:
            await prove(generation.guests, generation.manifest, generation.tools)
        finally:
            await keep

    async def _write(self, slot: Slot, generation: Generation, desired: Desired, occasion: Occasion) -> None:
        wanted = replace(desired, digest=generation.digest)
        remembered = self._parts.state.names().get(slot.name)
        entries = [] if remembered is not None and remembered.desired == wanted else [desire_entry(wanted, occasion)]
        entries.append(decided_entry(generation, occasion))
        entries.append(_published(generation, slot.current, occasion, wanted, took=self._parts.clock.now() - occasion.since))
        await self._parts.ledger.write(*entries)

    async def _note_desire(self, slot: Slot, desired: Desired, occasion: Occasion) -> None:
        remembered = self._parts.state.names().get(slot.name)
        current = slot.current
        if current is not None:
            wanted = replace(desired, digest=current.digest)
            if remembered is None or remembered.desired != wanted:
                await self._parts.ledger.write(desire_entry(wanted, occasion))

    def publish(self, slot: Slot, generation: Generation, occasion: Occasion) -> None:
        """The one assignment; synchronous, so that no call can fall between."""
        old = slot.current
        self._parts.registry.publish(generation.route)
        generation.step(Event.PUBLISHED)
        generation.published_at = self._parts.clock.now()
        generation.published_epoch = self._parts.clock.epoch()
        slot.current = generation
        slot.error = None
        slot.refused = None
        if old is not None:
            old.step(Event.REPLACED)
            slot.leaving.add(old)
            self._spawn(self._retire(slot, old, calls=old.route.leases.open))
        self._parts.news.tell(
            Kind.SWAPPED if old else Kind.MOUNTED,
            skill=slot.name,
            version=generation.manifest.version,
            digest=generation.digest,
            generation=generation.number,
            previous=old.number if old else 0,
            took=self._parts.clock.now() - occasion.since,
            details={"tools": [spec.exported for spec in generation.tools], "trigger": occasion.trigger, **_changed(generation)},
        )
        self._on_change(slot.name)

    # --- taking away ----------------------------------------------------------------------------------------------------

    async def withdraw(self, slot: Slot, occasion: Occasion, *, reason: str, kind: Kind = Kind.UNMOUNTED) -> None:
        """Take the skill's tools away now; its calls in flight finish on their own. Never waits for a guest."""
        gone = slot.current
        if gone is None:
            return
        self._parts.registry.withdraw(slot.name)
        slot.current = None
        gone.step(Event.WITHDRAWN)
        slot.leaving.add(gone)
        kept, slot.previous = slot.previous, None
        self._spawn(self._end(slot, gone))
        if kept is not None:
            self._spawn(kept.discard())
        self._parts.news.tell(
            kind, skill=slot.name, version=gone.manifest.version, digest=gone.digest, previous=gone.number, message=reason
        )
        await self._parts.ledger.take_away(
            Entry(
                fact=Fact.UNMOUNTED,
                actor=occasion.actor,
                trigger=occasion.trigger,
                skill=slot.name,
                version=gone.manifest.version,
                digest=gone.digest,
                previous=gone.number,
                reason=reason,
            )
        )
        self._on_change(slot.name)

    async def _end(self, slot: Slot, gone: Generation) -> None:
        await gone.drain(gone.manifest.limits.wall + DRAIN_GRACE)
        slot.leaving.discard(gone)
        await gone.discard()

    async def _retire(self, slot: Slot, old: Generation, *, calls: int) -> None:
        await old.drain(old.manifest.limits.wall + DRAIN_GRACE)
        slot.leaving.discard(old)
        if old.state is not State.DRAINING:
            return  # recalled or discarded while it drained
        old.step(Event.DRAINED)
        self._parts.news.tell(
            Kind.DRAINED,
            skill=slot.name,
            version=old.manifest.version,
            digest=old.digest,
            generation=old.number,
            details={"calls": calls},  # that were in flight when it was replaced
        )
        kept = slot.previous
        is_newer_kept = kept is not None and kept.number > old.number
        if slot.current is None or is_newer_kept or (old.digest == slot.current.digest and old.provision != slot.current.provision):
            await old.discard()  # the same bytes with other things behind their grants are no way back: they lost the right to those
            return
        slot.previous = old
        await old.guests.rest()
        if kept is not None:
            await kept.discard()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._drains.add(task)
        task.add_done_callback(self._drains.discard)

    async def close(self) -> None:
        """Wait until what was replaced or withdrawn has finished its calls."""
        while self._drains:
            await asyncio.wait(self._drains)


def followed(name: str) -> Desired:
    """What is desired of a folder that nobody has said anything about."""
    return Desired(name=name, mode=Mode.FOLLOW, source=FOLDER, actor=FOLDER)


def desire_entry(desired: Desired, occasion: Occasion) -> Entry:
    return Entry(
        fact=Fact.DESIRED,
        actor=occasion.actor,
        trigger=occasion.trigger,
        skill=desired.name,
        digest=desired.digest or "",
        source=desired.source,
        details={"desired": desired.as_dict()},
    )


def refusal_entry(name: str, digest: str, error: SkillpodError, occasion: Occasion) -> Entry:
    """A no, with its reasons: of a policy's hold or refusal, or of any step before or after it."""
    held = isinstance(error, Held)
    said = words_of(error)
    rule, policy = (error.rule, error.policy) if isinstance(error, ApprovalNeeded | PolicyRefused) else ("", "")
    return Entry(
        fact=Fact.REFUSED,
        actor=occasion.actor,
        trigger=occasion.trigger,
        skill=name,
        digest=digest,
        decision="hold" if held else "refuse" if isinstance(error, Refused) else "",
        rule=rule,
        policy=policy,
        outcome="denied" if held or isinstance(error, Refused) else "error",
        reason=said["message"],
        error=said,
    )


def decided_entry(generation: Generation, occasion: Occasion) -> Entry:
    admission = generation.admission
    return Entry(
        fact=Fact.DECIDED,
        actor=occasion.actor,
        trigger=occasion.trigger,
        skill=generation.manifest.name,
        version=generation.manifest.version,
        digest=generation.digest,
        tier=admission.tier.word,
        isolation=admission.isolation.value,
        grants=admission.grants.as_dict(),
        config=generation.identity.config,
        decision="admit",
        rule=admission.rule,
        policy=admission.policy,
        generation=generation.number,
        details=_accepted(generation) | _changed(generation) | _trusted(generation),
    )


def _accepted(generation: Generation) -> dict[str, Any]:
    """What counted for nothing in the decision, because a person has accepted it: what, and by whom."""
    accepted = [finding.suppressed.as_dict() for finding in generation.survey.report.findings if finding.suppressed]
    return {"accepted": accepted} if accepted else {}


def _changed(generation: Generation) -> dict[str, Any]:
    """What the update changed, for the journal and those who listen; no word where it is none."""
    return {"update": [finding.as_dict() for finding in generation.update]} if generation.update else {}


def _reviewable(generation: Generation) -> dict[str, Any]:
    """What of the change people must look at, if the rules want that: it is compared again as long as this version is the last."""
    found = [finding.as_dict() for finding in generation.update if finding.severity is Severity.REVIEW]
    return {"update": found} if found else {}


def _trusted(generation: Generation) -> dict[str, Any]:
    """Who signed it and who approved it; no word where nobody did."""
    signed, approvals = generation.provenance, generation.admission.approvals
    return {
        **({"provenance": {"publisher": signed.publisher, "keys": list(signed.keys)}} if signed.is_signed else {}),
        **({"approvals": [{"by": each.by, "answer": each.answer.value, "until": each.until} for each in approvals]} if approvals else {}),
    }


def _provided(provision: Provision) -> dict[str, Any]:
    """Of variables their names alone: what the operator sets need not be for everyone who reads the log."""
    said = {
        "volumes": [volume.as_dict() for volume in provision.volumes],
        "programs": [program.as_dict() for program in provision.programs],
        "packages": [package.as_dict() for package in provision.packages],
        "variables": sorted(provision.variables),
    }
    return {kind: given for kind, given in said.items() if given}


def _published(generation: Generation, old: Generation | None, occasion: Occasion, desired: Desired, *, took: float) -> Entry:
    report = generation.guests.report
    return Entry(
        fact=Fact.PUBLISHED,
        actor=occasion.actor,
        trigger=occasion.trigger,
        skill=generation.manifest.name,
        version=generation.manifest.version,
        digest=generation.digest,
        source=desired.source,
        tier=generation.admission.tier.word,
        isolation=generation.admission.isolation.value,
        config=generation.identity.config,
        rule=generation.admission.rule,
        policy=generation.admission.policy,
        generation=generation.number,
        previous=old.number if old else 0,
        previous_digest=old.digest if old else "",
        outcome="ok",
        duration=round(took, 6),
        details={
            "identity": generation.identity.as_dict(),
            "walls": report.as_dict() if report else {},
            **_provided(generation.provision),
            **_reviewable(generation),
            **_trusted(generation),
        },
    )
