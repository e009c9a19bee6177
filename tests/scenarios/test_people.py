"""Several people at one pod: who may do what, and what the journal says of who was denied."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any

import pytest

from skillpod import SkillManager
from skillpod.errors import ApprovalNeeded, NotAllowed, UnknownSkill
from skillpod.journal.replay import read
from skillpod.model.command import Command, Verb
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Event, Kind
from skillpod.model.principal import Principal, Role
from skillpod.serve.listener import serve_socket
from skillpod.serve.tokens import add_token, mint
from tests.serve.test_control import ask
from tests.support.skills import saying, write_skill

CAREFUL = """\
from skillpod import tool


@tool
def wipe(path: str) -> str:
    \"\"\"Wipe a folder.\"\"\"
    return f"wiped {path}"
"""
ME = f"uid:{os.getuid()}"
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


# --- calls that wait for a person ----------------------------------------------------------------------------------------------


class People:
    """Speaks to the control socket as several people."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.agent = bearer(home, "agent")
        self.admin = bearer(home, "admin", Role.ADMIN)
        self.jane = bearer(home, "jane", Role.REVIEWER)
        self.operator = bearer(home, "oliver", Role.OPERATOR)

    async def call(self, *headers: str, path: str = "/srv/x") -> tuple[int, Any]:
        return await ask(self.home, "POST", "/v1/calls", {"tool": "careful__wipe", "arguments": {"path": path}}, *headers)

    async def waiting(self, *headers: str) -> Any:
        return (await ask(self.home, "GET", "/v1/waiting", None, *headers))[1]

    async def say(self, answer: str, *headers: str, caller: str = "agent", reason: str = "") -> tuple[int, Any]:
        """Answer the question that this caller has."""
        [ticket] = [call for call in (await self.waiting())["calls"] if call["caller"] == caller and not call["answer"]]
        return await ask(self.home, "POST", f"/v1/waiting/{ticket['id']}", {"answer": answer, "reason": reason}, *headers)


@pytest.fixture
def careful(skills: Path) -> Path:
    write_skill(skills, "careful", handler=CAREFUL, manifest={"tools": {"wipe": {"approval": "always"}}})
    return skills


def test_a_call_waits_for_a_reviewer_who_is_not_its_caller(careful: Path, home: Path) -> None:
    heard: list[Event] = []

    async def listen(pod: SkillManager) -> None:
        async for event in pod.events():
            heard.append(event)

    async def scenario() -> None:
        async with running(careful, home) as pod:
            listening = asyncio.create_task(listen(pod))
            people = People(home)
            status, refused = await people.call(people.agent)
            assert (status, refused["code"]) == (409, "approval_needed")
            for header, code in ((people.agent, "not_allowed"), (people.operator, "not_allowed")):
                assert (await people.waiting(header))["code"] == code
                assert (await people.say("approve", header))[1]["code"] == code
            [told] = (await people.waiting(people.jane))["calls"]
            assert (told["arguments"], told["caller"], told["rule"]) == ('{"path":"/srv/x"}', "agent", "manifest")
            assert (await people.say("approve", people.jane, reason="hers"))[1]["by"] == "jane"
            assert (await people.call(people.agent, path="/srv/y"))[0] == 409
            assert (await people.call(people.agent))[1]["value"] == "wiped /srv/x"
            assert (await people.call(people.agent))[0] == 409
            listening.cancel()

    asyncio.run(scenario())
    held = [event for event in heard if event.kind is Kind.HELD]
    assert "a call of careful__wipe by agent waits: skillpod approve-call" in held[0].message
    assert "/srv/x" not in str(held)
    calls = [(entry.actor, entry.outcome) for entry in written(home, Fact.CALL)]
    assert calls == [("agent", "denied"), ("agent", "denied"), ("agent", "ok"), ("agent", "denied")]
    [answered] = written(home, Fact.CALL_ANSWERED)
    assert (answered.actor, answered.decision, answered.reason, answered.tool) == ("jane", "approve", "hers", "wipe")
    acts = [(entry.actor, entry.details["act"]) for entry in written(home, Fact.NOT_ALLOWED)]
    assert acts == [(name, act) for name in ("agent", "oliver") for act in ("see what calls wait", "approve a call")]


def test_nobody_answers_their_own_call_whatever_their_roles(careful: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(careful, home):
            people = People(home)
            await people.call(people.admin)
            status, said = await people.say("approve", people.admin, caller="admin")
            assert (status, said["code"]) == (403, "not_allowed")
            assert (await people.call(people.admin))[0] == 409
            assert (await people.say("approve", people.jane, caller="admin"))[0] == 200
            assert (await people.call(people.admin))[0] == 200

    asyncio.run(scenario())
    [denied] = written(home, Fact.NOT_ALLOWED)
    assert (denied.actor, denied.details["act"]) == ("admin", "approve a call")


def test_the_owner_at_the_socket_answers_for_what_runs_as_the_owner(careful: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(careful, home) as pod:
            people = People(home)
            with pytest.raises(ApprovalNeeded):
                await pod.call("careful__wipe", {"path": "/srv/x"})  # an agent's, over stdio or in this process
            assert (await people.say("approve", caller="owner"))[1]["by"] == ME
            assert await pod.call("careful__wipe", {"path": "/srv/x"}) == "wiped /srv/x"
            with pytest.raises(ApprovalNeeded):
                await pod.call("careful__wipe", {"path": "/srv/x"})
            assert (await people.say("deny", caller="owner", reason="once is enough"))[0] == 200
            with pytest.raises(NotAllowed, match="once is enough"):
                await pod.call("careful__wipe", {"path": "/srv/x"})

    asyncio.run(scenario())


def test_a_pod_that_starts_again_asks_again(careful: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(careful, home):
            people = People(home)
            await people.call(people.agent)
            assert (await people.say("approve", people.jane))[0] == 200
        async with running(careful, home):
            assert (await people.call(people.agent))[0] == 409
            assert len((await people.waiting(people.jane))["calls"]) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("id_", "body", "code"),
    [
        ("nothing", {"answer": "approve"}, "unknown_call"),
        ("x" * 10_000, {"answer": "deny"}, "unknown_call"),
        ("t", {"answer": "break-glass"}, "command_invalid"),
        ("t", {"answer": "yes"}, "command_invalid"),
        ("t", {}, "command_invalid"),
        ("t", {"answer": "approve", "by": "jane"}, "command_invalid"),
        ("t", {"answer": "approve", "reason": "x" * 1001}, "command_invalid"),
        ("t", {"answer": "approve", "reason": 3}, "command_invalid"),
    ],
)
def test_an_answer_in_another_shape_answers_nothing(careful: Path, home: Path, id_: str, body: dict[str, Any], code: str) -> None:
    async def scenario() -> None:
        async with running(careful, home):
            people = People(home)
            await people.call(people.agent)
            assert (await ask(home, "POST", f"/v1/waiting/{id_}", body, people.jane))[1]["code"] == code
            [waiting] = (await people.waiting(people.jane))["calls"]
            assert waiting["answer"] is None

    asyncio.run(scenario())
