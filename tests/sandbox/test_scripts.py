"""Programs of a skill behind the real walls: run as a person's shell would run them, from the bundle's bytes, once per guest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skillpod.errors import ArgumentsInvalid, DeadlineExceeded, Drift, LimitExceeded, ToolRaised
from skillpod.model.capability import Lifetime
from skillpod.model.command import Caller
from skillpod.model.guest import Launch
from skillpod.model.manifest import KIB, MIB, GuestCount, Limits
from skillpod.ports import Guests
from tests.support.guests import launch
from tests.support.jailed import jailed, value
from tests.support.programs import program_launch, without_entry

USUAL = '''
    """Convert a table."""
    import argparse, json, sys
    from pathlib import Path
    import helpers
    from scripts.deep.inner import DEPTH

    HERE = Path(__file__).parent

    def main():
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("table")
        parser.add_argument("--format", choices=["json", "text"], default="json")
        parser.add_argument("-n", type=int)
        parser.add_argument("--loud", action="store_true")
        given = parser.parse_args()
        rates = json.loads((HERE / "../references/rates.json").read_text())
        read = sys.stdin.read()
        print(json.dumps({**vars(given), "rates": rates, "read": read, "helped": helpers.HELPED, "depth": DEPTH}))
        print("a word aside", file=sys.stderr)

    if __name__ == "__main__":
        main()
'''
USUAL_FILES = {
    "SKILL.md": b"---\nname: probe\n---\n",
    "scripts/helpers.py": b"import json\nHELPED = json.dumps('yes')\n",
    "scripts/json.py": b"raise RuntimeError('a sibling took the place of the standard library')\n",
    "scripts/deep/inner.py": b"DEPTH = __name__\n",
    "references/rates.json": b'{"EUR": 1}',
}
USUAL_LINE = (("table", "", "value"), ("format", "--format", "value"), ("n", "-n", "value"), ("loud", "--loud", "nothing"))


def run(started: Launch, tool: str = "run", **arguments: Any) -> Any:
    async def act(guests: Guests, *_: Any) -> Any:
        return await value(guests, tool, **arguments)

    return jailed(started, act)


def failing(started: Launch, error: type[Exception] = ToolRaised, **arguments: Any) -> Any:
    with pytest.raises(error) as failure:
        run(started, **arguments)
    return failure.value


# --- what a program is given ---------------------------------------------------------------------------------------------------------


def test_a_usual_program_reads_its_flags_its_input_its_siblings_and_the_files_beside_it() -> None:
    started = program_launch(USUAL, arguments=USUAL_LINE, files=USUAL_FILES)
    given = run(started, table="--table.csv", n=-3, loud=True, stdin="säule\n")
    assert (given["exit_code"], given["stderr"]) == (0, "a word aside\n")
    assert json.loads(given["stdout"]) == {
        "table": "--table.csv",
        "format": "json",
        "n": -3,
        "loud": True,
        "rates": {"EUR": 1},
        "read": "säule\n",
        "helped": '"yes"',
        "depth": "scripts.deep.inner",
    }


def test_a_plain_program_is_given_its_words_and_a_place_of_its_own() -> None:
    source = """
        import os, sys
        from pathlib import Path
        sys.path.insert(0, str(Path(__file__).parent.parent / "lib"))
        import local
        import __main__
        print(sys.argv[1:], Path(sys.argv[0]) == Path(__file__), Path(__file__).name, os.listdir(), __main__.__file__ == __file__)
        print(local.WHERE, local.__file__ == str(Path(__file__).resolve().parent.parent / "lib" / "local.py"), end="")
        sys.stdout.buffer.write(b"\\nbytes \\xff\\n")
        Path("result.txt").write_text("kept nowhere")
        print(sys.stdin.buffer.read(), sys.stdin.isatty(), sys.stdout.isatty())
    """
    started = program_launch(source, files={"lib/local.py": b"WHERE = __name__\n"})
    said = run(started, args=["a", "-b", "--c=d"], stdin="x")["stdout"].splitlines()
    assert said == ["['a', '-b', '--c=d'] True run.py [] True", "local True", "bytes \\xff", "b'x' False False"]


def test_no_module_comes_from_the_copy_that_a_program_can_write_to() -> None:
    source = """
        import os, sys
        from pathlib import Path
        here = Path(__file__).parent
        (here / "helper.py").write_text("VALUE = 'rewritten'")
        (here / "added.py").write_text("")
        (here / "__pycache__").mkdir()
        sys.path.insert(0, "/tmp/skill/scripts/../scripts")
        import helper
        print(helper.VALUE)
        try:
            import added
        except ImportError as error:
            print(error.name)
    """
    assert run(program_launch(source, files={"scripts/helper.py": b"VALUE = 'audited'\n"}))["stdout"] == "audited\nadded\n"


def test_every_call_finds_the_bundle_as_it_was() -> None:
    source = """
        import os
        from pathlib import Path
        note = Path(__file__).parent.parent / "note.txt"
        print(note.read_text(), os.listdir("/tmp/work"), os.getcwd())
        note.write_text("changed by the call before")
        Path(__file__).write_text("print('changed')")
        Path("left.txt").write_text("left")
    """

    async def act(guests: Guests, *_: Any) -> Any:
        return [(await value(guests, "run"))["stdout"] for _ in range(3)]

    assert jailed(program_launch(source, files={"note.txt": b"as audited"}), act) == ["as audited [] /scratch/tmp/work\n"] * 3


# --- how a program ends --------------------------------------------------------------------------------------------------------------


def test_a_usage_error_is_told_with_the_usage() -> None:
    error = failing(program_launch(USUAL, arguments=USUAL_LINE, files=USUAL_FILES), table="t", format="xml")
    assert error.exception == "ExitStatus"
    assert error.message.startswith("exit status 2\nusage: run.py")
    assert "invalid choice: 'xml'" in error.message


ENDINGS = """
    import sys, threading, time, atexit, io
    how = sys.argv[1] if len(sys.argv) > 1 else ""
    if how == "text":
        sys.exit("no such table")
    if how == "status":
        print("told on stdout")
        raise SystemExit(-1)
    if how == "fine":
        atexit.register(print, "at the end")
        threading.Thread(target=lambda: (time.sleep(0.05), print("from a thread"))).start()
        sys.exit()
    if how == "long":
        for number in range(1000):
            print("line", number, file=sys.stderr)
        sys.exit(3)
    if how == "raises":
        print("read 3 rows", file=sys.stderr)
        raise KeyError("price")
    if how == "asks":
        input("your name? ")
    if how == "wraps":
        sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
        print("wrapped")
    if how == "closes":
        print("before")
        sys.stdout.close()
    if how == "pool":
        from concurrent.futures import ThreadPoolExecutor
        print(ThreadPoolExecutor(2).submit(lambda: "from a pool").result())
    if how == "async":
        import asyncio
        async def main():
            await asyncio.sleep(0)
            print("from a loop")
        asyncio.run(main())
"""


def test_a_program_that_ends_well_gives_what_it_printed() -> None:
    async def act(guests: Guests, *_: Any) -> Any:
        return {how: (await value(guests, "run", args=[how]))["stdout"] for how in ("fine", "wraps", "closes", "pool", "async")}

    assert jailed(program_launch(ENDINGS), act) == {
        "fine": "from a thread\nat the end\n",
        "wraps": "wrapped\n",
        "closes": "before\n",
        "pool": "from a pool\n",
        "async": "from a loop\n",
    }


def test_a_program_that_fails_says_why_in_words_a_model_can_read() -> None:
    async def act(guests: Guests, *_: Any) -> Any:
        ended = {}
        for how in ("text", "status", "long", "raises", "asks"):
            with pytest.raises(ToolRaised) as failure:
                await value(guests, "run", args=[how])
            ended[how] = failure.value
        return ended

    ended = jailed(program_launch(ENDINGS), act)
    assert {how: (error.exception, error.message) for how, error in ended.items() if how != "long"} == {
        "text": ("ExitStatus", "exit status 1\nno such table"),
        "status": ("ExitStatus", "exit status 255\ntold on stdout"),
        "raises": ("KeyError", "'price'\nread 3 rows"),
        "asks": ("EOFError", "EOF when reading a line; the program asked for input and got none: give it as `stdin`"),
    }
    assert ended["long"].message.startswith("exit status 3\n[...]\nline ")
    assert ended["long"].message.endswith("\nline 999")
    assert len(ended["long"].message) < 2_100
    assert ended["raises"].traceback.splitlines()[1:3] == [
        '  File "skill://probe/scripts/run.py", line 19, in <module>',
        '    raise KeyError("price")',
    ]
    assert ended["text"].traceback == ""


def test_what_a_program_said_on_stderr_is_there_to_read_when_it_did_not_live_to_answer() -> None:
    async def act(guests: Guests, *_: Any) -> str:
        with pytest.raises(DeadlineExceeded):
            await value(guests, "run")
        return guests.output()

    source = "import sys, time\nprint('waiting for a server', file=sys.stderr)\nprint('a result')\ntime.sleep(60)"
    assert jailed(program_launch(source, limits=Limits(wall=0.5)), act) == "waiting for a server\n"


def test_a_program_that_prints_without_end_is_ended_at_the_output_limit() -> None:
    source = """
        while True:
            try:
                print("x" * 1000)
            except Exception:
                break
    """
    error = failing(program_launch(source, limits=Limits(output=64 * KIB)), LimitExceeded)
    assert (error.at, str(64 * KIB) in error.message) == ("limits.output", True)


def test_a_folder_larger_than_its_scratch_is_told_as_that_limit() -> None:
    error = failing(program_launch("", files={"assets/large.bin": bytes(2 * MIB)}, limits=Limits(scratch=MIB)), LimitExceeded)
    assert error.at == "limits.scratch"
    assert "1 MiB" in error.message


def test_without_a_scratch_of_its_own_a_guest_runs_no_program() -> None:
    error = failing(program_launch("", opted_out=(("scratch_quota", "an old kernel"),)))
    assert (error.exception, "scratch" in error.message) == ("OSError", True)


@pytest.mark.parametrize(
    "source",
    [
        "hoard = []\nwhile True:\n    hoard.append(bytearray(10**6))",
        "hoard = []\nwhile True:\n    hoard.append(bytearray(10))",
        "import sys\nsys.stdin.read() * 1000",
        "print(bytes(60 * 2**20))",
    ],
)
def test_memory_used_up_is_told_as_that_limit(source: str) -> None:
    limits = Limits(memory=64 * MIB, cpu=3.0)
    assert failing(program_launch(source, limits=limits), LimitExceeded, stdin="x" * 10**6).at == "limits.memory"


def test_words_no_command_line_can_say_are_the_callers_fault() -> None:
    error = failing(program_launch("", arguments=(("a", "", "value"),)), ArgumentsInvalid, a="--")
    assert (error.at, "a: " in error.message) == ("run", True)


# --- beside functions, and without any -----------------------------------------------------------------------------------------------

FUNCTION = b"""
import os
from skillpod import tool

calls = []

@tool
def count() -> list[int]:
    calls.append(1)
    return [os.getpid(), len(calls), len(os.listdir("/tmp"))]
"""
COUNTS = "import os, sys; sys.modules.setdefault('seen', sys).__dict__.setdefault('calls', []).append(1); print(len(sys.calls))"


@pytest.mark.parametrize("lifetime", list(Lifetime))
def test_a_program_has_a_guest_of_its_own_whatever_the_functions_beside_it_have(lifetime: Lifetime) -> None:
    async def act(guests: Guests, deaths: list[Any], _: Any) -> Any:
        caller = Caller(principal="ann", session="a")
        await guests.prove()
        functions, printed = [], []
        for _turn in range(2):
            functions.append((await guests.call("count", {}, caller)).value)
            printed.append((await guests.call("run", {}, caller)).value["stdout"])
        assert deaths == []
        await guests.rest()
        await guests.wake()
        assert guests.census()["died"] == 0
        return functions, printed

    started = program_launch(COUNTS, files={"handler.py": FUNCTION}, lifetime=lifetime, concurrency=4, guests=GuestCount(0, 2))
    functions, printed = jailed(started, act)
    assert printed == ["1\n", "1\n"]
    assert [count for _, count, _ in functions] == ([1, 1] if lifetime is Lifetime.CALL else [1, 2])
    assert {files for _, _, files in functions} == {0}


def test_instructions_alone_prove_themselves_and_keep_no_guest() -> None:
    async def act(guests: Guests, deaths: list[Any], _: Any) -> Any:
        await guests.prove()
        assert guests.report is not None
        return guests.census(), deaths, guests.report.self_test

    census, deaths, self_test = jailed(without_entry(launch("", files={"SKILL.md": b"Read me."}, tools=())), act)
    assert (census["idle"], census["starting"], deaths) == (0, 0, [])
    assert set(self_test.values()) == {"refused"}


def test_a_function_that_takes_a_programs_name_at_run_time_is_drift() -> None:
    async def act(guests: Guests, *_: Any) -> None:
        await guests.prove()

    started = program_launch("", files={"handler.py": FUNCTION + b"\nrun = count\nrun.__name__ = 'run'\n"})
    with pytest.raises(Drift):
        jailed(started, act)
