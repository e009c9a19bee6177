"""Fixtures for every test: two fresh directories, the one a pod watches and the one it keeps."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    """An empty skills directory."""
    folder = tmp_path / "skills"
    folder.mkdir()
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a pod may make its home; not made yet."""
    return tmp_path / "home"
