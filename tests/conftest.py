"""Fixtures for every test: fresh directories: the one a pod watches, the one it keeps, and its policies."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from skillpod.resources import packaged_text

settings.register_profile("suite", deadline=None)  # how long an example takes is the machine's business: others work on it
settings.load_profile("suite")


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


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A folder of policies: a copy of the default one."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "default.yaml").write_bytes(packaged_text("policy/default.yaml"))
    return folder


@pytest.fixture(autouse=True)
def _none_left_aside() -> Iterator[None]:
    """A thread that was left to itself (a look-up, a request that was cancelled) ends before the next test begins: what it has open
    would be counted there."""
    yield
    for thread in [thread for thread in threading.enumerate() if thread.name in ("aside", "lookup")]:
        thread.join(2.0)
