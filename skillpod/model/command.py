"""Who asks, and what should be mounted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from skillpod.model.conditions import FREE, Conditions
from skillpod.model.digest import Digest
from skillpod.model.principal import LOCAL_OWNER, Principal, Role, fits
from skillpod.model.provenance import NO_PAST, Past


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: every call has one. ``session`` is an explicit key; empty means none. ``sees`` are patterns (``fnmatch``, case
    matters) of the names of skills that are there for this caller; what it does not see it can't call, and is told nothing of. ``roles``
    are words of ``model.principal.Role``. ``conditions`` are the time and chance under which it wants its call done."""

    principal: str = "owner"
    session: str = ""
    tenant: str = ""
    sees: tuple[str, ...] = ("*",)
    roles: tuple[str, ...] = ()
    conditions: Conditions = FREE

    def may_see(self, skill: str) -> bool:
        return fits(self.sees, skill)

    @classmethod
    def of(cls, principal: Principal, *, session: str = "", tenant: str = "") -> Caller:
        return cls(principal=principal.name, session=session, tenant=tenant, sees=principal.sees, roles=principal.words)


OWNER = Caller(roles=LOCAL_OWNER.words)


class Verb(Enum):
    MOUNT = "mount"
    UNMOUNT = "unmount"
    RELOAD = "reload"
    ROLLBACK = "rollback"
    RESUME = "resume"
    APPROVE = "approve"
    DENY = "deny"
    BREAK_GLASS = "break-glass"
    REVIEW = "review"  # close the review that broken glass opened


NEEDS: Mapping[Verb, Role] = MappingProxyType(
    {
        Verb.MOUNT: Role.OPERATOR,
        Verb.UNMOUNT: Role.OPERATOR,
        Verb.RELOAD: Role.OPERATOR,
        Verb.ROLLBACK: Role.OPERATOR,
        Verb.RESUME: Role.OPERATOR,
        Verb.APPROVE: Role.REVIEWER,
        Verb.DENY: Role.REVIEWER,
        Verb.BREAK_GLASS: Role.BREAK_GLASS,
        Verb.REVIEW: Role.REVIEWER,
    }
)
"""The role a command asks of whoever gives it; ``SkillManager.execute`` holds everyone to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One frozen request of a door. ``path`` is for mount, ``to`` for rollback and for answers (a digest), ``config`` for mount (None:
    leave as it is), ``reason`` for every answer, ``lasts`` for approvals and broken glass: seconds, 0 for the longest that is allowed."""

    verb: Verb
    principal: Principal
    name: str = ""
    path: str = ""
    to: str = ""
    config: Mapping[str, Any] | None = None
    reason: str = ""
    lasts: float = 0.0

    @property
    def actor(self) -> str:
        return self.principal.name


class Mode(Enum):
    FOLLOW = "follow"  # whatever the source holds
    PINNED = "pinned"  # this digest, until the folder's digest changes or a reload
    ABSENT = "absent"  # nothing, until a mount or a reload


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What should be mounted under a name, and why. ``actor`` is who wants it, in these ``roles``. ``source`` is ``folder`` or an
    operator's path; ``digest`` is what was published last (follow) or is pinned; ``over`` is the folder's digest when the pin was set."""

    name: str
    mode: Mode
    source: str
    actor: str
    digest: Digest | None = None
    over: Digest | None = None
    config: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    roles: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "mode": self.mode.value,
            "source": self.source,
            "actor": self.actor,
            "digest": self.digest,
            "over": self.over,
            "config": dict(self.config),
            **({"roles": list(self.roles)} if self.roles else {}),
        }

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Desired:
        return cls(
            name=shape["name"],
            mode=Mode(shape["mode"]),
            source=shape["source"],
            actor=shape["actor"],
            digest=shape.get("digest"),
            over=shape.get("over"),
            config=MappingProxyType(dict(shape.get("config") or {})),
            roles=tuple(shape.get("roles") or ()),
        )


FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the journal says of one name, folded. ``generation`` is the last number given; ``digest`` what is published (None: nothing),
    ``previous`` what was before it; ``history`` the digests ever published, newest last, without repeats; ``identity`` is that of the
    published generation, as ``Identity.as_dict()``; ``was_asked``: people had to approve it, or it changed what they may have to; ``past``
    is what its signatures left."""

    desired: Desired
    generation: int = 0
    digest: Digest | None = None
    previous: Digest | None = None
    history: tuple[Digest, ...] = ()
    identity: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    was_asked: bool = False
    past: Past = NO_PAST
