"""units by plain import, in the jail, and signed and trusted in module isolation, as docs/module-isolation.md says it is done."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.probe import run_tests
from skillpod.lifecycle.reading import read_manifest, read_tools
from skillpod.model.capability import NOTHING, Isolation, Tier
from skillpod.model.decision import Admission
from skillpod.model.digest import value_digest
from skillpod.model.guest import Launch
from skillpod.sandbox.module.opening import open_module
from tests.scenarios.stage import running
from tests.skills.shipped import SKILLS, module
from tests.support.recollection import Recollection

handler = module("units")
PAGE = (Path(__file__).parents[2] / "docs" / "module-isolation.md").read_text()


@pytest.mark.parametrize(
    ("amount", "source", "target", "found"),
    [
        ("26.2", "mi", "km", "42.1648128"),
        ("-40", "degF", "degC", "-40"),
        ("0", "degC", "K", "273.15"),
        ("1", "GiB", "MB", "1073.741824"),
        ("90", "min", "h", "1.5"),
        ("1", "h", "d", "0.041666666667"),
    ],
)
def test_an_amount_is_converted(amount: str, source: str, target: str, found: str) -> None:
    assert handler.convert(amount, source, target) == found


@pytest.mark.parametrize(
    ("amount", "source", "target"), [("1", "mi", "kg"), ("1", "parsec", "km"), ("much", "m", "km"), ("Infinity", "m", "km")]
)
def test_what_can_not_be_converted_is_said(amount: str, source: str, target: str) -> None:
    with pytest.raises(ValueError, match=r"unit|decimal|finite"):
        handler.convert(amount, source, target)


def example(language: str, start: str) -> str:
    """The block of the page that begins so."""
    return next(block for block in PAGE.split(f"```{language}\n")[1:] if block.startswith(start)).split("```")[0]


def test_signed_and_trusted_it_runs_in_module_isolation_as_the_page_says(home: Path, skills: Path, policies: Path, tmp_path: Path) -> None:
    for name in ("units", "text_tools"):
        shutil.copytree(SKILLS / name, skills / name)
    for line in example("", "skillpod keygen").splitlines():
        words = shlex.split(line, comments=True)[1:]
        words += ["--unencrypted"] if words[0] == "keygen" else []
        subprocess.run([sys.executable, "-m", "skillpod", *words], cwd=tmp_path, check=True, capture_output=True)
    home.mkdir()
    (home / "pod.yaml").write_text(example("yaml", "# HOME/pod.yaml"))
    default = policies / "default.yaml"
    rules = yaml.safe_load(default.read_text())
    rules["rules"] += yaml.safe_load(example("yaml", "# policies/default.yaml"))
    default.write_text(yaml.safe_dump(rules, explicit_end=True))

    async def scenario() -> None:
        async with running(skills, home, policies=policies) as stage:
            assert (stage.skill("units")["isolation"], stage.skill("units")["rule"]) == ("module", "acme-in-process")
            assert stage.skill("text_tools")["isolation"] == "jail"
            assert await stage.pod.call("units__convert", {"amount": "26.2", "source": "mi", "target": "km"}) == "42.1648128"

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["chart", "cron_explain", "find_vulnerability", "invoices", "notebook", "text_tools", "units"])
def test_most_skills_that_ship_pass_their_own_tests_in_module_isolation_too(name: str) -> None:
    bundle = freeze(SKILLS / name)
    manifest = read_manifest(bundle, folder=name)
    admission = Admission(
        skill=name,
        digest=bundle.digest,
        isolation=Isolation.MODULE,
        grants=NOTHING,
        tier=Tier.READ_ONLY,
        rule="test",
        policy=value_digest("test"),
    )
    tools = read_tools(bundle, manifest)
    config: dict[str, Any] = {"currency": "EUR"} if name == "invoices" else {}
    launch = Launch(admission=admission, bundle=bundle, manifest=manifest, tools=tools, config=config)

    async def scenario() -> None:
        guests = open_module(launch, on_death=lambda error: None, memory=Recollection())
        await guests.prove()
        try:
            outcomes = await run_tests(guests, manifest, tools)
            assert [str(outcome.error) for outcome in outcomes if outcome.error] == []
        finally:
            await guests.close()

    asyncio.run(scenario())
