"""Secrets and variables from pod.yaml to the guest: refused, mounted, rotated, taken away; and what the log and people see of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from skillpod.errors import SecretUnusable, ToolRaised
from skillpod.journal.replay import read
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, running
from tests.support.skills import write_skill

VALUE = "hunter2-of-the-scenario"
KEEPER = '''\
import os
import time

from skillpod import Context, tool


@tool
def length(ctx: Context) -> int:
    """How long the secret is."""
    return len(ctx.secret("TOKEN"))


@tool
def leak(how: str, ctx: Context) -> str:
    """Let the secret out, by mistake."""
    token = ctx.secret("TOKEN")
    if how == "raise":
        raise ValueError(f"no: {token}")
    if how == "print":
        print(token)
    if how == "log":
        ctx.logger.warning("it is %s", token)
    if how == "open":
        try:
            open("/etc/" + token)
        except OSError:
            pass
    return token


@tool
def zone() -> str:
    """Its time zone and another variable."""
    return f"{time.tzname[0]} {os.environ.get('STYLE', '-')}"
'''
ASKS: Mapping[str, Any] = {
    "tier": "network",
    "permissions": {"secrets": [{"name": "TOKEN"}], "environment": ["TZ", "STYLE"]},
    "lifetime": "skill",
}
POLICY = """
policy: 1
name: default
rules:
  - {id: plain, match: {tier: read-only}, outcome: allow, reason: It asks for nothing.}
  - id: secrets
    match: {tier: network, permissions: [secrets, environment]}
    outcome: allow
    grant: {secrets: asked, environment: asked}
    reason: A test keeps them.
...
"""


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(VALUE)
    return path


def say(home: Path, **said: Any) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    fresh = home / "pod.yaml.new"
    fresh.write_text(yaml.safe_dump(said))
    fresh.replace(home / "pod.yaml")


def act(skills: Path, home: Path, scenario: Callable[[Stage], Awaitable[None]]) -> None:
    policies = home.parent / "policies"
    policies.mkdir(exist_ok=True)
    (policies / "default.yaml").write_text(POLICY)
    write_skill(skills, "keeper", handler=KEEPER, manifest=ASKS)

    async def run() -> None:
        async with running(skills, home, policies=policies) as stage:
            await scenario(stage)

    asyncio.run(run())


def everything(home: Path) -> str:
    """All bytes that a pod left in its HOME, but for the bundles."""
    kept = [path for path in home.rglob("*") if path.is_file() and "store" not in path.parts]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in kept)


def test_without_a_source_it_is_refused_and_mounted_when_there_is_one(skills: Path, home: Path, token: Path) -> None:
    async def scenario(stage: Stage) -> None:
        error = stage.pod.show("keeper")["error"]
        assert error["code"] == SecretUnusable.code
        assert error["at"] == "pod.yaml:secrets.TOKEN"
        assert "write into HOME/pod.yaml" in error["hint"]
        say(home, secrets={"TOKEN": {"file": str(token)}})
        await stage.until(Kind.MOUNTED, skill="keeper")
        assert await stage.pod.call("keeper__length", {}) == len(VALUE)

    act(skills, home, scenario)


def test_a_rotated_value_and_another_source_need_no_other_generation(skills: Path, home: Path, token: Path) -> None:
    say(home, secrets={"TOKEN": {"file": str(token)}})

    async def scenario(stage: Stage) -> None:
        generation = stage.pod.show("keeper")["generation"]
        token.write_text("another-value")
        assert await stage.pod.call("keeper__length", {}) == len("another-value")
        (token.parent / "second").write_text("the-second-place")
        say(home, secrets={"TOKEN": {"file": str(token.parent / "second")}})
        await stage.pod.settled()
        assert await stage.pod.call("keeper__length", {}) == len("the-second-place")
        assert stage.pod.show("keeper")["generation"] == generation

    act(skills, home, scenario)


@pytest.mark.parametrize("bound", [False, True])
def test_one_that_is_taken_away_or_bound_ends_the_guests_that_were_handed_it(skills: Path, home: Path, token: Path, bound: bool) -> None:
    say(home, secrets={"TOKEN": {"file": str(token)}})

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("keeper__length", {}) == len(VALUE)
        mark = stage.mark()
        say(home, **({"secrets": {"TOKEN": {"file": str(token), "bind": {"host": "api.example.com"}}}} if bound else {}))
        gone = await stage.until(Kind.UNMOUNTED, skill="keeper", after=mark)
        assert "no longer gives it the secret `TOKEN`" in gone.message
        if bound:
            await stage.until(Kind.MOUNTED, skill="keeper", after=mark)
            with pytest.raises(ToolRaised, match=r"is bound to api\.example\.com:443: no skill sees it"):
                await stage.pod.call("keeper__length", {})
        else:
            await stage.until(Kind.REFUSED, skill="keeper", after=mark)
            with pytest.raises(SecretUnusable):
                await stage.pod.call("keeper__length", {})

    act(skills, home, scenario)


@pytest.mark.parametrize("detail", ["metadata", "request", "full"])
def test_the_log_and_all_else_in_home_have_its_name_and_never_its_value(skills: Path, home: Path, token: Path, detail: str) -> None:
    say(home, secrets={"TOKEN": {"file": str(token)}}, log={"calls": detail})

    async def scenario(stage: Stage) -> None:
        seen: list[str] = []
        for how in ("return", "print", "log", "open", VALUE):
            seen.append(await stage.pod.call("keeper__leak", {"how": how}))
        with pytest.raises(ToolRaised) as raised:
            await stage.pod.call("keeper__leak", {"how": "raise"})
        seen += [json.dumps(raised.value.as_dict()), str(raised.value), raised.value.traceback, stage.pod.output("keeper")]
        seen += [json.dumps(stage.pod.show("keeper"), default=str), json.dumps(stage.pod.skills(), default=str)]
        assert all("[secret TOKEN]" in word for word in seen[:8])
        assert VALUE not in "".join(seen)

    act(skills, home, scenario)
    calls = [recorded.entry for recorded in read(home / "journal") if recorded.entry.fact is Fact.CALL]
    assert [entry.usage["reach"] for entry in calls] == [{"secrets": ["TOKEN"]}] * 6
    assert VALUE not in everything(home)


def test_a_value_of_a_variable_that_changes_is_another_generation(skills: Path, home: Path, token: Path) -> None:
    sources = {"TOKEN": {"file": str(token)}}
    say(home, secrets=sources, variables={"TZ": "Asia/Tokyo", "OTHER": "not granted"})

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("keeper__zone", {}) == "JST -"
        shown = json.dumps(stage.pod.show("keeper"), default=str)
        assert '"TZ"' in shown
        assert "Asia/Tokyo" not in shown
        say(home, secrets=sources, variables={"TZ": "Asia/Tokyo"}, skills={"keeper": {"variables": {"TZ": "UTC", "STYLE": "short"}}})
        await stage.until(Kind.SWAPPED, skill="keeper")
        assert await stage.pod.call("keeper__zone", {}) == "UTC short"

    act(skills, home, scenario)
    assert "Asia/Tokyo" not in "".join(path.read_text() for path in (home / "journal").rglob("*") if path.suffix == ".jsonl")
