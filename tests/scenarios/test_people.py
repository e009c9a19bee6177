"""Several people at one pod: who may do what, and what the journal says of who was denied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any

import pytest

from skillpod import SkillManager
from skillpod.errors import NotAllowed, UnknownSkill
from skillpod.journal.replay import read
from skillpod.model.command import Command, Verb
from skillpod.model.entry import Entry, Fact
from skillpod.model.principal import Principal, Role
from skillpod.serve.listener import serve_socket
from skillpod.serve.tokens import add_token, mint
from tests.serve.test_control import ask
from tests.support.skills import saying, write_skill

EVE = Principal(name="eve", roles=frozenset({Role.VIEWER}))
ADA = Principal(name="ada", roles=frozenset({Role.OPERATOR}), sees=("text_*",))


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    root = tmp_path / "skills"
    root.mkdir()
    for name in ("text_one", "other"):
        write_skill(root, name, handler=saying(name))
    return root


@asynccontextmanager
async def running(skills: Path, home: Path) -> AsyncIterator[SkillManager]:
    async with asyncio.timeout(60), SkillManager(skills, home=home) as pod, serve_socket(pod, home):
        yield pod


def written(home: Path, fact: Fact) -> list[Entry]:
    return [recorded.entry for recorded in read(home / "journal") if recorded.entry.fact is fact]


def bearer(home: Path, name: str, *roles: Role, skills: tuple[str, ...] = ()) -> str:
    token = mint()
    add_token(home, name, skills, token=token, now=0.0, lasts=inf, roles=roles)
    return f"Authorization: Bearer {token}"


def test_a_viewer_mounts_nothing_through_any_door_and_the_journal_says_that_they_tried(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as pod:
            for verb in Verb:
                with pytest.raises(NotAllowed, match=r"`eve` may not .*: that asks for the role"):
                    await pod.execute(Command(verb=verb, principal=EVE, name="text_one", path=str(skills / "text_one")))
            header = bearer(home, "mallory", Role.VIEWER)
            status, said = await ask(home, "POST", "/v1/commands", {"verb": "unmount", "name": "text_one"}, header)
            assert (status, said["code"]) == (403, "not_allowed")
            assert await pod.call("text_one__answer", {}) == "text_one"
            await pod.execute(Command(verb=Verb.UNMOUNT, principal=ADA, name="text_one"))
            assert [card.name for card in pod.cards()] == ["other"]

    asyncio.run(scenario())
    denied = written(home, Fact.NOT_ALLOWED)
    assert [(entry.actor, entry.details["act"]) for entry in denied] == [*(("eve", verb.value) for verb in Verb), ("mallory", "unmount")]
    assert denied[0].details["needs"] == "operator"
    assert (denied[0].skill, denied[0].outcome, denied[0].error["code"]) == ("text_one", "denied", "not_allowed")
    [unmounted] = written(home, Fact.UNMOUNTED)
    assert unmounted.actor == "ada"


def test_what_an_operator_does_not_see_is_as_unknown_as_what_is_not_there(skills: Path, home: Path) -> None:
    async def refused(pod: SkillManager, **said: Any) -> dict[str, Any]:
        with pytest.raises(UnknownSkill) as caught:
            await pod.execute(Command(principal=ADA, **said))
        return caught.value.as_dict()

    async def scenario() -> None:
        async with running(skills, home) as pod:
            hidden = await refused(pod, verb=Verb.RELOAD, name="other")
            absent = await refused(pod, verb=Verb.RELOAD, name="othex")
            assert hidden == {**absent, "skill": "other", "message": absent["message"].replace("othex", "other")}
            assert (await refused(pod, verb=Verb.RELOAD, name="text_onx"))["hint"] == absent["hint"]
            await pod.execute(Command(verb=Verb.RELOAD, principal=ADA, name="text_one"))

    asyncio.run(scenario())
    assert [entry.skill for entry in written(home, Fact.NOT_ALLOWED)] == ["other", "othex"]
