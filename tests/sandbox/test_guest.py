"""The guest's program: how it loads a bundle, calls its tools, and tells what went wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from skillpod.errors import Drift, LimitExceeded, ProbeFailed, ResultInvalid, ToolRaised
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits, Parameter
from tests.support.guests import Opened, launch, opened
from tests.support.open_zygote import OpenZygote

PACKAGE = {
    "helper.py": b"import other\nfrom . import other as same\nVALUE = 'helper'\nSAME = other is same\n",
    "other.py": b"COUNT = []\nCOUNT.append(1)\n",
    "json.py": b"raise RuntimeError('a sibling took the place of the standard library')\n",
    "lib/__init__.py": b"from .deep import DEEP\n",
    "lib/deep.py": b"from .. import other\nDEEP = len(other.COUNT)\n",
    "bare/module.py": b"NAME = __name__\n",
    "data/table.csv": b"a,b\n1,2\n",
    "bytes.bin": bytes(range(256)),
}
HANDLER = """
    import importlib.resources
    import pkgutil
    import sys

    import helper
    from skillpod import Context, tool

    from . import helper as relative
    from .bare.module import NAME
    from lib import DEEP

    @tool
    def imports() -> dict[str, object]:
        import json
        return {
            "same module": helper is relative and helper.SAME and sys.modules["helper"] is sys.modules[f"{__package__}.helper"],
            "loaded once": DEEP,
            "package": __package__,
            "name": __name__,
            "without init": NAME,
            "standard library first": json.dumps([1]),
            "file": __file__,
            "pkgutil": pkgutil.get_data(__package__, "data/table.csv").decode(),
            "resources": (importlib.resources.files(__package__) / "data" / "table.csv").read_text(),
            "listing": sorted(node.name for node in importlib.resources.files(__package__).joinpath("data").iterdir()),
        }

    @tool
    def files(ctx: Context) -> list[object]:
        missing = ""
        try:
            ctx.read_text("../secret")
        except FileNotFoundError as error:
            missing = str(error)
        return [ctx.read_text("data/table.csv"), len(ctx.read_bytes("bytes.bin")), missing]
"""


def run(zygote: OpenZygote, handler: str, tool: str, **options: Any) -> Any:
    """One call of one tool; ``arguments`` among the options are the call's."""
    arguments = options.pop("arguments", {})

    async def once() -> Any:
        async with opened(zygote, launch(handler, **options)) as guests:
            return await guests.call(tool, **arguments)

    return asyncio.run(once())


def prove(zygote: OpenZygote, handler: str, **options: Any) -> None:
    async def once() -> None:
        async with opened(zygote, launch(handler, **options)) as guests:
            await guests.pool.prove()

    asyncio.run(once())


# --- loading ---------------------------------------------------------------------------------------------------------------------


def test_siblings_are_imported_relatively_and_absolutely_as_one_module(zygote: OpenZygote) -> None:
    assert run(zygote, HANDLER, "imports", files=PACKAGE) == {
        "same module": True,
        "loaded once": 1,
        "package": "probe",
        "name": "probe.handler",
        "without init": "probe.bare.module",
        "standard library first": "[1]",
        "file": "skill://probe/handler.py",
        "pkgutil": "a,b\n1,2\n",
        "resources": "a,b\n1,2\n",
        "listing": ["table.csv"],
    }


def test_a_tool_reads_the_skills_own_files_and_no_others(zygote: OpenZygote) -> None:
    assert run(zygote, HANDLER, "files", files=PACKAGE) == ["a,b\n1,2\n", 256, "the skill has no file '../secret'"]


@pytest.mark.parametrize("name", ["calendar", "text-tools", "skillpod-notes", "helper"])
def test_a_skill_may_have_any_name_and_its_relative_imports_work(zygote: OpenZygote, name: str) -> None:
    handler = """
        import calendar
        from skillpod import tool
        from .helper import VALUE

        @tool
        def look() -> list[object]:
            return [VALUE, calendar.isleap(2024)]
    """
    assert run(zygote, handler, "look", name=name, files={"helper.py": b"VALUE = 5\n"}) == [5, True]


def test_a_root_init_is_run_as_the_package(zygote: OpenZygote) -> None:
    handler = "from skillpod import tool\nfrom . import SHARED\n@tool\ndef look() -> int:\n    return SHARED\n"
    assert run(zygote, handler, "look", files={"__init__.py": b"SHARED = 3\n"}) == 3


@pytest.mark.parametrize(
    ("code", "words", "at"),
    [
        ("raise ValueError('no table')", "ValueError: no table", "handler.py:2"),
        ("import helper", "ZeroDivisionError: division by zero", "helper.py:3"),
        ("import numpy_that_is_not_there", "ModuleNotFoundError: No module named 'numpy_that_is_not_there'", "handler.py:2"),
        ("import sys; sys.exit(3)", "SystemExit: 3", "handler.py:2"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", "handler.py:2"),
        ("class Mine(BaseException): pass\nraise Mine('x')", "Mine: x", "handler.py:3"),
    ],
)
def test_code_that_does_not_load_says_where_in_the_skill(zygote: OpenZygote, code: str, words: str, at: str) -> None:
    handler = f"from skillpod import tool\n{code}\n@tool\ndef look() -> int:\n    return 1\n"
    with pytest.raises(ProbeFailed) as failure:
        prove(zygote, handler, files={"helper.py": b"# a comment\n\nX = 1 / 0\n"})
    assert words in failure.value.message
    assert failure.value.at == at
    cause = failure.value.reasons[0]
    assert isinstance(cause, ToolRaised)
    assert cause.traceback.count("skill://probe/") >= 1
    assert "skillpod/sandbox" not in cause.traceback
    assert "importlib" not in cause.traceback


def test_a_description_that_differs_from_the_source_is_drift_and_says_what_differs(zygote: OpenZygote) -> None:
    handler = "from skillpod import tool\n@tool\ndef look(a: int, b: int = 1) -> int:\n    return a\n"
    honest = launch(handler)
    spec = honest.tools[0]
    required = Parameter(name="b", kind="POSITIONAL_OR_KEYWORD", required=True)
    for said, words in [
        (replace(spec, name="see"), "the source has the tools see; the guest has look"),
        (replace(spec, is_async=True), "is_async of look is True in the source and False in the guest"),
        (replace(spec, context="ctx"), "context of look is 'ctx' in the source and '' in the guest"),
        (replace(spec, parameters=(spec.parameters[0], required)), "b: POSITIONAL_OR_KEYWORD, required"),
        (replace(spec, parameters=tuple(reversed(spec.parameters))), "parameters of look"),
    ]:
        with pytest.raises(Drift, match="otherwise than its source") as drift:
            prove(zygote, handler, tools=(said,))
        assert words in drift.value.message


@pytest.mark.parametrize(
    "trick",
    [
        "look = lambda a: a",
        "look.__name__ = 'see'",
        "look = __import__('functools').wraps(look)(lambda **given: 1); look.__wrapped__ = lambda b: b",
        "del look.__skillpod_tool__",
        "globals()['more'] = type(look)(look.__code__, globals(), 'more'); more.__skillpod_tool__ = {}",
    ],
)
def test_tools_that_are_changed_at_run_time_are_drift(zygote: OpenZygote, trick: str) -> None:
    handler = "from skillpod import tool\n@tool\ndef look(a: int) -> int:\n    return a\n"
    with pytest.raises(Drift):
        prove(zygote, f"{handler}{trick}\n", tools=launch(handler).tools)


def test_future_annotations_and_text_annotations_are_understood(zygote: OpenZygote) -> None:
    handler = """
        from __future__ import annotations
        from dataclasses import dataclass
        from skillpod import Context, tool

        @dataclass
        class Point:
            x: int

        @tool
        def look(ctx: Context, point: Point, more: "set[int]") -> "set[int]":
            return {point.x, *more}
    """
    assert run(zygote, handler, "look", arguments={"point": {"x": 3}, "more": [1, 2]}) == [1, 2, 3]


# --- results and failures --------------------------------------------------------------------------------------------------------

FAILING = """
    import sys
    from skillpod import Context, tool
    from . import deeper

    class Custom(Exception):
        def __str__(self):
            raise RuntimeError("not even this")

    @tool
    def fails(kind: str) -> int:
        if kind == "deep":
            return deeper.fails()
        if kind == "recursion":
            return fails(kind)
        if kind == "long":
            raise ValueError("x" * 100_000)
        if kind == "surrogate":
            raise ValueError("\\ud800")
        if kind == "library":
            import json
            json.loads("{")
        if kind == "group":
            raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])
        if kind == "memory":
            raise MemoryError
        raise {"exit": SystemExit(4), "interrupt": KeyboardInterrupt(), "custom": Custom()}[kind]

    @tool
    async def fails_async(kind: str) -> int:
        raise {"exit": SystemExit(4), "cancelled": __import__("asyncio").CancelledError()}[kind]
"""
DEEPER = {
    "deeper.py": b"""
def fails():
    try:
        {}['a']
    except KeyError as error:
        raise ValueError('wrapped') from error
"""
}


@pytest.mark.parametrize(
    ("tool", "kind", "exception", "message"),
    [
        ("fails", "deep", "ValueError", "wrapped"),
        ("fails", "recursion", "RecursionError", "maximum recursion depth"),
        ("fails", "long", "ValueError", "xxx"),
        ("fails", "surrogate", "ValueError", "\\ud800"),
        ("fails", "library", "JSONDecodeError", "Expecting property name"),
        ("fails", "exit", "SystemExit", "4"),
        ("fails", "interrupt", "KeyboardInterrupt", ""),
        ("fails", "custom", "Custom", "RuntimeError"),
        ("fails", "group", "ExceptionGroup", "several (2 sub-exceptions)"),
        ("fails_async", "exit", "SystemExit", "4"),
        ("fails_async", "cancelled", "CancelledError", ""),
    ],
)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_whatever_a_tool_raises_is_its_calls_failure(
    zygote: OpenZygote, tool: str, kind: str, exception: str, message: str, concurrency: int
) -> None:
    async def twice() -> list[ToolRaised]:
        raised = []
        started = launch(FAILING, files=DEEPER, lifetime=Lifetime.SKILL, concurrency=concurrency)
        async with opened(zygote, started) as guests:
            for _ in range(2):
                with pytest.raises(ToolRaised) as failure:
                    await guests.call(tool, kind=kind)
                raised.append(failure.value)
            assert zygote.forks == 1
        return raised

    for failure in asyncio.run(twice()):
        assert failure.exception == exception
        assert message in failure.message
        assert len(failure.message) <= 4096
        assert len(failure.traceback) <= 8192
        assert "skillpod/sandbox" not in failure.traceback
        assert "skillpod://" not in failure.traceback


def test_a_traceback_has_the_skills_own_lines_and_causes(zygote: OpenZygote) -> None:
    with pytest.raises(ToolRaised) as failure:
        run(zygote, FAILING, "fails", files=DEEPER, arguments={"kind": "deep"})
    lines = failure.value.traceback
    assert 'File "skill://probe/deeper.py", line 4, in fails' in lines
    assert "{}['a']" in lines
    assert "KeyError: 'a'" in lines
    assert 'File "skill://probe/handler.py"' in lines
    assert "return deeper.fails()" in lines
    assert lines.rstrip().endswith("ValueError: wrapped")


def test_a_memory_error_is_the_memory_limit(zygote: OpenZygote) -> None:
    with pytest.raises(LimitExceeded, match="256 MiB") as failure:
        run(zygote, FAILING, "fails", files=DEEPER, arguments={"kind": "memory"})
    assert failure.value.at == "limits.memory"


RESULTS = """
    from enum import Enum
    from dataclasses import dataclass
    from skillpod import tool

    class Colour(Enum):
        RED = "red"

    @dataclass
    class Found:
        colour: Colour
        rows: tuple[int, int]

    @tool
    def found() -> Found:
        return Found(Colour.RED, (1, 2))

    @tool
    def announced() -> set[int]:
        return {3, 1, 2}

    @tool
    def odd(kind: str) -> object:
        return {"set": {1}, "nan": [1.0, float("nan")], "bytes": {"a": b""}, "object": object(), "self": odd}[kind]

    @tool
    def large(size: int) -> str:
        return "x" * size

    @tool
    def echo(value: object) -> object:
        return value
"""


def test_dataclasses_enums_tuples_and_announced_sets_come_back_as_json(zygote: OpenZygote) -> None:
    assert run(zygote, RESULTS, "found") == {"colour": "red", "rows": [1, 2]}
    assert run(zygote, RESULTS, "announced") == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("set", "result: a set"),
        ("nan", r"result\[1\]: nan"),
        ("bytes", r"result\.a: a bytes"),
        ("object", "result: an object"),
        ("self", "function"),
    ],
)
def test_a_result_that_is_not_json_is_refused_by_name_and_place(zygote: OpenZygote, kind: str, words: str) -> None:
    with pytest.raises(ResultInvalid, match=words):
        run(zygote, RESULTS, "odd", arguments={"kind": kind})


def test_a_result_over_the_output_limit_is_refused_and_the_guest_goes_on(zygote: OpenZygote) -> None:
    async def several() -> None:
        limits = Limits(wall=5.0, output=1000)
        async with opened(zygote, launch(RESULTS, lifetime=Lifetime.SKILL, limits=limits)) as guests:
            assert len(await guests.call("large", size=998)) == 998  # two more for the quotes
            for size in (999, 100_000, 10 * 2**20):
                with pytest.raises(LimitExceeded, match=str(size + 2)) as failure:
                    await guests.call("large", size=size)
                assert failure.value.at == "limits.output"
            assert await guests.call("large", size=1) == "x"
            assert zygote.forks == 1

    asyncio.run(several())


def test_ten_mebibytes_go_in_and_out(zygote: OpenZygote) -> None:
    text = "é" * (5 * 2**20)
    limits = Limits(wall=10.0, output=16 * 2**20)
    assert run(zygote, RESULTS, "echo", limits=limits, arguments={"value": text}) == text


@pytest.mark.parametrize("size", [2**20, 64 * 2**20], ids=["smaller than what rides along", "the most that a manifest may allow"])
def test_a_result_of_exactly_its_limit_comes_with_all_that_was_seen_beside_it(zygote: OpenZygote, size: int) -> None:
    source = """
    from skillpod import tool

    @tool
    def large(size: int) -> str:
        for number in range(40):
            try:
                open(f"/{number:02}" + "\U0001f600" * 250)
            except OSError:
                pass
        return "x" * (size - 2)
    """
    limits = Limits(wall=30.0, output=size, memory=2**30)
    for lifetime, concurrency in ((Lifetime.CALL, 1), (Lifetime.SKILL, 2)):
        found = run(zygote, source, "large", limits=limits, lifetime=lifetime, concurrency=concurrency, arguments={"size": size})
        assert len(found) == size - 2


def test_any_json_comes_back_as_it_went(zygote: OpenZygote) -> None:
    value: Any = {"a": [1, -2.5, True, None, "\u0000\u2028é\U0001f600", 2**70, {}], "": {"b": [[]]}}
    assert run(zygote, RESULTS, "echo", arguments={"value": value}) == json.loads(json.dumps(value))


# --- prints, threads and time ----------------------------------------------------------------------------------------------------

NOISY = """
    import os, sys, threading, time
    from skillpod import Context, tool

    kept = []

    @tool
    def speaks(ctx: Context) -> str:
        print("printed")
        print("to stderr", file=sys.stderr)
        os.write(1, b"raw\\n")
        ctx.logger.warning("logged %d", 7)
        ctx.progress(0.5, "half")
        return "done"

    @tool
    def floods() -> int:
        block = "x" * 65535 + "\\n"
        for _ in range(1600):
            sys.stdout.write(block)
        print("the end")
        return 1

    @tool
    def closes_what_it_did_not_open() -> int:
        for number in range(3, 50):
            try:
                os.close(number)
            except OSError:
                pass
        sys.stdout.close()
        sys.stderr = None
        return 1

    @tool
    def leaves_a_thread(ctx: Context) -> int:
        def later():
            for _ in range(50):
                ctx.logger.info("too late")
                try:
                    ctx.state.get("a")
                except Exception as error:
                    kept.append(type(error).__name__)
                time.sleep(0.001)
        thread = threading.Thread(target=later)
        thread.start()
        kept.append(thread)
        return 1

    @tool
    def after() -> list[str]:
        kept[0].join()
        return [kept[-1]]

    @tool
    def remaining(ctx: Context) -> float:
        return ctx.remaining()
"""


def test_what_a_tool_prints_and_logs_is_kept_and_never_part_of_the_result(zygote: OpenZygote) -> None:
    async def once() -> str:
        async with opened(zygote, launch(NOISY)) as guests:
            assert await guests.call("speaks") == "done"
            await guests.pool.close()
            return guests.pool.output()

    kept = asyncio.run(once())
    for line in ("printed", "to stderr", "raw", "WARNING: logged 7", "progress 50% half"):
        assert f"{line}\n" in kept


def test_a_hundred_mebibytes_of_prints_keep_their_newest_end(zygote: OpenZygote) -> None:
    async def once() -> str:
        async with opened(zygote, launch(NOISY, limits=Limits(wall=30.0))) as guests:
            assert await guests.call("floods") == 1
            await guests.pool.close()
            return guests.pool.output()

    kept = asyncio.run(once())
    assert kept.endswith("the end\n")
    assert len(kept) < 70_000
    assert "earlier bytes were not kept" in kept.splitlines()[0]


def test_a_skill_that_closes_low_descriptors_and_its_streams_still_answers(zygote: OpenZygote) -> None:
    assert run(zygote, NOISY, "closes_what_it_did_not_open") == 1


@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_thread_that_outlives_its_call_finds_the_context_closed(zygote: OpenZygote, concurrency: int) -> None:
    async def twice() -> None:
        async with opened(zygote, launch(NOISY, lifetime=Lifetime.SKILL, concurrency=concurrency)) as guests:
            assert await guests.call("leaves_a_thread") == 1
            assert await guests.call("after") == ["StateError"]
            assert guests.deaths == []
            assert zygote.forks == 1

    asyncio.run(twice())


def test_a_tool_knows_how_much_time_it_has(zygote: OpenZygote) -> None:
    assert 0 < run(zygote, NOISY, "remaining", limits=Limits(wall=3.0)) <= 3.0


# --- async and concurrency -------------------------------------------------------------------------------------------------------

ASYNC = """
    import asyncio
    from skillpod import Context, tool

    waiting = {}
    loops = set()

    @tool
    async def meet(name: str, other: str) -> str:
        loops.add(id(asyncio.get_running_loop()))
        waiting.setdefault(name, asyncio.Event()).set()
        await waiting.setdefault(other, asyncio.Event()).wait()
        return name

    @tool
    async def counts(ctx: Context, times: int) -> int:
        for number in range(times):
            ctx.state[f"key{number % 3}"] = number
            await asyncio.to_thread(ctx.state.get, "key0")
        return len(list(ctx.state))

    @tool
    def plain() -> int:
        return len(loops)
"""


def test_async_calls_of_one_guest_overlap(zygote: OpenZygote) -> None:
    async def both() -> None:
        async with opened(zygote, launch(ASYNC, lifetime=Lifetime.SKILL, concurrency=2)) as guests:
            together = asyncio.gather(guests.call("meet", name="a", other="b"), guests.call("meet", name="b", other="a"))
            assert list(await together) == ["a", "b"]
            assert zygote.forks == 1

    asyncio.run(both())


def test_async_tools_of_a_guest_share_one_event_loop_for_its_life(zygote: OpenZygote) -> None:
    async def several() -> None:
        async with opened(zygote, launch(ASYNC, lifetime=Lifetime.SKILL)) as guests:
            for name in ("a", "b", "c"):
                await guests.call("meet", name=name, other=name)
            assert await guests.call("plain") == 1

    asyncio.run(several())


@pytest.mark.parametrize("concurrency", [1, 8])
def test_state_is_asked_from_overlapping_calls_and_threads_without_a_deadlock(zygote: OpenZygote, concurrency: int) -> None:
    async def many(guests: Opened) -> list[int]:
        return list(await asyncio.gather(*(guests.call("counts", times=20) for _ in range(8))))

    async def once() -> None:
        async with opened(zygote, launch(ASYNC, lifetime=Lifetime.SKILL, concurrency=concurrency)) as guests:
            assert await many(guests) == [3] * 8

    asyncio.run(once())


def test_config_is_handed_to_the_tool_and_one_call_can_not_change_anothers(zygote: OpenZygote) -> None:
    handler = """
        from skillpod import Context, tool

        @tool
        def look(ctx: Context) -> object:
            found = list(ctx.config["list"])
            ctx.config["list"].append(9)
            return found
    """

    async def twice() -> None:
        async with opened(zygote, launch(handler, lifetime=Lifetime.SKILL, config={"list": [1]})) as guests:
            assert await guests.call("look") == [1]
            assert await guests.call("look") == [1]

    asyncio.run(twice())
