"""Signed skills in a running pod: trusted, rotated, downgraded, revoked; and rules that change under what is mounted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import Downgraded, PolicyRefused, PolicyUnreadable, Revoked, SignatureInvalid, SkillFailed
from skillpod.intake.snapshot import freeze
from skillpod.journal.replay import read
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.trust.sign import PrivateKey, sign
from tests.scenarios.stage import eventually, running
from tests.support.skills import exchange, replace_file, saying, write_skill
from tests.trust.signed import entry, key

AUTHOR = "Acme Tools <tools@acme.example>"
FIRST, SECOND = key(), key(number=1)
SLOW = '''\
import time

from skillpod import tool


@tool
def answer() -> str:
    """Answer late."""
    time.sleep(8)
    return "late"
'''


def trust(policies: Path, *keys: PrivateKey, **changed: Any) -> None:
    publisher = {"id": "acme", "names": ["acme_*"], "authors": [AUTHOR], "keys": [entry(each) for each in keys], **changed}
    replace_file(policies / "trust.yaml", json.dumps({"trust": 1, "publishers": [publisher]}))


def revoke(policies: Path, **what: str) -> None:
    said = {**what, "reason": "It leaked on a laptop.", "by": "R. Reviewer", "date": "2026-11-30"}
    replace_file(policies / "revocations.yaml", json.dumps({"revocations": 1, "revoked": [said]}))


def signed_skill(parent: Path, word: str, *, version: str = "1.0.0", signer: PrivateKey = FIRST, handler: str = "", **more: Any) -> Path:
    """A skill of the publisher's, built aside: signed as it stands, and put where it is wanted at once."""
    manifest: Mapping[str, Any] = {"author": AUTHOR, **more}
    folder = write_skill(parent, "acme_words", handler=handler or saying(word), version=version, manifest=manifest)
    (folder / "skill.oms.sig").write_bytes(sign(freeze(folder), signer, subject="acme_words"))
    return folder


@pytest.fixture
def aside(tmp_path: Path) -> Path:
    folder = tmp_path / "aside"
    folder.mkdir()
    return folder


def put(skills: Path, built: Path) -> None:
    """In place of what is there, by one rename."""
    target = skills / built.name
    if target.exists():
        exchange(built, target)
    else:
        built.rename(target)


def facts(home: Path, fact: Fact) -> list[Entry]:
    return [seen.entry for seen in read(home / "journal") if seen.entry.fact is fact]


def test_a_signed_skill_is_mounted_under_its_publisher_and_the_journal_says_by_which_key(
    skills: Path, home: Path, policies: Path, aside: Path
) -> None:
    async def scenario() -> None:
        trust(policies, FIRST)
        put(skills, signed_skill(aside, "one"))
        async with running(skills, home, policies=policies) as stage:
            assert await stage.pod.call("acme_words__answer", {}) == "one"
            shown = stage.pod.show("acme_words")
            assert (shown["publisher"], shown["keys"]) == ("acme", [FIRST.public.id])
        (published,) = facts(home, Fact.PUBLISHED)
        assert published.details["provenance"] == {"publisher": "acme", "keys": [FIRST.public.id]}

    asyncio.run(scenario())


def test_a_name_of_a_publishers_is_never_admitted_unsigned_nor_is_one_that_was_signed_before(
    skills: Path, home: Path, policies: Path, aside: Path
) -> None:
    async def scenario() -> None:
        trust(policies, FIRST)
        put(skills, signed_skill(aside, "one"))
        async with running(skills, home, policies=policies) as stage:
            (skills / "acme_words" / "skill.oms.sig").rename(aside / "taken.sig")
            stripped = await stage.until(Kind.REFUSED, skill="acme_words")
            assert isinstance(stripped.error, SignatureInvalid)
            assert await stage.pod.call("acme_words__answer", {}) == "one"
            mark = stage.mark()
            replace_file(policies / "trust.yaml", json.dumps({"trust": 1, "publishers": []}))
            await stage.until(Kind.UNMOUNTED, skill="acme_words", after=mark)  # nobody is trusted, so nobody vouches for what serves
            await stage.pod.settled()
            error = stage.skill("acme_words")["error"]
            assert "admitted signed" in error["message"]
            with pytest.raises(SignatureInvalid):
                await stage.pod.call("acme_words__answer", {})

    asyncio.run(scenario())


def test_an_older_version_is_refused_and_a_rollback_returns_to_it(skills: Path, home: Path, policies: Path, aside: Path) -> None:
    async def scenario() -> None:
        trust(policies, FIRST)
        put(skills, signed_skill(aside, "one", version="1.0.0"))
        async with running(skills, home, policies=policies) as stage:
            old = stage.skill("acme_words")["digest"]
            newer = signed_skill(aside, "two", version="1.1.0")
            await stage.change(lambda: put(skills, newer), Kind.SWAPPED, skill="acme_words")
            replayed = signed_skill(aside / "again", "one", version="1.0.0")
            refused = await stage.change(lambda: put(skills, replayed), Kind.REFUSED, skill="acme_words")
            assert isinstance(refused.error, Downgraded)
            other = signed_skill(aside / "other", "six", version="1.1.0")
            refused = await stage.change(lambda: put(skills, other), Kind.REFUSED, skill="acme_words")
            assert isinstance(refused.error, Downgraded)
            assert await stage.pod.call("acme_words__answer", {}) == "two"
            await stage.pod.rollback("acme_words", old)
            assert await stage.pod.call("acme_words__answer", {}) == "one"
        async with running(skills, home, policies=policies) as stage:
            assert await stage.pod.call("acme_words__answer", {}) == "one"

    (aside / "again").mkdir()
    (aside / "other").mkdir()
    asyncio.run(scenario())


def test_a_key_is_rotated_without_an_interruption(skills: Path, home: Path, policies: Path, aside: Path) -> None:
    async def scenario() -> None:
        trust(policies, FIRST)
        put(skills, signed_skill(aside, "one", version="1.0.0"))
        async with running(skills, home, policies=policies) as stage:
            failed: list[BaseException] = []
            calling = asyncio.create_task(_call_for_ever(stage.pod, failed))
            await stage.change(lambda: trust(policies, FIRST, SECOND), Kind.RULES_CHANGED)
            newer = signed_skill(aside, "two", version="1.1.0", signer=SECOND)
            await stage.change(lambda: put(skills, newer), Kind.SWAPPED, skill="acme_words")
            await stage.change(lambda: trust(policies, SECOND), Kind.RULES_CHANGED)
            await stage.pod.settled()
            assert await stage.pod.call("acme_words__answer", {}) == "two"
            calling.cancel()
            assert failed == []
            with pytest.raises(SignatureInvalid):  # whose key is trusted no more
                await stage.pod.rollback("acme_words")

    asyncio.run(scenario())


async def _call_for_ever(pod: Any, failed: list[BaseException]) -> None:
    while True:
        try:
            await pod.call("acme_words__answer", {})
        except Exception as error:  # SAFE: whatever it is, the test must see it
            failed.append(error)


@pytest.mark.parametrize("what", ["key", "digest", "version"])
def test_a_revocation_takes_a_skill_away_at_once_and_ends_its_calls(
    skills: Path, home: Path, policies: Path, aside: Path, what: str
) -> None:
    async def scenario() -> None:
        trust(policies, FIRST)
        put(skills, signed_skill(aside, "late", handler=SLOW))
        async with running(skills, home, policies=policies) as stage:
            digest = stage.skill("acme_words")["digest"]
            in_flight = asyncio.create_task(stage.pod.call("acme_words__answer", {}))
            await eventually(lambda: stage.pod.stats()["guests"].get("busy", 0) == 1)
            revoked = {
                "key": {"key": FIRST.public.id},
                "digest": {"digest": digest},
                "version": {"name": "acme_words", "versions": "<2"},
            }[what]
            gone = await stage.change(lambda: revoke(policies, **revoked), Kind.UNMOUNTED, skill="acme_words")
            assert "revoked" in gone.message
            with pytest.raises(SkillFailed):
                await in_flight
            with pytest.raises(Revoked):
                await stage.pod.call("acme_words__answer", {})
            await stage.pod.settled()
            assert stage.skill("acme_words")["state"] == "refused"
        async with running(skills, home, policies=policies) as stage:
            assert stage.names() == []

    asyncio.run(scenario())


def test_what_is_revoked_stays_so_when_its_file_is_gone(skills: Path, home: Path, policies: Path, aside: Path) -> None:
    async def scenario() -> None:
        trust(policies, FIRST)
        put(skills, signed_skill(aside, "one"))
        async with running(skills, home, policies=policies) as stage:
            await stage.change(lambda: revoke(policies, key=FIRST.public.id), Kind.UNMOUNTED, skill="acme_words")
            told = await stage.change((policies / "revocations.yaml").unlink, Kind.TROUBLE)
            assert "is gone" in told.message
            await stage.pod.settled()
            assert stage.names() == []
        with pytest.raises(PolicyUnreadable, match="is gone"):
            async with running(skills, home, policies=policies):
                pass
        replace_file(policies / "revocations.yaml", "revocations: 1\nrevoked: []\n...\n")  # that is somebody's word
        async with running(skills, home, policies=policies) as stage:
            assert await stage.pod.call("acme_words__answer", {}) == "one"

    asyncio.run(scenario())


def test_a_bad_file_of_rules_never_replaces_a_good_one(skills: Path, home: Path, policies: Path, aside: Path) -> None:
    async def scenario() -> None:
        trust(policies, FIRST)
        put(skills, signed_skill(aside, "one"))
        whole = (policies / "default.yaml").read_bytes()
        async with running(skills, home, policies=policies) as stage:
            for file, text in (
                ("default.yaml", ""),
                ("default.yaml", whole[: len(whole) // 2].decode()),
                ("trust.yaml", "trust: 1\npublishers: [{id: acme}]\n...\n"),
                ("revocations.yaml", "revocations: [\n...\n"),
            ):
                told = await stage.change(lambda file=file, text=text: replace_file(policies / file, text), Kind.TROUBLE)  # type: ignore[misc]
                assert "what was in force before stays" in told.message
            await stage.pod.settled()
            assert await stage.pod.call("acme_words__answer", {}) == "one"
            assert not stage.of(Kind.UNMOUNTED)

    asyncio.run(scenario())


def test_a_key_that_ends_takes_what_it_signed_away(skills: Path, home: Path, policies: Path, aside: Path) -> None:
    async def scenario() -> None:
        ends = datetime.now(UTC) + timedelta(seconds=6)
        windowed = {**entry(FIRST), "not_after": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
        publisher = {"id": "acme", "names": ["acme_*"], "authors": [AUTHOR], "keys": [windowed]}
        replace_file(policies / "trust.yaml", json.dumps({"trust": 1, "publishers": [publisher]}))
        put(skills, signed_skill(aside, "one"))
        async with running(skills, home, policies=policies) as stage:
            assert await stage.pod.call("acme_words__answer", {}) == "one"
            gone = await stage.until(Kind.UNMOUNTED, skill="acme_words")
            assert "expired" in gone.message
            with pytest.raises(SignatureInvalid):
                await stage.pod.call("acme_words__answer", {})

    asyncio.run(scenario())


def test_a_tighter_policy_takes_away_at_once_and_a_looser_one_gives_back(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("one"))
        before = (policies / "default.yaml").read_text()
        nobody = "policy: 1\nname: default\nrules: []\n...\n"
        async with running(skills, home, policies=policies) as stage:
            gone = await stage.change(lambda: replace_file(policies / "default.yaml", nobody), Kind.UNMOUNTED, skill="words")
            assert "no rule" in gone.message
            with pytest.raises(PolicyRefused):
                await stage.pod.call("words__answer", {})
            await stage.change(lambda: replace_file(policies / "default.yaml", before), Kind.MOUNTED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "one"
        rules = facts(home, Fact.RULES)
        assert [entry.trigger for entry in rules] == ["start", "policies", "policies"]
        assert rules[0].details["rules"] == rules[2].details["rules"] != rules[1].details["rules"]

    asyncio.run(scenario())
