"""Packages from a manifest's lock to a guest: waited for, built beside a running pod, shown, asked about, and taken away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from skillpod.cli.portrait import sections
from skillpod.errors import PackageUnusable
from skillpod.journal.replay import read
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from skillpod.model.manifest import PackageAsk
from skillpod.store.packages import PackageStore
from skillpod.store.wheel import digest_of
from tests.scenarios.stage import Stage, running
from tests.support.skills import exchange_skill, write_skill
from tests.support.wheels import wheel

HANDLER = '''\
import words

from skillpod import tool


@tool
def word() -> str:
    """The package's word."""
    return words.WORD
'''
POLICY = """
policy: 1
name: default
rules:
  - {id: any, match: {verdict: review}, outcome: allow, reason: A test knows its packages.}
...
"""


def words(text: str, version: str = "1.0.0") -> bytes:
    return wheel("words", {"words/__init__.py": f"WORD = {text!r}\n"}, version=version)


HELLO = words("hello")


def lock(content: bytes, version: str = "1.0.0", **more: object) -> Mapping[str, Any]:
    return {"requires": {"packages": [{"name": "words", "version": version, "hashes": [digest_of(content)], **more}]}}


def build(home: Path, content: bytes, version: str = "1.0.0") -> Path:
    ask = PackageAsk(name="words", version=version, hashes=(digest_of(content),), imports=("words",))
    return Path(PackageStore(home / "packages").build(ask, content, file="words.whl").place)


def act(skills: Path, home: Path, scenario: Callable[[Stage], Awaitable[None]], *, policy: str = POLICY) -> None:
    policies = home.parent / "policies"
    policies.mkdir(exist_ok=True)
    if policy:
        (policies / "default.yaml").write_text(policy)

    async def run() -> None:
        async with running(skills, home, **({"policies": policies} if policy else {})) as stage:
            await scenario(stage)

    asyncio.run(run())


def test_a_skill_waits_for_its_packages_and_mounts_when_they_are_built(skills: Path, home: Path) -> None:
    write_skill(skills, "speaks", handler=HANDLER, manifest=lock(HELLO))
    write_skill(skills, "bystander", handler=HANDLER.replace("import words\n\n", "").replace("words.WORD", "'here'"))

    async def scenario(stage: Stage) -> None:
        refused = stage.skill("speaks")
        error = refused["error"]
        assert (refused["state"], error["code"], error["at"]) == ("refused", "package_unusable", "manifest.yaml:requires.packages[0]")
        assert f"skillpod deps build {skills / 'speaks'} --home {home}" in error["hint"]
        assert await stage.pod.call("bystander__word", {}) == "here"
        await stage.change(lambda: build(home, HELLO), Kind.MOUNTED, skill="speaks")
        assert await stage.pod.call("speaks__word", {}) == "hello"

    act(skills, home, scenario)


def test_it_is_shown_and_journaled_with_its_digest(skills: Path, home: Path) -> None:
    write_skill(skills, "speaks", handler=HANDLER, manifest=lock(HELLO))
    home.mkdir(mode=0o700)
    build(home, HELLO)

    async def scenario(stage: Stage) -> None:
        shown = stage.pod.show("speaks")
        assert [package["digest"] for package in shown["packages"]] == [digest_of(HELLO)]
        text = "\n".join("".join(span if isinstance(span, str) else span[0] for span in line) for line in sections(shown))
        assert "words 1.0.0 (Python only, " in text
        assert "review[PKG-001]" in text

    act(skills, home, scenario)
    (published,) = [found.entry for found in read(home / "journal") if found.entry.fact is Fact.PUBLISHED]
    assert [package["name"] for package in published.details["packages"]] == ["words"]


def test_under_the_default_policy_a_person_is_asked_and_sees_whether_it_was_tried(skills: Path, home: Path) -> None:
    manifest = {**lock(HELLO), "tests": [{"tool": "word", "arguments": {}, "expect": "hello"}]}
    write_skill(skills, "speaks", handler=HANDLER, manifest=manifest)

    async def scenario(stage: Stage) -> None:
        assert stage.skill("speaks")["state"] == "held"
        held = await stage.pod.held("speaks")
        assert "PKG-001" in json.dumps(held)
        assert held["trial"]["error"]["code"] == "package_unusable"
        build(home, HELLO)
        async with asyncio.timeout(20):
            while (await stage.pod.held("speaks"))["trial"]["error"] is not None:
                await asyncio.sleep(0.05)
        trial = (await stage.pod.held("speaks"))["trial"]
        assert [outcome["passed"] for outcome in trial["tests"]] == [True]

    act(skills, home, scenario, policy="")


def test_another_version_of_a_package_is_another_generation_and_a_question_of_its_own(skills: Path, home: Path) -> None:
    write_skill(skills, "speaks", handler=HANDLER, manifest=lock(HELLO))
    home.mkdir(mode=0o700)
    build(home, HELLO)
    newer = words("good day", "2.0.0")

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("speaks__word", {}) == "hello"
        build(home, newer, "2.0.0")
        manifest = {**lock(newer, "2.0.0"), "version": "1.1.0"}
        await stage.change(
            lambda: exchange_skill(skills, "speaks", handler=HANDLER, manifest=manifest), Kind.MOUNTED, Kind.SWAPPED, skill="speaks"
        )
        assert await stage.pod.call("speaks__word", {}) == "good day"
        assert "UPD-010" in {finding["rule"] for finding in stage.pod.show("speaks")["update"]}

    act(skills, home, scenario)


def test_two_skills_with_two_versions_live_side_by_side(skills: Path, home: Path) -> None:
    newer = words("good day", "2.0.0")
    write_skill(skills, "old", handler=HANDLER, manifest=lock(HELLO))
    write_skill(skills, "new", handler=HANDLER, manifest=lock(newer, "2.0.0"))
    home.mkdir(mode=0o700)
    build(home, HELLO)
    build(home, newer, "2.0.0")

    async def scenario(stage: Stage) -> None:
        words_said = await asyncio.gather(stage.pod.call("old__word", {}), stage.pod.call("new__word", {}))
        assert list(words_said) == ["hello", "good day"]

    act(skills, home, scenario)


def test_a_package_that_was_changed_is_not_mounted_and_the_rest_serves(skills: Path, home: Path) -> None:
    write_skill(skills, "speaks", handler=HANDLER, manifest=lock(HELLO))
    home.mkdir(mode=0o700)
    file = build(home, HELLO) / "words" / "__init__.py"
    file.chmod(0o644)
    file.write_text("WORD = 'jello'\n")

    async def scenario(stage: Stage) -> None:
        error = stage.skill("speaks")["error"]
        assert error["code"] == PackageUnusable.code
        assert "was changed since it was built" in error["message"]

    act(skills, home, scenario)


def test_after_a_restart_it_serves_from_what_was_built(skills: Path, home: Path) -> None:
    write_skill(skills, "speaks", handler=HANDLER, manifest=lock(HELLO))
    home.mkdir(mode=0o700)
    build(home, HELLO)

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("speaks__word", {}) == "hello"

    act(skills, home, scenario)
    act(skills, home, scenario)
