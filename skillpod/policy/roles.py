"""Roles as a rule's condition: an allowance covers who has a role or more, a restriction hits who has it or less."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from skillpod.model.principal import Principal, Role

Roles = frozenset[Role]


def roles_of(words: Iterable[str]) -> Roles:
    """The roles of that name; a word that names none gives none."""
    known = {role.value: role for role in Role}
    return frozenset(known[word] for word in words if word in known)


def reaches_up_to(wanted: Roles | None, words: tuple[str, ...]) -> bool:
    """Whether an allowance for any of these roles covers who was given the roles of ``words``: it does when one of theirs is, or includes,
    one that is named."""
    return wanted is None or not wanted.isdisjoint(_comes_to(words))


def reaches_down_from(named: Roles | None, words: tuple[str, ...]) -> bool:
    """Whether a restriction on these roles hits who was given the roles of ``words``: it does unless one of theirs is beyond all that is
    named. So nobody escapes by showing fewer roles, and who shows none is always hit."""
    return named is None or _comes_to(words) <= _comes_to(tuple(role.value for role in named))


@lru_cache(maxsize=256)
def _comes_to(words: tuple[str, ...]) -> Roles:
    given = Principal(name="", roles=roles_of(words))
    return frozenset(role for role in Role if given.may(role))
