"""What would be done with a bundle: read, judged, compared with what was there before and configured, before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from packaging.specifiers import SpecifierSet

from skillpod.audit.update import unreadable
from skillpod.errors import Quarantined, SkillpodError, Waiting
from skillpod.lifecycle.judge import Judgement
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.pipeline import Survey, update_of
from skillpod.lifecycle.question import Question
from skillpod.lifecycle.slot import Slot
from skillpod.manifest.config import fill_config
from skillpod.model.approval import Answer
from skillpod.model.bundle import Bundle
from skillpod.model.command import Desired, Mode, Remembered
from skillpod.model.decision import Admission, Hold, Identity
from skillpod.model.digest import Digest
from skillpod.model.finding import Finding
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.model.provenance import UNSIGNED, Provenance
from skillpod.model.provision import Provision


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything decided about a bundle, before anything is started. ``update`` is what it changes of the version before it."""

    survey: Survey
    manifest: Manifest
    provenance: Provenance
    admission: Admission
    config: Mapping[str, Any]
    provision: Provision
    identity: Identity
    tools: tuple[ToolSpec, ...]
    update: tuple[Finding, ...] = ()


class Planner:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def plan(self, slot: Slot, bundle: Bundle, desired: Desired) -> Plan:
        """Read, decide and configure. Raises every Refused, Held and Misconfigured of the walk up to a guest."""
        why = self._parts.state.quarantined().get(bundle.digest)
        if why is not None:
            raise Quarantined(
                f"this version kept failing and is quarantined: {why}",
                hint=f"change the skill, or `skillpod resume {slot.name}` to try it again",
                skill=slot.name,
                digest=bundle.digest,
            )
        return await self.plan_surveyed(slot, desired, await self._survey(slot, bundle))

    async def _survey(self, slot: Slot, bundle: Bundle) -> Survey:
        for known in (slot.current, slot.previous, slot.question):
            # The sidecars are not part of the digest: with other evidence it is another bundle.
            if known is not None and known.survey.bundle.digest == bundle.digest and known.survey.bundle.evidence == bundle.evidence:
                return self._parts.examiner.renewed(known.survey)
        return await self._parts.offload(self._parts.examiner.survey, bundle, folder=slot.name)

    async def plan_surveyed(self, slot: Slot, desired: Desired, survey: Survey) -> Plan:
        """As ``plan``, from a survey that was made before."""
        manifest = survey.require()
        slot.awaits = frozenset(manifest.requires.skills)
        provenance = self._parts.judge.provenance(survey, desired)
        update = await self._update(slot, desired, survey, provenance)
        judged = self._parts.judge.judge(survey, desired, update)
        slot.question = self.question(slot, judged, survey, update, desired) if isinstance(judged.answer, Hold) else None
        admission = judged.require()
        config = fill_config(desired.config or self._parts.configured(manifest.name), manifest)
        self.require_skills(manifest)
        provision = await self._parts.provision(admission, manifest)
        return Plan(
            survey=survey,
            manifest=manifest,
            provenance=judged.provenance,
            admission=admission,
            config=config,
            provision=provision,
            identity=Identity.of(admission, evidence=survey.bundle.evidence, config=dict(config), provision=provision),
            tools=self._named(survey),
            update=update,
        )

    async def _update(self, slot: Slot, desired: Desired, survey: Survey, provenance: Provenance) -> tuple[Finding, ...]:
        """What this changes of the version that serves, or served last; nothing of one that an operator returns to by its digest, nor
        after one was taken away by an operator: what comes then is decided as a new skill. What served on people's word is no measure for
        others when that word has ended, or was broken glass, and is itself no return to what was agreed."""
        if desired.mode is Mode.PINNED and self._is_agreed(survey.bundle.digest):
            return ()
        current = slot.current
        if current is not None and current.digest == survey.bundle.digest:
            return current.update  # what was asked for it is asked as long as it serves
        if current is not None and not any(each.answer is Answer.BREAK_GLASS for each in current.admission.approvals):
            return update_of(current.survey, survey, signers=(current.provenance, provenance))
        remembered = self._parts.state.names().get(slot.name)
        if remembered is None or remembered.desired.mode is Mode.ABSENT or not remembered.history:
            return ()
        before = self._before(remembered, survey.bundle.digest)
        if before is None:
            return ()
        try:
            bundle = await self._parts.offload(self._parts.store.get, before)
        except SkillpodError as error:
            return (unreadable(error.message),)
        signed_by = remembered.past.signed_by
        signer = Provenance(publisher=signed_by, keys=(signed_by,)) if signed_by else UNSIGNED
        earlier = await self._parts.offload(self._parts.examiner.survey, bundle, folder=slot.name)
        return update_of(earlier, survey, signers=(signer, provenance))

    def _before(self, remembered: Remembered, digest: Digest) -> Digest | None:
        """Which version an update is compared with: the one published last of those that are agreed. For the one published last itself
        only where people were asked, or might be: it must not pass for harmless after a restart, or under other rules."""
        last = remembered.digest or remembered.history[-1]
        if last == digest and not remembered.was_asked:
            return None
        earlier = [known for known in reversed(remembered.history) if known != digest]
        return next(filter(self._is_agreed, earlier), earlier[0] if earlier else None)

    def _is_agreed(self, digest: Digest) -> bool:
        """Whether every answer that people gave about it is a yes that has not ended; so also where nobody was asked."""
        now = self._parts.clock.epoch()
        return all(each.answer is Answer.APPROVE and now < each.until for each in self._parts.state.answers(digest))

    def question(self, slot: Slot, judged: Judgement, survey: Survey, update: tuple[Finding, ...], desired: Desired) -> Question:
        """What people are asked now about what is held; what was tried for the same bytes and config is not tried again. Raises what
        ``Survey.require`` raises, and ValueError for what is not held."""
        if not isinstance(judged.answer, Hold):
            raise ValueError("nobody is asked about this")
        asked = slot.question
        is_same = asked is not None and asked.hold.digest == judged.answer.digest and asked.desired.config == desired.config
        return Question(
            survey=survey,
            manifest=survey.require(),
            hold=judged.answer,
            provenance=judged.provenance,
            update=update,
            desired=desired,
            since=asked.since if asked is not None and is_same else self._parts.clock.epoch(),
            trial=asked.trial if asked is not None and is_same else None,
        )

    def _named(self, survey: Survey) -> tuple[ToolSpec, ...]:
        """The tools under the names they are exported by: their own, where the operator wants them bare."""
        if survey.manifest is None or survey.manifest.name not in self._parts.bare_names():
            return survey.tools
        return tuple(replace(spec, exported=spec.name) for spec in survey.tools)

    def require_skills(self, manifest: Manifest) -> None:
        missing = list(self.unmet(manifest))
        if missing:
            raise Waiting(
                f"it requires {' and '.join(missing)}", hint="it is mounted by itself when they are", skill=manifest.name, at="requires"
            )

    def unmet(self, manifest: Manifest) -> list[str]:
        """The required skills that are not mounted in a version that fits, each in words."""
        routes = self._parts.registry.routes
        unmet: list[str] = []
        for name, versions in manifest.requires.skills.items():
            route = routes.get(name)
            if route is None:
                unmet.append(f"skill `{name}` {versions}, which is not mounted")
            elif not SpecifierSet(versions).contains(route.version, prereleases=True):
                unmet.append(f"skill `{name}` {versions}, of which {route.version} is mounted")
        return unmet


def rights(admission: Admission) -> tuple[object, ...]:
    """All that an Admission gives."""
    return admission.digest, admission.isolation, admission.grants, admission.opted_out
