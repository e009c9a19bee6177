"""What is unsigned never pays for signatures: the library for them is loaded when one is checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.skills import write_skill
from tests.trust.signed import publisher, text

SAYS = "import sys; {}; print([name for name in sys.modules if name.partition('.')[0] == 'cryptography'])"
CHECK = "from skillpod.cli.program import run; run(['check', {folder!r}, '--policies', {policies!r}, '--json'])"


@pytest.mark.parametrize(
    "module", ["skillpod", "skillpod.trust.vouch", "skillpod.trust.sign", "skillpod.lifecycle.pipeline", "skillpod.config"]
)
def test_no_module_loads_it(module: str) -> None:
    assert told(f"import {module}") == "[]"


def test_a_check_of_an_unsigned_skill_does_not_load_it_whoever_is_trusted(tmp_path: Path, policies: Path) -> None:
    folder = write_skill(tmp_path, "demo")
    (policies / "trust.yaml").write_bytes(text("trust", "publishers", [publisher()]))
    assert told(CHECK.format(folder=str(folder), policies=str(policies))).splitlines()[-1] == "[]"


def told(statement: str) -> str:
    done = subprocess.run([sys.executable, "-c", SAYS.format(statement)], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()
