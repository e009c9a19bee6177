"""What ``skillpod new`` writes: it must mount as it is, and pass its own tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from skillpod.errors import CommandInvalid
from skillpod.manifest.describe import describe
from skillpod.manifest.template import new_skill
from skillpod.model.bundle import Bundle
from tests.manifest.folders import reader


@pytest.mark.parametrize("name", ["greeter", "my-skill", "my_2nd_skill", "a" * 64, "true", "null", "false"])
def test_a_new_skill_is_read_and_described_without_a_fault(name: str) -> None:
    bundle = Bundle.freeze(new_skill(name))
    manifest = reader().read(bundle, folder=name)
    (spec,) = describe(bundle, manifest)
    assert (manifest.name, spec.name, manifest.instructions) == (name, "greet", "README.md")
    assert spec.input_schema["properties"]["times"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 10,
        "default": 1,
        "description": "How often.",
    }


def test_a_new_skill_is_these_files() -> None:
    assert set(new_skill("greeter")) == {"manifest.yaml", "handler.py", "README.md", "tests/test_handler.py"}


@pytest.mark.parametrize("name", ["", "Greeter", "a b", "../up", "a__b", "1st", "a" * 65, "a\n"])
def test_what_is_no_skill_name_is_refused(name: str) -> None:
    with pytest.raises(CommandInvalid, match="is no skill name"):
        new_skill(name)


def test_the_tests_of_a_new_skill_pass(tmp_path: Path) -> None:
    for name, content in new_skill("greeter").items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert "2 passed" in done.stdout
