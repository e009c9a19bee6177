"""What people answer to a held skill, through a running pod: tried, approved, denied, ended, updated, and glass broken at night."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import ApprovalNeeded, CommandInvalid, NotAllowed, NothingHeld, PolicyRefused, UnknownDigest
from skillpod.journal.replay import read
from skillpod.manager import SkillManager
from skillpod.model.command import Command, Verb
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.model.principal import Principal, Role
from tests.scenarios.stage import Stage, descendants, eventually, running
from tests.support.skills import doing, replace_file, saying, write_skill

WRITE: dict[str, Any] = {"tier": "write"}
WHY = "I have read every line of it."
KEEPING = '''\
from skillpod import Context, tool


@tool
def answer(ctx: Context) -> str:
    """Keep a word, and say what was kept before."""
    before = ctx.state.get("word", "nothing")
    ctx.state["word"] = "trial"
    return before
'''


def two(policies: Path) -> None:
    """Two people for everything that may write."""
    replace_file(
        policies / "default.yaml",
        json.dumps(
            {
                "policy": 1,
                "name": "default",
                "rules": [
                    {"id": "plain", "match": {}, "outcome": "allow", "reason": "It asks for nothing at all."},
                    {
                        "id": "two-people",
                        "match": {"tier": "write"},
                        "outcome": "require_approval",
                        "approvals": 2,
                        "reason": "Two people must want that.",
                    },
                ],
            }
        ),
    )


async def held(stage: Stage, name: str = "words") -> dict[str, Any]:
    await stage.pod.settled()
    return await stage.pod.held(name)


def facts(home: Path, *wanted: Fact) -> list[Entry]:
    return [seen.entry for seen in read(home / "journal") if seen.entry.fact in wanted]


async def breaks_glass(pod: SkillManager, digest: str, *, by: str = "nina", lasts: float = 0.0, role: Role = Role.BREAK_GLASS) -> None:
    nina = Principal(name=by, roles=frozenset({role}))
    await pod.execute(
        Command(verb=Verb.BREAK_GLASS, principal=nina, name="words", to=digest, reason="The shop is down, I need it.", lasts=lasts)
    )


def test_two_people_approve_and_an_update_is_held_again(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        two(policies)
        write_skill(skills, "words", handler=saying("one"), manifest=WRITE)
        async with running(skills, home, policies=policies) as stage:
            asked = await held(stage)
            assert (asked["needed"], asked["given"], asked["asked_by"]) == (2, [], "folder")
            still = await stage.pod.approve("words", asked["digest"], reason=WHY, actor="ann")
            assert still["state"] == "held"
            again = await stage.pod.approve("words", asked["digest"], reason=WHY, actor="ann")  # of one person, one
            assert again["state"] == "held"
            live = await stage.pod.approve("words", asked["digest"], reason=WHY, actor="bob")
            assert live["state"] == "live"
            assert await stage.pod.call("words__answer", {}) == "one"
            assert {each["by"] for each in stage.pod.show("words")["approvals"]} == {"ann", "bob"}
            update = write_skill(skills, "words", handler=saying("two"), version="1.1.0", manifest=WRITE)
            await stage.until(Kind.HELD, skill="words", after=stage.mark())
            asked = await held(stage)
            assert (asked["given"], asked["before"]["version"]) == ([], "1.0.0")
            assert any(line.startswith("+") and "two" in line for file in asked["files"] for line in file["diff"])
            assert await stage.pod.call("words__answer", {}) == "one"
            assert update.is_dir()
        async with running(skills, home, policies=policies) as stage:  # what was approved serves again, and nothing else
            assert await stage.pod.call("words__answer", {}) == "one"
            assert (await held(stage))["version"] == "1.1.0"
        answers = facts(home, Fact.APPROVED)
        assert [entry.actor for entry in answers] == ["ann", "ann", "bob"]
        assert all(entry.reason == WHY and entry.details["approval"]["subject"]["digest"] == entry.digest for entry in answers)

    asyncio.run(scenario())


def test_a_held_skill_is_tried_in_the_jail_with_nothing_and_leaves_nothing(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(
            skills,
            "words",
            handler=KEEPING,
            manifest={**WRITE, "tests": [{"tool": "answer", "arguments": {}, "expect": "nothing"}]},
        )
        async with running(skills, home) as stage:
            asked = await held(stage)
            assert [(test["tool"], test["passed"]) for test in asked["trial"]["tests"]] == [("answer", True)]
            assert stage.names() == []
            await stage.pod.approve("words", asked["digest"], reason=WHY, actor="ann")
            # The probe before publishing ran in the skill's own memory, and found nothing of the trial's there.
            assert await stage.pod.call("words__answer", {}) == "trial"
        (tried,) = facts(home, Fact.TRIED)
        assert (tried.outcome, tried.details["trial"]) == ("ok", {"tests": 1, "failed": 0})

    asyncio.run(scenario())


def test_a_trial_ends_when_it_is_not_asked_about_any_more(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        spins = doing("while True:\n    pass")
        manifest = {**WRITE, "limits": {"wall": "60s", "cpu": "60s"}, "tests": [{"tool": "answer", "arguments": {}}]}
        async with running(skills, home) as stage:
            before = descendants()
            await stage.change(lambda: write_skill(skills, "words", handler=spins, manifest=manifest), Kind.HELD, skill="words")
            await eventually(lambda: not descendants() <= before)
            spinning = descendants() - before
            await stage.pod.deny("words", stage.pod.holds()[0]["digest"], reason="It does not look right.", actor="ann")
            await eventually(lambda: spinning.isdisjoint(descendants()))
        (tried,) = facts(home, Fact.TRIED)
        assert tried.error["code"] == "nothing_held"

    asyncio.run(scenario())


def test_what_could_not_be_tried_is_shown_all_the_same(skills: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            monkeypatch.setattr("tempfile.tempdir", str(home / "nowhere"))  # as on a full disk, no directory can be made there
            write_skill(skills, "words", handler=saying("one"), manifest=WRITE)
            asked = await held(stage)
            assert "No such file" in asked["trial"]["error"]["message"]

    asyncio.run(scenario())


def test_an_update_from_an_operators_path_is_held_until_it_is_answered(skills: Path, home: Path, policies: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        two(policies)
        folder = write_skill(tmp_path / "aside", "words", handler=saying("one"))
        async with running(skills, home, policies=policies) as stage:
            await stage.pod.mount(folder, actor="eve")
            write_skill(tmp_path / "aside", "words", handler=saying("two"), manifest=WRITE)
            with pytest.raises(ApprovalNeeded):
                await stage.pod.reload("words", actor="eve")
            for _ in range(2):
                asked = await held(stage)  # which looks at everything
            await stage.pod.approve("words", asked["digest"], reason=WHY, actor="ann")
            await stage.pod.approve("words", asked["digest"], reason=WHY, actor="bob")
            assert await stage.pod.call("words__answer", {}) == "two"

    asyncio.run(scenario())


def test_who_asks_for_it_can_not_be_who_agrees(skills: Path, home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        folder = write_skill(tmp_path / "elsewhere", "words", handler=saying("one"), manifest=WRITE)
        async with running(skills, home) as stage:
            with pytest.raises(ApprovalNeeded):
                await stage.pod.mount(folder, actor="ann")
            asked = await stage.pod.held("words")
            assert asked["asked_by"] == "ann"
            with pytest.raises(NotAllowed, match="ann asked for it"):
                await stage.pod.approve("words", asked["digest"], reason=WHY, actor="ann")
            assert stage.names() == []
            live = await stage.pod.approve("words", asked["digest"], reason=WHY, actor="bob")
            assert (live["state"], live["source"]) == ("live", str(folder))

    asyncio.run(scenario())


def test_an_answer_is_for_the_digest_that_was_looked_at(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("one"), manifest=WRITE)
        async with running(skills, home) as stage:
            seen = (await held(stage))["digest"]
            await stage.change(lambda: replace_file(folder / "handler.py", saying("six")), Kind.HELD, skill="words")
            with pytest.raises(UnknownDigest, match="is held"):
                await stage.pod.approve("words", seen, reason=WHY, actor="ann")
            for digest in ("", "sha256:", seen[:10]):
                with pytest.raises(UnknownDigest):
                    await stage.pod.approve("words", digest, reason=WHY, actor="ann")
            with pytest.raises(CommandInvalid, match="reason"):
                await stage.pod.approve("words", (await held(stage))["digest"], reason="ok", actor="ann")
            with pytest.raises(NothingHeld):
                await stage.pod.approve("other", seen, reason=WHY, actor="ann")
            assert stage.names() == []
        assert facts(home, Fact.APPROVED) == []

    asyncio.run(scenario())


def test_an_approval_of_one_digest_evidence_or_policy_is_none_of_another(skills: Path, home: Path, policies: Path) -> None:
    """What was approved goes on being approved as it was, and as nothing else: each change of what it was bound to asks again."""

    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("one"), manifest=WRITE)
        async with running(skills, home, policies=policies) as stage:
            await stage.pod.approve("words", (await held(stage))["digest"], reason=WHY, actor="ann")
            assert stage.skill("words")["state"] == "live"
            before = (policies / "default.yaml").read_text()
            gone = await stage.change(
                lambda: replace_file(policies / "default.yaml", before.replace("a person must want that", "a person must wish that")),
                Kind.HELD,
                skill="words",
            )
            assert isinstance(gone.error, ApprovalNeeded) or gone.message
            await stage.pod.settled()
            assert stage.names() == []
            replace_file(policies / "default.yaml", before)  # the very policy that was answered under: the answer counts again
            await eventually(lambda: stage.skill("words")["state"] == "live")
            await stage.change(lambda: replace_file(folder / "handler.py", saying("six")), Kind.HELD, skill="words")
            assert await stage.pod.call("words__answer", {}) == "one"

    asyncio.run(scenario())


def test_a_no_is_a_no_until_the_same_person_says_otherwise(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("one"), manifest=WRITE)
        async with running(skills, home) as stage:
            digest = (await held(stage))["digest"]
            refused = await stage.pod.deny("words", digest, reason="It writes where nobody needs it.", actor="ann")
            assert (refused["state"], refused["error"]["code"]) == ("refused", "policy_refused")
            assert "ann said no" in refused["error"]["message"]
            with pytest.raises(PolicyRefused):
                await stage.pod.call("words__answer", {})
            with pytest.raises(NothingHeld):
                await stage.pod.approve("words", digest, reason=WHY, actor="bob")
        async with running(skills, home) as stage:
            assert stage.skill("words")["state"] == "refused"

    asyncio.run(scenario())


def test_broken_glass_lets_it_run_for_a_while_and_is_reviewed_by_somebody_else(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        two(policies)
        write_skill(skills, "words", handler=saying("one"), manifest=WRITE)
        async with running(skills, home, policies=policies) as stage:
            digest = (await held(stage))["digest"]
            with pytest.raises(NotAllowed):
                await breaks_glass(stage.pod, digest, role=Role.ADMIN)  # a role of its own
            with pytest.raises(CommandInvalid, match="24 hours"):
                await breaks_glass(stage.pod, digest, lasts=25 * 3600)
            mark = stage.mark()
            await breaks_glass(stage.pod, digest, lasts=4)
            assert await stage.pod.call("words__answer", {}) == "one"
            assert (await stage.until(Kind.GLASS_BROKEN, skill="words", after=mark)).message.startswith("nina")
            assert [each["by"] for each in stage.pod.reviews()] == ["nina"]
            await stage.until(Kind.HELD, skill="words", after=mark)  # its time is over
            assert stage.names() == []
        async with running(skills, home, policies=policies) as stage:
            assert stage.skill("words")["state"] == "held"
            with pytest.raises(NotAllowed, match="can't be the one who reviews"):
                await _review(stage.pod, "nina")
            await _review(stage.pod, "ann")
            assert stage.pod.reviews() == []
            with pytest.raises(NothingHeld):
                await _review(stage.pod, "ann")
        broken, reviewed = facts(home, Fact.GLASS_BROKEN, Fact.REVIEWED)
        assert (broken.actor, reviewed.actor) == ("nina", "ann")
        assert reviewed.details["reviewed"] == [broken.details["approval"]]

    asyncio.run(scenario())


async def _review(pod: SkillManager, by: str) -> None:
    reviewer = Principal(name=by, roles=frozenset({Role.REVIEWER}))
    await pod.execute(Command(verb=Verb.REVIEW, principal=reviewer, name="words", reason="It was needed, and it did no harm."))


def test_broken_glass_never_goes_over_a_revocation_nor_a_rule_that_denies(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        two(policies)
        write_skill(skills, "words", handler=saying("one"), manifest=WRITE)
        async with running(skills, home, policies=policies) as stage:
            digest = (await held(stage))["digest"]
            await breaks_glass(stage.pod, digest)
            assert stage.skill("words")["state"] == "live"
            revoked = {"digest": digest, "reason": "It was seen to do harm.", "by": "R. Reviewer", "date": "2026-11-30"}
            await stage.change(
                lambda: replace_file(policies / "revocations.yaml", json.dumps({"revocations": 1, "revoked": [revoked]})),
                Kind.UNMOUNTED,
                skill="words",
            )
            await stage.pod.settled()
            assert stage.skill("words")["error"]["code"] == "revoked"
            with pytest.raises(NothingHeld):
                await breaks_glass(stage.pod, digest)

    asyncio.run(scenario())
