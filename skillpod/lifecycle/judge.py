"""From a survey to the policy's answer, under the rules that are in force now. Whatever decides, and whenever, asks here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from skillpod.errors import ApprovalNeeded, PolicyRefused, SkillpodError
from skillpod.lifecycle.pipeline import Rules, Survey, decision, vouched
from skillpod.model.capability import Isolation
from skillpod.model.command import Desired, Mode
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.finding import Finding
from skillpod.model.provenance import NO_PAST, Provenance
from skillpod.ports import Clock, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Who signed what was judged, as far as that is trusted now, and what the policy answered."""

    provenance: Provenance
    answer: Decision

    def require(self) -> Admission:
        """The leave that was given. Raises ApprovalNeeded for a question, and the reasons of a no."""
        answer = self.answer
        match answer:
            case Admission():
                return answer
            case Hold():
                raise _needed(answer)
            case Refusal():
                raise _refused(answer)
            case _:
                assert_never(answer)


def _as_it_is(survey: Survey) -> Survey:
    return survey


def _jail(name: str) -> Isolation:
    return Isolation.JAIL


class Judge:
    """``renewed`` gives a survey with what is accepted now of its findings: it may have been made under other suppressions. ``isolation``
    is what the operator says of a skill."""

    def __init__(
        self,
        *,
        rules: Callable[[], Rules],
        state: State,
        clock: Clock,
        renewed: Callable[[Survey], Survey] = _as_it_is,
        isolation: Callable[[str], Isolation] = _jail,
    ) -> None:
        self._rules = rules
        self._isolation = isolation
        self._renewed = renewed
        self._state = state
        self._clock = clock

    def provenance(self, survey: Survey, desired: Desired) -> Provenance:
        """Who signed it. Raises what keeps its evidence from being good enough: SignatureInvalid, Revoked, Downgraded."""
        remembered = self._state.names().get(desired.name)
        returns = desired.mode is Mode.PINNED and remembered is not None and survey.bundle.digest in remembered.history
        past = remembered.past if remembered else NO_PAST
        return vouched(survey, self._rules(), past, returns=returns, now=self._clock.epoch())

    def judge(self, survey: Survey, desired: Desired, update: Sequence[Finding] = ()) -> Judgement:
        """Raises what ``Survey.require`` and ``provenance`` raise: no policy is asked about those."""
        survey = self._renewed(survey)
        provenance = self.provenance(survey, desired)
        answer = decision(
            survey,
            self._rules(),
            provenance=provenance,
            now=self._clock.epoch(),
            update=update,
            approvals=self._state.answers(survey.bundle.digest),
            requester=desired.actor,
            roles=desired.roles,
            isolation=self._isolation(desired.name),
        )
        return Judgement(provenance=provenance, answer=answer)


def _needed(hold: Hold) -> SkillpodError:
    needed = ApprovalNeeded(hold.question, reasons=hold.reasons, skill=hold.skill, digest=hold.digest)
    needed.rule, needed.policy = hold.rule, hold.policy
    return needed


def _refused(refusal: Refusal) -> SkillpodError:
    if len(refusal.reasons) == 1:
        refused = refusal.reasons[0]
    else:
        refused = PolicyRefused(f"rule `{refusal.rule}` refuses it", reasons=refusal.reasons, skill=refusal.skill, digest=refusal.digest)
    if isinstance(refused, PolicyRefused):
        refused.rule, refused.policy = refusal.rule, refusal.policy
    return refused
