"""What people's answers come to for one question at one moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from skillpod.model.approval import Answer, Approval, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """``approvals`` are the yeses that count, each another person's; ``denials`` the noes; ``broken_glass`` what stands for any number of
    approvals. ``longest`` is for how many seconds an answer counts at most, by the rule that asks."""

    approvals: tuple[Approval, ...]
    denials: tuple[Approval, ...]
    broken_glass: tuple[Approval, ...]

    def within(self, longest: float, *, now: float) -> tuple[Approval, ...]:
        """The approvals that count so far, those that last longest first."""
        return _lasting(self.approvals, longest, now)

    def enough(self, needed: int, *, longest: float, now: float) -> tuple[Approval, ...]:
        """Those an admission would rest on: as many approvals as are needed, or broken glass; none where neither is there."""
        given = self.within(longest, now=now)
        return given[:needed] if len(given) >= needed else _lasting(self.broken_glass, longest, now)[:1]


def _lasting(answers: Iterable[Approval], longest: float, now: float) -> tuple[Approval, ...]:
    return tuple(sorted((each for each in answers if now < ends(each, longest)), key=lambda each: (-ends(each, longest), each.by)))


def ends(approval: Approval, longest: float) -> float:
    """When it ends, where approvals last ``longest`` seconds at most."""
    return min(approval.until, approval.at + longest)


def weigh(approvals: Iterable[Approval], subject: Subject, *, requester: str, now: float) -> Weighed:
    """A person's last answer for this very subject is their answer, and when it ends they have none: an earlier one does not come back.
    Nobody's approval counts for what they asked for themselves; when it is not known who asks, anybody could be the one, and none counts.
    A no counts whoever says it."""
    theirs = [approval for approval in approvals if approval.subject == subject]
    last: dict[str, Approval] = {}
    for approval in sorted(theirs, key=_in_turn):
        if approval.answer is not Answer.BREAK_GLASS:
            last[approval.by] = approval
    counting = [approval for approval in last.values() if approval.counts(subject, now=now)]
    return Weighed(
        approvals=tuple(each for each in counting if each.answer is Answer.APPROVE and requester not in ("", each.by)),
        denials=tuple(each for each in counting if each.answer is Answer.DENY),
        broken_glass=tuple(each for each in theirs if each.answer is Answer.BREAK_GLASS and each.counts(subject, now=now)),
    )


def _in_turn(approval: Approval) -> tuple[float, bool]:
    """By when it was given; of two answers of one moment a no is the last."""
    return approval.at, approval.answer is Answer.DENY
