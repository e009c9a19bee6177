"""Many things at once and in any order: the pod ends where the folder and the orders say, and goes on answering."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
from pathlib import Path

import pytest

from skillpod.errors import SkillFailed, SkillpodError
from skillpod.intake.watch import Observation
from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, descendants, eventually, running
from tests.support.skills import drop_skill, exchange_skill, numbered, put_back, replace_file, saying, take_out, write_skill

BROKEN = "def answer(:\n"


class Model:
    """What must serve after each action, said in a dozen lines: the folder, the orders, and nothing else."""

    def __init__(self, skills: Path) -> None:
        self.skills = skills
        self.folder: int | None = None  # the number its handler answers; None when it is broken
        self.exists = False
        self.serving: int | None = None
        self.mode = "follow"
        self.over: int | None = None  # what the folder held when it was pinned
        self.published: list[int] = []
        self.outside: Path | None = None

    def folder_changed(self) -> None:
        if self.mode == "absent" or not self.exists:
            return
        if self.mode == "pinned" and self.folder == self.over:
            return
        if self.folder is not None:
            self.mode = "follow"
            self.publish(self.folder)

    def publish(self, number: int) -> None:
        if self.serving != number:
            self.serving = number
            self.published = [kept for kept in self.published if kept != number] + [number]

    def folder_gone(self) -> None:
        self.exists = False
        if self.mode != "absent":
            self.serving = None
            self.mode = "follow"


async def _act(action: str, number: int, model: Model, stage: Stage) -> None:
    folder = model.skills / "counter"
    if action == "save" and model.exists:
        replace_file(folder / "handler.py", numbered(number))
        model.folder = number
        model.folder_changed()
    elif action == "save thrice" and model.exists:
        for attempt in (number + 1000, number + 2000, number):
            replace_file(folder / "handler.py", numbered(attempt))
        model.folder = number
        model.folder_changed()
    elif action == "break" and model.exists:
        replace_file(folder / "handler.py", BROKEN)
        model.folder = None
    elif action == "remove" and model.exists:
        shutil.rmtree(folder)
        model.folder_gone()
    elif action == "move out" and model.exists:
        model.outside = take_out(model.skills, "counter")
        model.folder_gone()
    elif action == "move in" and not model.exists:
        if model.outside is not None:
            shutil.rmtree(model.outside)
        drop_skill(model.skills, "counter", handler=numbered(number))
        model.outside, model.exists, model.folder = None, True, number
        model.folder_changed()
    elif action == "unmount":
        with contextlib.suppress(SkillpodError):
            await stage.pod.unmount("counter")
            model.mode, model.serving = "absent", None
    elif action == "reload" and model.exists and model.folder is not None:
        await stage.pod.reload("counter")
        model.mode = "follow"
        model.publish(model.folder)
    elif action == "roll back" and model.exists and model.serving is not None and len(model.published) > 1 and model.folder is not None:
        before = stage.skill("counter")["generation"]
        entry = await stage.pod.rollback("counter")
        assert entry["generation"] == before + 1
        model.mode, model.over = "pinned", model.folder
        model.publish(await stage.pod.call("counter__answer", {}))


ACTIONS = ["save", "save", "save thrice", "break", "remove", "move out", "move in", "move in", "unmount", "reload", "roll back"]


async def _storm(skills: Path, home: Path, *, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    model = Model(skills)
    number = 0
    history: list[str] = []
    while number < steps:
        async with running(skills, home) as stage:
            for _ in range(chance.randrange(5, 25)):  # then a restart
                number += 1
                action = chance.choice(ACTIONS)
                history.append(f"{number} {action}")
                await _act(action, number, model, stage)
                await stage.pod.settled()
                await _check(stage, model, history)


async def _check(stage: Stage, model: Model, history: list[str]) -> None:
    try:
        serving: int | None = await stage.pod.call("counter__answer", {})
    except SkillpodError:
        serving = None
    told = f"{history[-12:]}, the model has {vars(model)}, the pod {[entry for entry in stage.pod.skills() if entry['name'] == 'counter']}"
    assert serving == model.serving, told
    if model.serving is not None:
        assert stage.skill("counter")["mode"] == model.mode, told


@pytest.mark.parametrize("seed", range(4))
def test_after_any_row_of_changes_orders_and_restarts_the_pod_serves_what_it_should(seed: int, skills: Path, home: Path) -> None:
    asyncio.run(_storm(skills, home, seed=seed, steps=60))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(1000, 1040))
def test_after_a_long_row_of_changes_the_pod_serves_what_it_should(seed: int, skills: Path, home: Path) -> None:
    asyncio.run(_storm(skills, home, seed=seed, steps=400))


@pytest.mark.timeout(60)
def test_many_who_wait_for_the_pod_to_settle_all_hear_of_it(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        for number in range(5):
            write_skill(skills, f"words-{number}", handler=saying("word"))
        async with running(skills, home) as stage:
            for _ in range(30):
                waiting = [asyncio.create_task(stage.pod.settled()) for _ in range(10)]
                for _ in range(5):
                    await asyncio.sleep(0)
                    await stage.pod.settled()
                await asyncio.gather(*waiting)
            assert len(stage.names()) == 5

    asyncio.run(scenario())


def test_a_whole_folder_exchanged_at_once_swaps_without_a_failed_call(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        drop_skill(skills, "counter", handler=numbered(0))
        async with running(skills, home) as stage:
            failures: list[SkillpodError] = []
            stop = asyncio.Event()

            async def caller() -> None:
                while not stop.is_set():
                    try:
                        await stage.pod.call("counter__answer", {})
                    except SkillpodError as error:
                        failures.append(error)

            callers = [asyncio.create_task(caller()) for _ in range(3)]
            for number in range(1, 11):
                await stage.change(
                    lambda number=number: exchange_skill(skills, "counter", handler=numbered(number)),  # type: ignore[misc]  # SAFE: a default binds the loop's value
                    Kind.SWAPPED,
                    skill="counter",
                )
            stop.set()
            await asyncio.gather(*callers)
            assert failures == []
            assert await stage.pod.call("counter__answer", {}) == 10

    asyncio.run(scenario())


def test_callers_that_give_up_leave_nothing_behind(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        slow = numbered(7).replace("    return", "    import time\n\n    time.sleep(0.3)\n    return")
        for lifetime in ("call", "skill"):
            write_skill(skills, f"slow-{lifetime}", handler=slow, manifest={"lifetime": lifetime, "guests": {"max": 2}})
        async with running(skills, home) as stage:
            for lifetime in ("call", "skill"):
                calls = [asyncio.create_task(stage.pod.call(f"slow-{lifetime}__answer", {})) for _ in range(12)]
                await asyncio.sleep(0.05)
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
                assert await stage.pod.call(f"slow-{lifetime}__answer", {}) == 7
            handler = skills / "slow-skill" / "handler.py"
            await stage.change(lambda: replace_file(handler, numbered(8)), Kind.DRAINED, skill="slow-skill")
            assert await stage.pod.call("slow-skill__answer", {}) == 8

    asyncio.run(scenario())


@pytest.mark.parametrize("lifetime", ["call", "skill"])
def test_when_every_process_of_the_sandbox_is_killed_the_next_calls_work_again(lifetime: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        before = descendants()
        write_skill(skills, "words", handler=saying("word"), manifest={"lifetime": lifetime})
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "word"
            for process in descendants() - before:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)

            async def works() -> bool:
                try:
                    return bool(await stage.pod.call("words__answer", {}) == "word")
                except SkillFailed:
                    return False

            await eventually(works)
            await stage.change(lambda: replace_file(skills / "words" / "handler.py", saying("new")), Kind.SWAPPED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "new"

    asyncio.run(scenario())


def test_a_call_in_flight_when_the_pod_stops_is_answered(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        slow = numbered(7).replace("    return", "    import time\n\n    time.sleep(0.5)\n    return")
        write_skill(skills, "slow", handler=slow)
        async with running(skills, home) as stage:
            call = asyncio.create_task(stage.pod.call("slow__answer", {}))
            await asyncio.sleep(0.05)
        assert await call == 7

    asyncio.run(scenario())


def test_a_file_deep_in_a_new_subfolder_is_noticed(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        reading = saying("x").replace("def answer()", "def answer(ctx: Context)").replace("import tool", "import Context, tool")
        reading = reading.replace("return 'x'", 'return ctx.read_text("a/b/c/word.txt")')
        folder = write_skill(skills, "words", handler=reading)
        async with running(skills, home) as stage:
            with pytest.raises(SkillFailed, match=r"a/b/c/word\.txt"):
                await stage.pod.call("words__answer", {})

            def deepen() -> None:
                (folder / "a" / "b" / "c").mkdir(parents=True)
                (folder / "a" / "b" / "c" / "word.txt").write_text("deep")

            await stage.change(deepen, Kind.SWAPPED, skill="words")
            await stage.pod.settled()
            assert await stage.pod.call("words__answer", {}) == "deep"

    asyncio.run(scenario())


def test_a_folder_that_becomes_a_file_is_unmounted(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("word"))
        async with running(skills, home) as stage:

            def become_a_file() -> None:
                shutil.rmtree(folder)
                folder.write_text("no folder any more")

            await stage.change(become_a_file, Kind.UNMOUNTED, skill="words")
            await stage.pod.settled()
            assert stage.names() == []

    asyncio.run(scenario())


def test_a_polling_observer_sees_what_inotify_does(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home, observation=Observation.POLLING) as stage:
            await stage.change(lambda: drop_skill(skills, "words", handler=saying("one")), Kind.MOUNTED, skill="words")
            await stage.change(lambda: replace_file(skills / "words" / "handler.py", saying("two")), Kind.SWAPPED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "two"
            mark = stage.mark()
            outside = take_out(skills, "words")
            await stage.until(Kind.UNMOUNTED, skill="words", after=mark)
            await stage.change(lambda: put_back(skills, outside), Kind.MOUNTED, skill="words")

    asyncio.run(scenario())
