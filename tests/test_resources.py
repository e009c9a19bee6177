"""The data files inside the package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillpod import logverify
from skillpod.resources import packaged_text


def test_a_shipped_schema_is_read_as_bytes() -> None:
    assert json.loads(packaged_text("manifest/schema.json"))["$id"] == "urn:skillpod:manifest:1"


def test_the_second_verifier_is_shown_as_it_runs() -> None:
    assert packaged_text("logverify.py") == Path(logverify.__file__).read_bytes()


@pytest.mark.parametrize("name", ["manifest/nothing.json", "../pyproject.toml", "/etc/passwd", "manifest/parse.py", ""])
def test_anything_else_is_not_there(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        packaged_text(name)
