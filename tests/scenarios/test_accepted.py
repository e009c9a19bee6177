"""What the operator's people have accepted of the audit's findings is admitted, and the journal and the pod say by whom."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from skillpod.cli.checkup import examine, today
from skillpod.cli.program import run
from skillpod.config import load_suppressions
from skillpod.errors import ApprovalNeeded, PolicyUnreadable
from skillpod.inforce import load_rules
from skillpod.journal.replay import read
from skillpod.lifecycle.pipeline import Examiner
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import running
from tests.support.apart import Here
from tests.support.skills import replace_file, saying, write_skill

PICK = "class Row:\n    def pick(self, name):\n        return getattr(self, name)\n"


def accept(folder: Path, policies: Path) -> None:
    until = str(today() + timedelta(days=30))
    said = ("--reason", "rows are plain dicts here", "--by", "Jane Doe", "--until", until, "--policies", str(policies))
    assert run(["suppress", str(folder), "REF-003", *said]) == 0


def decided(folder: Path, policies: Path) -> str:
    """What ``check --policies`` says."""
    accepted = load_suppressions(policies, today=today())
    examiner = Examiner(Here(), suppressions=lambda: accepted, today=today)
    return examine(folder, examiner, load_rules(policies, "default")).decision


def test_an_accepted_finding_is_admitted_and_named_and_a_change_of_its_code_is_held(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("ran"), files={"more.py": PICK})
        async with running(skills, home, policies=policies) as stage:
            assert stage.skill("words")["state"] == "held"
            assert decided(folder, policies) == "hold"
        accept(folder, policies)
        assert decided(folder, policies) == "admit"
        async with running(skills, home, policies=policies) as stage:
            assert await stage.pod.call("words__answer", {}) == "ran"
            (finding,) = [finding for finding in stage.pod.show("words")["findings"] if finding["rule"] == "REF-003"]
            assert finding["suppressed"]["by"] == "Jane Doe"
            changed = PICK.replace("        return", "        name = name.lower()\n        return")
            held = await stage.change(lambda: replace_file(folder / "more.py", changed), Kind.HELD, skill="words")
            assert isinstance(held.error, ApprovalNeeded)
            assert decided(folder, policies) == "hold"
            assert await stage.pod.call("words__answer", {}) == "ran"
        (admitted,) = [seen.entry for seen in read(home / "journal") if seen.entry.fact is Fact.DECIDED and seen.entry.decision == "admit"]
        (accepted,) = admitted.details["accepted"]
        assert (accepted["rule"], accepted["by"], accepted["subject"]) == ("REF-003", "Jane Doe", "getattr(self, name)")

    asyncio.run(scenario())


def test_a_pod_does_not_start_on_a_file_it_cannot_read(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        (policies / "suppressions.yaml").write_text("suppressions: 1\naccepted: [{rule: SRC-005}]\n")
        with pytest.raises(PolicyUnreadable):
            async with running(skills, home, policies=policies):
                pass

    asyncio.run(scenario())


def test_what_is_accepted_no_more_counts_at_once_also_for_what_is_kept(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("ran"), files={"more.py": PICK})
        accept(folder, policies)
        async with running(skills, home, policies=policies) as stage:
            first = stage.skill("words")["digest"]
            await stage.change((folder / "more.py").unlink, Kind.SWAPPED, skill="words")
            await stage.until(Kind.DRAINED, skill="words")
            (policies / "suppressions.yaml").unlink()
            await stage.pod.settled()
            with pytest.raises(ApprovalNeeded, match="REF-003"):
                await stage.pod.rollback("words", first)
            assert await stage.pod.call("words__answer", {}) == "ran"

    asyncio.run(scenario())


def test_what_was_accepted_until_yesterday_is_held_today(skills: Path, home: Path, policies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("ran"), files={"more.py": PICK})
        accept(folder, policies)
        async with running(skills, home, policies=policies) as stage:
            assert await stage.pod.call("words__answer", {}) == "ran"
            mark = stage.mark()
            monkeypatch.setattr("skillpod.manager.day", lambda _: today() + timedelta(days=31))
            await stage.until(Kind.HELD, skill="words", after=mark)
            await stage.pod.settled()
            assert stage.skill("words")["state"] == "held"

    asyncio.run(scenario())
