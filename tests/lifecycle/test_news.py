"""Events reach every listener and the operator's alert command, which is run for real."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from skillpod.lifecycle.news import BACKLOG, News
from skillpod.model.event import Event, Kind
from skillpod.sandbox.worker import ProgramWorker


class FrozenClock:
    def now(self) -> float:
        return 1.0

    def epoch(self) -> float:
        return 1_000.0


def news(alert: Sequence[str] = ()) -> News:
    return News(clock=FrozenClock(), worker=ProgramWorker(), alert=lambda: (alert, 10.0))


async def collect(bulletin: News, into: list[Event]) -> None:
    async for event in bulletin.listen():
        into.append(event)


async def heard(bulletin: News, tell: Sequence[Kind]) -> list[Event]:
    events: list[Event] = []
    task = asyncio.create_task(collect(bulletin, events))
    await asyncio.sleep(0)
    for kind in tell:
        bulletin.tell(kind, skill="alpha")
    await bulletin.close()
    await asyncio.wait_for(task, 10)
    return events


def saving(path: Path) -> list[str]:
    return [sys.executable, "-c", "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())", str(path)]


def test_a_listener_hears_everything_in_order_until_the_pod_stops() -> None:
    events = asyncio.run(heard(news(), [Kind.MOUNTED, Kind.SWAPPED, Kind.UNMOUNTED]))
    assert [event.kind for event in events] == [Kind.MOUNTED, Kind.SWAPPED, Kind.UNMOUNTED]


def test_a_slow_listener_loses_the_oldest_and_never_holds_the_pod_up() -> None:
    events = asyncio.run(heard(news(), [Kind.MOUNTED] * (BACKLOG + 10) + [Kind.SWAPPED]))
    assert len(events) == BACKLOG - 1
    assert events[-1].kind is Kind.SWAPPED


def test_the_alert_command_gets_what_matters_as_json_on_its_standard_input(tmp_path: Path) -> None:
    alerts = tmp_path / "alerts"
    asyncio.run(heard(news(saving(alerts)), [Kind.MOUNTED, Kind.REFUSED]))
    (line,) = alerts.read_text().splitlines()
    told = json.loads(line)
    assert (told["kind"], told["skill"], told["at"]) == ("refused", "alpha", 1_000.0)


def held_with(alert: Sequence[str]) -> list[Event]:
    """What listeners hear of a hold and of its alert."""

    async def scenario() -> list[Event]:
        events: list[Event] = []
        bulletin = news(alert)
        task = asyncio.create_task(collect(bulletin, events))
        await asyncio.sleep(0)
        bulletin.tell(Kind.HELD, skill="alpha")
        async with asyncio.timeout(10):
            while len(events) < 2:
                await asyncio.sleep(0.01)
        await bulletin.close()
        await task
        return events

    return asyncio.run(scenario())


def test_an_alert_command_that_fails_is_told_and_does_not_alarm_about_itself() -> None:
    events = held_with([sys.executable, "-c", "raise SystemExit(3)"])
    assert [event.kind for event in events] == [Kind.HELD, Kind.TROUBLE]
    assert "status 3" in events[1].message


def test_an_alert_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    events = held_with([str(tmp_path / "none")])
    assert [event.kind for event in events] == [Kind.HELD, Kind.TROUBLE]
    assert "can't be run" in events[1].message


class HeldWorker:
    """ports.Worker whose programs end when they are let go; ``begun`` are the kinds of the events they were given."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.let_go = asyncio.Event()

    async def run(self, argv: Sequence[str], *, stdin: bytes, timeout: float) -> int:
        self.begun.append(json.loads(stdin)["kind"])
        await self.let_go.wait()
        return 0


def test_alerts_of_attempts_hold_up_no_other_alert_and_not_the_end_of_the_pod() -> None:
    async def scenario() -> list[str]:
        worker = HeldWorker()
        bulletin = News(clock=FrozenClock(), worker=worker, alert=lambda: (["tell-me"], 10.0))
        for _ in range(500):
            bulletin.tell(Kind.ATTEMPTED, skill="nosy")
        bulletin.tell(Kind.ATTEMPTED, skill="noisy")
        bulletin.tell(Kind.QUARANTINED, skill="alpha")
        async with asyncio.timeout(10):
            while len(worker.begun) < 3:
                await asyncio.sleep(0)
            closing = asyncio.create_task(bulletin.close())
            await asyncio.sleep(0)
            worker.let_go.set()
            await closing
        return worker.begun

    assert sorted(asyncio.run(scenario())) == ["attempted", "attempted", "quarantined"]
