"""The order in which things come: orders that wait for each other, rules that change while something is on its way."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import PolicyRefused
from tests.scenarios.stage import running
from tests.support.skills import doing, replace_file, saying, write_skill

PLAIN: dict[str, Any] = {"id": "plain", "match": {}, "outcome": "allow", "reason": "It asks for nothing at all."}


def rule(policies: Path, *rules: dict[str, Any]) -> None:
    """The rules from now on."""
    replace_file(policies / "default.yaml", json.dumps({"policy": 1, "name": "default", "rules": list(rules)}))


def test_what_comes_up_behind_an_order_that_failed_is_under_the_rules(skills: Path, home: Path, policies: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        rule(policies, PLAIN)
        bad = write_skill(tmp_path / "bad", "words", handler=doing("", imports="import subprocess"))
        good = write_skill(tmp_path / "good", "words", handler=saying("good"))
        async with running(skills, home, policies=policies) as stage:
            first, second = await asyncio.gather(stage.pod.mount(bad), stage.pod.mount(good), return_exceptions=True)
            assert isinstance(first, Exception)
            assert isinstance(second, dict)
            assert second["state"] == "live"
            assert await stage.pod.call("words__answer", {}) == "good"
            rule(policies)
            await stage.pod.settled()
            with pytest.raises(PolicyRefused):
                await stage.pod.call("words__answer", {})

    asyncio.run(scenario())
