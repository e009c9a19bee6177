"""The log over the control socket: asked as on a command line, by viewers, of what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from skillpod.model.entry import Entry, Fact
from skillpod.model.principal import Role
from skillpod.serve.listener import serve_socket
from tests.serve.test_control import PATIENCE, ask, home
from tests.serve.test_entrance import token_of
from tests.support.log_entries import written
from tests.support.pod import StandInPod

__all__ = ["home"]

ENTRIES = [
    Entry(fact=Fact.POD_STARTED),
    Entry(fact=Fact.PUBLISHED, actor="folder", skill="alpha", digest="sha256:ab", generation=1),
    Entry(fact=Fact.CALL, actor="ann", skill="alpha", tool="count", generation=1, outcome="ok"),
    Entry(fact=Fact.PUBLISHED, actor="folder", skill="beta", digest="sha256:cd", generation=1),
    Entry(fact=Fact.CALL, actor="bob", skill="beta", tool="count", generation=1, outcome="error"),
]


def serving(home: Path, act: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        pod = StandInPod("alpha", "beta")
        pod.journal = written(home / "journal", ENTRIES)
        async with asyncio.timeout(3 * PATIENCE), serve_socket(pod, home):
            await act()

    asyncio.run(run())


async def log(home: Path, token: str = "", /, **asked: Any) -> tuple[int, Any]:
    headers = [token] if token else []
    return await ask(home, "GET", f"/v1/log?{urlencode(asked, doseq=True)}", None, *headers)


def numbers(answer: tuple[int, Any]) -> list[int]:
    assert answer[0] == 200, answer
    return [entry["seq"] for entry in answer[1]["entries"]]


def test_the_log_is_asked_as_on_a_command_line(home: Path) -> None:
    async def act() -> None:
        assert numbers(await log(home)) == [1, 2, 3, 4, 5]
        assert numbers(await log(home, skill="alpha")) == [2, 3]
        assert numbers(await log(home, skill=["alpha", "b*"], fact="call")) == [3, 5]
        assert numbers(await log(home, outcome="error,denied")) == [5]
        assert numbers(await log(home, limit=2)) == [4, 5]
        assert numbers(await log(home, since="2100-01-01")) == []

    serving(home, act)


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ({"fact": "publishd"}, "query.fact"),
        ({"since": "soon"}, "query.since"),
        ({"limit": "0"}, "query.limit"),
        ({"limit": "1001"}, "query.limit"),
        ({"limit": "-1"}, "query.limit"),
        ({"skil": "x"}, "query.skil"),
    ],
)
def test_a_question_in_another_shape_is_refused(home: Path, asked: dict[str, str], at: str) -> None:
    async def act() -> None:
        status, said = await log(home, **asked)
        assert (status, said["code"], said["at"]) == (400, "command_invalid", at)

    serving(home, act)


def test_an_entry_is_told_with_its_story(home: Path) -> None:
    async def act() -> None:
        status, story = await ask(home, "GET", "/v1/log/3")
        assert (status, story["entry"]["seq"]) == (200, 3)
        assert [step["entry"]["seq"] for step in story["before"]] == [2]
        status, said = await ask(home, "GET", "/v1/log/9")
        assert (status, said["code"]) == (404, "unknown_entry")

    serving(home, act)


def test_a_viewer_reads_it_and_somebody_without_that_role_does_not(home: Path) -> None:
    viewer, nobody = token_of(home, "ada", Role.VIEWER), token_of(home, "agent")

    async def act() -> None:
        assert numbers(await log(home, viewer)) == [1, 2, 3, 4, 5]
        assert (await log(home, nobody))[0] == 403
        assert (await ask(home, "GET", "/v1/log/3", None, nobody))[0] == 403

    serving(home, act)


def test_who_sees_some_skills_sees_their_entries_and_no_others(home: Path) -> None:
    some = token_of(home, "ada", Role.VIEWER, skills=("alpha",))

    async def act() -> None:
        assert numbers(await log(home, some)) == [2, 3]
        assert numbers(await log(home, some, limit=1)) == [3]
        assert numbers(await log(home, some, skill="beta")) == []
        status, said = await ask(home, "GET", "/v1/log/5", None, some)
        never = await ask(home, "GET", "/v1/log/6", None, some)
        assert (status, said["message"].replace("5:", "N:")) == (never[0], never[1]["message"].replace("6:", "N:"))

    serving(home, act)


def test_a_question_made_to_be_slow_does_not_stop_the_pod(home: Path) -> None:
    viewer = token_of(home, "ada", Role.VIEWER)

    async def act() -> None:
        assert numbers(await log(home, viewer, skill="*a" * 40 + "*x", actor="*n" * 40)) == []
        assert numbers(await log(home, viewer, until="9999-12-31T23:59:59-12:00")) == [1, 2, 3, 4, 5]

    serving(home, act)


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "x", "1.0", "\u0661"])
def test_a_number_that_is_none_is_refused(home: Path, number: str) -> None:
    async def act() -> None:
        status, said = await ask(home, "GET", f"/v1/log/{quote(number)}", None)
        assert (status, said["code"], said["at"]) == (400, "command_invalid", "number")

    serving(home, act)
