"""Who acts on a pod, and in which roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase


class Role(Enum):
    """What a principal may do. Some include others (``_INCLUDES``); breaking the glass is a role of its own, which none includes. To use
    tools no role is asked: the policy's ``access`` says who may see and call which."""

    VIEWER = "viewer"  # look: list, show, holds, log
    OPERATOR = "operator"  # mount, unmount, reload, roll back, resume
    REVIEWER = "reviewer"  # approve, deny, close reviews
    ADMIN = "admin"  # all of these
    BREAK_GLASS = "break-glass"  # answer a Hold alone, for a time, with a mark


_INCLUDES = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.OPERATOR: frozenset({Role.VIEWER, Role.OPERATOR}),
    Role.REVIEWER: frozenset({Role.VIEWER, Role.REVIEWER}),
    Role.ADMIN: frozenset({Role.VIEWER, Role.OPERATOR, Role.REVIEWER, Role.ADMIN}),
    Role.BREAK_GLASS: frozenset({Role.BREAK_GLASS}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """``name`` as the journal has it: ``uid:1000`` for who comes over the Unix socket, a token's name for who shows one. ``roles`` as they
    were given; ``may`` says what they come to. ``sees`` are patterns of the names of skills that are there for it."""

    name: str
    roles: frozenset[Role] = frozenset()
    sees: tuple[str, ...] = ("*",)

    def may(self, role: Role) -> bool:
        return any(role in _INCLUDES[given] for given in self.roles)

    def may_see(self, skill: str) -> bool:
        return fits(self.sees, skill)

    @property
    def sees_all(self) -> bool:
        return "*" in self.sees

    @property
    def words(self) -> tuple[str, ...]:
        """The roles it was given, for the journal and for rules."""
        return tuple(sorted(role.value for role in self.roles))


LOCAL_OWNER = Principal(name="owner", roles=frozenset({Role.ADMIN, Role.BREAK_GLASS}))
"""Whoever runs code in the pod's own process, or owns HOME: what could be kept from it?"""


def fits(patterns: Iterable[str], skill: str) -> bool:
    """Whether a skill's name is one that patterns (``fnmatch``, case matters) show."""
    return any(pattern == "*" or fnmatchcase(skill, pattern) for pattern in patterns)
