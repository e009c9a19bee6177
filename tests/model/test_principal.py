"""Roles: what each includes, and that every command asks for one."""

from __future__ import annotations

import pytest

from skillpod.model.command import NEEDS, OWNER, Caller, Verb
from skillpod.model.principal import LOCAL_OWNER, Principal, Role


@pytest.mark.parametrize("verb", list(Verb))
def test_every_command_asks_for_a_role_and_none_only_for_a_look(verb: Verb) -> None:
    assert NEEDS[verb] is not Role.VIEWER


@pytest.mark.parametrize("role", list(Role))
def test_without_a_role_nothing_is_allowed_and_the_owner_may_do_all(role: Role) -> None:
    assert not Principal(name="ada").may(role)
    assert LOCAL_OWNER.may(role)


def test_a_role_includes_looking_and_no_sideways_step() -> None:
    may = {given: {role for role in Role if Principal(name="x", roles=frozenset({given})).may(role)} for given in Role}
    assert may == {
        Role.VIEWER: {Role.VIEWER},
        Role.OPERATOR: {Role.VIEWER, Role.OPERATOR},
        Role.REVIEWER: {Role.VIEWER, Role.REVIEWER},
        Role.ADMIN: set(Role) - {Role.BREAK_GLASS},
        Role.BREAK_GLASS: {Role.BREAK_GLASS},
    }


def test_a_caller_is_its_principal_and_sees_what_that_sees() -> None:
    ada = Principal(name="ada", roles=frozenset({Role.VIEWER}), sees=("text_*",))
    caller = Caller.of(ada, session="s1")
    assert caller == Caller(principal="ada", session="s1", sees=("text_*",), roles=("viewer",))
    for skill, seen in (("text_one", True), ("other", False), ("Text_one", False)):
        assert caller.may_see(skill) is ada.may_see(skill) is seen
    assert Caller.of(LOCAL_OWNER) == OWNER
