"""What people may do, by their roles: asked in one place, whichever door they come through, and written down when it is no."""

from __future__ import annotations

from skillpod.errors import NotAllowed, SkillpodError, UnknownSkill
from skillpod.model.entry import Entry, Fact
from skillpod.model.names import SKILL_NAME_LIMIT
from skillpod.model.principal import Principal, Role
from skillpod.ports import Journal

_WAYS = "`skillpod token list` shows who has which role, and `skillpod token new NAME --role ROLE` gives one"


class Rights:
    """``act`` is what a principal wants to do, as in ``mount``. Every no is in the journal before it is told; where that can't be written,
    JournalUnwritable is the no."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def require(self, principal: Principal, role: Role, act: str, *, skill: str = "") -> None:
        """Return when this principal has the role, and sees the skill that it is about. Raises NotAllowed; UnknownSkill, for what it does
        not see is not there."""
        if not principal.may(role):
            has = ", ".join(principal.words) or "none"
            why = f"`{principal.name}` may not {act}: that asks for the role {role.value}, and its roles are: {has}"
            raise self.denied(NotAllowed(why, hint=_WAYS), principal, act, skill=skill, needs=role.value)
        if skill and not principal.may_see(skill):
            raise self.denied(unseen(skill), principal, act, skill=skill, sees=list(principal.sees))

    def denied(self, refusal: SkillpodError, principal: Principal, act: str, *, skill: str = "", **details: object) -> SkillpodError:
        """The refusal, once the journal knows who was denied what."""
        self._journal.require()  # so that who asks again and again fills no memory
        self._journal.note(
            Entry(
                fact=Fact.NOT_ALLOWED,
                actor=principal.name,
                trigger="command",
                skill=skill[:SKILL_NAME_LIMIT],
                outcome="denied",
                error={"code": refusal.code},
                details={"act": act, **details, "roles": list(principal.words)},
            )
        )
        return refusal


def unseen(name: str) -> UnknownSkill:
    """What is said of a skill that is not there, and of one that whoever asks does not see."""
    return UnknownSkill(f"there is no skill `{name}`", hint="`skillpod list` shows what there is", skill=name)
