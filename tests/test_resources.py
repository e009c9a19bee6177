"""The data files inside the package."""

from __future__ import annotations

import json

import pytest

from skillpod.resources import packaged_text


def test_a_shipped_schema_is_read_as_bytes() -> None:
    assert json.loads(packaged_text("manifest/schema.json"))["$id"] == "urn:skillpod:manifest:1"


@pytest.mark.parametrize("name", ["manifest/nothing.json", "../pyproject.toml", "/etc/passwd", "manifest/parse.py", ""])
def test_anything_else_is_not_there(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        packaged_text(name)
