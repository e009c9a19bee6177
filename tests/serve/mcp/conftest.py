"""One house for each module: a pod takes a second to start, and its tests don't disturb each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serve.mcp.house import COUNTER, WORKER, House
from tests.support.pictures import PNG
from tests.support.skills import write_skill


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A pod with the skills ``worker`` and ``counter``, behind an open door."""
    skills = tmp_path_factory.mktemp("skills")
    write_skill(skills, "worker", handler=WORKER, files={"notes/more.txt": "more\n", "dot.png": PNG})
    write_skill(skills, "counter", handler=COUNTER, manifest={"lifetime": "session"})
    with House(skills, tmp_path_factory.mktemp("home") / "home").standing() as house:
        yield house
