from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.conformance.stand import standing
from tests.conformance.suites import MISSING, SETS, SINGLES, Outcome, Run, carry_out, is_installed


@pytest.fixture(scope="package")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[Run, Outcome]:
    """What every run of the suites ended with, against one pod, one after the other."""
    if not is_installed():
        pytest.skip(MISSING)
    return asyncio.run(_outcomes(tmp_path_factory.mktemp("conformance")))


async def _outcomes(place: Path) -> dict[Run, Outcome]:
    async with standing(place / "pod") as url:
        return {run: await carry_out(run, url, place / str(number)) for number, run in enumerate((*SETS, *SINGLES))}
