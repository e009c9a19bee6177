"""A pod whose log was edited: it does not start, a new log names the break, and the pod goes on with what is proven and every no."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from skillpod.errors import JournalCorrupt
from skillpod.journal.replay import read
from skillpod.lifecycle.renewal import Renewal
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import running
from tests.scenarios.test_full_disk import checked
from tests.support.skills import replace_file, saying, write_skill

WHY = "I have read every line of it."


def _renew(home: Path) -> str:
    renewal = Renewal(home, node=(home / "node").read_text().strip(), index=home / "index.sqlite")
    renewal.begin(actor="uid:0", reason="A line was edited.", now=1.0)
    return renewal.finish()


def test_a_pod_goes_on_in_a_new_log_with_what_is_proven_and_every_no(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        for name in ("words", "gone"):
            write_skill(skills, name, handler=saying(name))
        write_skill(skills, "gated", handler=saying("gated"), manifest={"tier": "write"})
        handler = skills / "gated" / "handler.py"
        async with running(skills, home) as stage:
            held = await stage.pod.held("gated")
            await stage.pod.approve("gated", held["digest"], reason=WHY, actor="ann")
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "words"
            await stage.pod.unmount("gone")
            await stage.change(lambda: replace_file(handler, saying("later")), Kind.HELD, skill="gated")
            held = await stage.pod.held("gated")
            await stage.pod.approve("gated", held["digest"], reason=WHY, actor="ann")
            assert await stage.pod.call("gated__answer", {}) == "later"
        segment = home / "journal" / "000001.jsonl"
        lines = segment.read_bytes()
        segment.write_bytes(lines.replace(b'"tool":"answer"', b'"tool":"ignore"', 1))
        (home / "journal" / "hashes").unlink()  # they would prove all up to the line
        with pytest.raises(JournalCorrupt, match="is not what was signed") as refused:
            async with running(skills, home):
                pass
        assert "skillpod log renew" in refused.value.hint
        assert _renew(home).endswith("/2")
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "words"
            assert await stage.pod.call("gated__answer", {}) == "gated", "what was approved and proven serves"
            assert (await stage.pod.held("gated"))["digest"] == held["digest"], "what is not proven is asked again"
            assert (stage.skill("gone")["state"], stage.skill("gone")["mode"]) == ("absent", "absent")

    asyncio.run(scenario())
    began = next(read(home / "journal")).entry
    assert (began.fact, began.details["withheld"]) == (Fact.LOG_BEGAN, ["gone"])
    assert sum(seen.entry.fact is Fact.LOG_BEGAN for seen in read(home / "journal")) == 1
    assert checked(home).tree.size == checked(home).sealed.checkpoint.size  # type: ignore[union-attr]
