"""A guest in this process: its calls, its lifetime, what it may use, and how it is ended."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from typing import Any

import pytest

from skillpod.errors import (
    ArgumentsInvalid,
    DeadlineExceeded,
    GuestDied,
    IsolationUnavailable,
    LimitExceeded,
    ProbeFailed,
    ResultInvalid,
    ToolRaised,
)
from skillpod.model.capability import Isolation, Lifetime, Permissions
from skillpod.model.command import OWNER, Caller
from skillpod.model.guest import LogLine, Progress
from skillpod.model.manifest import GuestCount, Limits
from skillpod.sandbox.module.opening import ModuleGuests, open_module
from tests.sandbox.module.opened import in_process
from tests.support.guests import launch
from tests.support.recollection import Recollection

HANDLER = '''
from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from enum import Enum

from skillpod import Context, Image, tool

_calls = 0


class Colour(Enum):
    RED = "red"


@dataclass
class Tree:
    name: str
    colour: Colour = Colour.RED
    below: list[Tree] = field(default_factory=list)

    def size(self) -> int:
        return 1 + sum(each.size() for each in self.below)


@tool
def count() -> int:
    """Count in memory."""
    global _calls
    _calls += 1
    return _calls


@tool
def size(tree: Tree, colours: set[Colour]) -> dict[str, object]:
    """Use what the arguments became."""
    return {"size": tree.size(), "kinds": sorted(str(each) for each in colours), "tree": tree}


@tool
def speak(ctx: Context) -> list[object]:
    """Use the Context."""
    ctx.logger.warning("a line")
    ctx.progress(0.5, "half")
    print("printed", 1, sep="-")
    ctx.state["key"] = {"a": [1]}
    held = ctx.state["key"]
    held["a"].append(2)
    ctx.config["x"] = 2
    return [ctx.state["key"], ctx.config, ctx.read_text("data.txt"), 0 < ctx.remaining() <= 5]


@tool
def picture() -> Image:
    """Give content."""
    return Image(b"x")


@tool
async def later(seconds: float) -> str:
    """Wait."""
    await asyncio.sleep(seconds)
    return "later"


@tool
def fail() -> str:
    """Raise."""
    raise ValueError("no luck")


@tool
def give(what: str) -> object:
    """Give what is no answer."""
    return {"set": {1}, "long": "x" * 2_000_000}[what]


@tool
def mutate(items: list[int]) -> int:
    """Change the arguments."""
    items.append(1)
    return len(items)


@tool
def spin() -> int:
    """Never end, and catch what would end it."""
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


@tool
def churn() -> int:
    """Never end, without a loop statement."""
    from itertools import count
    return sum(1 for _ in count())


@tool
def recurse() -> int:
    """Never end, by functions alone."""
    fib = lambda n: n if n < 2 else fib(n - 1) + fib(n - 2)
    return fib(60)


@tool
def sleep() -> int:
    """Never end, and do nothing."""
    time.sleep(3600)
    return 1


@tool
def deep() -> int:
    """Call itself for ever."""
    return deep()


@tool
def patient(ctx: Context) -> int:
    """Come to checkpoints."""
    global _calls
    _calls += 10
    while True:
        ctx.checkpoint()
        time.sleep(0.01)


@tool
def power() -> int:
    """One long operation of C."""
    return len(str(3 ** 4_000_000 % 7))
'''
FILES = {"data.txt": b"text"}
SHORT = Limits(wall=1.0, cpu=5.0)


def run(tool: str, arguments: dict[str, Any] | None = None, **options: Any) -> Any:
    async def scenario() -> Any:
        async with in_process(HANDLER, files=FILES, **options) as guests:
            return (await guests.call(tool, arguments or {}, OWNER)).value

    return asyncio.run(scenario())


def test_arguments_become_what_the_annotations_say_and_results_json() -> None:
    tree = {"name": "a", "below": [{"name": "b", "colour": "red", "below": []}]}
    whole = {"name": "a", "colour": "red", "below": [{"name": "b", "colour": "red", "below": []}]}
    assert run("size", {"tree": tree, "colours": ["red"]}) == {"size": 2, "kinds": ["Colour.RED"], "tree": whole}


def test_the_context_is_the_jails_and_what_it_gives_is_a_copy() -> None:
    async def scenario() -> None:
        heard: list[Any] = []
        async with in_process(HANDLER, files=FILES, config={"x": 1}) as guests:
            for _ in range(2):
                reply = await guests.call("speak", {}, OWNER, heard.append)
                assert reply.value == [{"a": [1]}, {"x": 2}, "text", True]
            assert heard[:2] == [LogLine(level="WARNING", message="a line"), Progress(fraction=0.5, message="half")]
            assert guests.output() == "WARNING: a line\nprogress 50% half\nprinted-1\n" * 2

    asyncio.run(scenario())


def test_content_async_tools_and_faults_are_told_as_by_a_jail() -> None:
    assert run("picture") == [{"type": "image", "data": "eA==", "mimeType": "image/png"}]
    assert run("later", {"seconds": 0.01}) == "later"
    with pytest.raises(ToolRaised, match="no luck") as raised:
        run("fail")
    assert raised.value.exception == "ValueError"
    line = HANDLER.splitlines().index('    raise ValueError("no luck")') + 1
    assert raised.value.traceback.splitlines()[1:3] == [
        f'  File "skill://probe/handler.py", line {line}, in fail',
        '    raise ValueError("no luck")',
    ]


def test_a_result_that_is_no_json_or_too_long_is_refused() -> None:
    with pytest.raises(ResultInvalid, match="a set"):
        run("give", {"what": "set"})
    with pytest.raises(LimitExceeded, match="2000002 bytes"):
        run("give", {"what": "long"})


def test_a_caller_s_arguments_are_not_the_skill_s_to_change() -> None:
    given = {"items": [0]}
    assert run("mutate", given) == 2
    assert given == {"items": [0]}
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ArgumentsInvalid):
        run("mutate", {"items": deep})


@pytest.mark.parametrize(("lifetime", "expected"), [(Lifetime.CALL, [1, 1, 1]), (Lifetime.SKILL, [1, 2, 3]), (Lifetime.SESSION, [1, 2, 1])])
def test_memory_lives_as_long_as_the_lifetime_says(lifetime: Lifetime, expected: list[int]) -> None:
    async def scenario() -> list[int]:
        async with in_process(HANDLER, lifetime=lifetime, guests=GuestCount(0, 2)) as guests:
            sessions = ["a", "a", "b"]
            callers = [Caller(principal="ann", session=session) for session in sessions]
            if lifetime is Lifetime.SKILL:
                await guests.rest()  # one guest, so that it is known which answers
            return [(await guests.call("count", {}, caller)).value for caller in callers]

    assert asyncio.run(scenario()) == expected


@pytest.mark.parametrize("tool", ["spin", "churn", "recurse", "sleep", "patient"])
def test_a_call_that_does_not_end_is_ended_at_its_deadline_and_so_is_its_thread(tool: str) -> None:
    async def scenario() -> None:
        async with in_process(HANDLER, lifetime=Lifetime.SKILL, limits=SHORT) as guests:
            with pytest.raises(DeadlineExceeded, match=f"{tool} took longer than 1 s"):
                await guests.call(tool, {}, OWNER)
            assert (await guests.call("count", {}, OWNER)).value in (1, 11)
            assert guests.census()["abandoned"] == 0
        for thread in threading.enumerate():
            if thread.name.startswith("skillpod-module"):
                thread.join(5)
                assert not thread.is_alive()

    asyncio.run(scenario())


def test_a_task_with_a_context_of_its_own_is_ended_too() -> None:
    body = '''
import asyncio

from skillpod import tool


class Own:
    def run(self, callback, *arguments):
        return callback(*arguments)


async def spin():
    while True:
        pass


@tool
async def answer() -> int:
    """Never end, in a task that knows of no call."""
    return await asyncio.create_task(spin(), context=Own())
'''

    async def scenario() -> None:
        async with in_process(body, lifetime=Lifetime.SKILL, concurrency=4, limits=SHORT) as guests:
            with pytest.raises(DeadlineExceeded):
                await guests.call("answer", {}, OWNER)
            await asyncio.sleep(1.5)
            assert guests.census()["abandoned"] == 0

    asyncio.run(scenario())


def test_processor_time_is_held_too() -> None:
    with pytest.raises(LimitExceeded) as spent:
        run("spin", limits=Limits(wall=20.0, cpu=0.3))
    assert spent.value.at == "limits.cpu"


def test_endless_recursion_is_an_error_of_the_call() -> None:
    with pytest.raises(ToolRaised) as raised:
        run("deep")
    assert raised.value.exception == "RecursionError"


def test_a_call_whose_caller_leaves_is_ended() -> None:
    async def scenario() -> None:
        async with in_process(HANDLER, lifetime=Lifetime.SKILL, guests=GuestCount(0, 1)) as guests:
            call = asyncio.create_task(guests.call("patient", {}, OWNER))
            await asyncio.sleep(0.2)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert (await guests.call("count", {}, OWNER)).value == 11  # it came to checkpoints, so its guest lives on

    asyncio.run(scenario())


def test_async_calls_overlap_where_the_skill_says_so_and_one_that_leaves_takes_no_other_with_it() -> None:
    async def scenario() -> None:
        options = {"lifetime": Lifetime.SKILL, "guests": GuestCount(0, 1), "concurrency": 8}
        async with in_process(HANDLER, **options) as guests:
            started = asyncio.get_running_loop().time()
            leaving = asyncio.create_task(guests.call("later", {"seconds": 3}, OWNER))
            calls = [asyncio.create_task(guests.call("later", {"seconds": 0.5}, OWNER)) for _ in range(6)]
            await asyncio.sleep(0.05)
            leaving.cancel()
            assert [reply.value for reply in await asyncio.gather(*calls)] == ["later"] * 6
            assert asyncio.get_running_loop().time() - started < 2.0
            assert guests.census()["started"] == 1

    asyncio.run(scenario())


def test_closing_ends_calls_in_flight_and_waits_for_none() -> None:
    async def scenario() -> None:
        async with in_process(HANDLER, lifetime=Lifetime.SKILL) as guests:
            call = asyncio.create_task(guests.call("sleep", {}, OWNER))
            await asyncio.sleep(0.1)
            await guests.close()
            with pytest.raises(GuestDied):
                await call

    asyncio.run(scenario())


def test_a_thread_that_can_not_be_ended_is_left_behind_and_counted() -> None:
    body = '''
import hashlib

from skillpod import tool


@tool
def answer() -> int:
    """A loop of C's own, in which no check comes and others have their turn."""
    return len(list(map(hashlib.sha512, [bytes(50_000_000)] * 60)))
'''

    async def scenario() -> None:
        async with in_process(body, limits=Limits(wall=0.1)) as guests:
            with pytest.raises(DeadlineExceeded):
                await guests.call("answer", {}, OWNER)
            async with asyncio.timeout(20):
                while not guests.census()["abandoned"]:
                    await asyncio.sleep(0.02)
            assert "its thread was left behind" in guests.output()
            async with asyncio.timeout(60):
                while guests.census()["abandoned"]:
                    await asyncio.sleep(0.05)

    asyncio.run(scenario())


def test_an_import_that_does_not_end_or_raises_is_no_guest() -> None:
    async def scenario(handler: str, error: type[Exception]) -> str:
        with pytest.raises(error) as refused:
            async with in_process(handler, limits=SHORT):
                pass
        return str(refused.value)

    tail = "\n\nfrom skillpod import tool\n\n\n@tool\ndef answer() -> int:\n    '''Answer.'''\n    return 1\n"
    assert "did not load" in asyncio.run(scenario(f"while True:\n    pass{tail}", DeadlineExceeded))
    assert "handler.py:1" in asyncio.run(scenario(f"raise RuntimeError('x'){tail}", ProbeFailed))


def test_what_needs_more_than_a_namespace_is_not_opened() -> None:
    asks = launch(HANDLER, isolation=Isolation.MODULE, grants=Permissions(environment=frozenset({"TZ"})))
    with pytest.raises(IsolationUnavailable, match="module isolation gives no permissions"):
        open_module(asks, on_death=lambda error: None, memory=Recollection())


def test_the_tables_of_the_standard_library_keep_nothing_of_a_skill_that_is_gone() -> None:
    body = '''
import ipaddress, re, struct
from typing import Optional
from urllib.parse import urlsplit

from skillpod import tool


class RememberedText(str):
    pass


class RememberedAddress(ipaddress.IPv4Address):
    pass


@tool
def answer() -> bool:
    """Leave texts and classes of its own where the standard library remembers what it was asked for."""
    re.sub(RememberedText("a(b)"), RememberedText(r"\\1"), "ab")
    struct.pack(RememberedText(">b"), 1)
    urlsplit(RememberedText("http://a/b"))
    Optional[RememberedText]
    return RememberedAddress("10.0.0.1").is_private
'''

    async def scenario() -> None:
        async with in_process(body) as guests:
            assert (await guests.call("answer", {}, OWNER)).value is True

    asyncio.run(scenario())
    gc.collect()
    assert [each for each in gc.get_objects() if isinstance(each, type) and each.__name__ in ("RememberedText", "RememberedAddress")] == []


def test_its_report_says_that_no_wall_stands() -> None:
    async def scenario() -> ModuleGuests:
        async with in_process(HANDLER) as guests:
            return guests

    report = asyncio.run(scenario()).report
    assert report is not None
    assert json.loads(json.dumps(report.as_dict())) == {
        "walls": [],
        "self_test": {},
        "note": "no wall: it runs in the pod's process, which is not a security boundary",
    }
