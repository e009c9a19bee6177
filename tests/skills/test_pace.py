"""pace by plain import."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from skillpod import Cancelled
from skillpod.testing import Recorder, context
from tests.skills.shipped import SKILLS, module

handler = module("pace")


def test_a_wait_takes_as_long_as_it_was_asked_for() -> None:
    started = monotonic()
    waited = asyncio.run(handler.wait(0.1, context(SKILLS / "pace")))
    assert waited == {"asked": 0.1, "complete": True}
    assert monotonic() - started >= 0.1


def test_waits_overlap() -> None:
    async def twenty() -> None:
        await asyncio.gather(*(handler.wait(0.1, context(SKILLS / "pace")) for _ in range(20)))

    started = monotonic()
    asyncio.run(twenty())
    assert monotonic() - started < 1.0


def test_a_wait_that_nobody_waits_for_ends_at_its_next_step() -> None:
    recorder = Recorder(cancel_at=3)
    with pytest.raises(Cancelled):
        asyncio.run(handler.wait(0.1, context(SKILLS / "pace", recorder=recorder)))
    assert recorder.checkpoints == 3


def test_retries_double_up_to_the_longest() -> None:
    assert handler.backoff(5, base=1.0, longest=5.0) == [1.0, 2.0, 4.0, 5.0, 5.0]


@pytest.mark.parametrize(
    ("seconds", "workers", "per_second", "duration", "busiest"),
    [
        ([], 4, None, 0.0, 0),
        ([2.0], 4, None, 2.0, 1),
        ([1.0] * 8, 4, None, 2.0, 4),
        ([1.0] * 8, 1, None, 8.0, 1),
        ([3.0, 1.0, 1.0, 1.0], 2, None, 3.0, 2),
        ([0.1] * 3, 3, 1.0, 2.1, 1),
        ([10.0] * 3, 3, 1.0, 12.0, 3),
        ([0.0] * 5, 2, None, 0.0, 1),
    ],
)
def test_a_batch_is_rehearsed_without_waiting_for_it(
    seconds: list[float], workers: int, per_second: float | None, duration: float, busiest: int
) -> None:
    rehearsal = asyncio.run(handler.rehearse(seconds, workers, per_second))
    assert rehearsal["duration"] == pytest.approx(duration)
    assert rehearsal["busiest"] <= workers
    assert rehearsal["busiest"] >= busiest
    assert sorted(rehearsal["finished"]) == list(range(len(seconds)))
