"""Calling tools and printing them, through the socket of a running pod."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine, Served
from tests.support.pod import DIGEST


def test_a_value_that_is_an_object_is_printed_as_json(cli: CommandLine, served: Served) -> None:
    told = cli("call", "alpha__echo", "--args", '{"n": 1, "text": "hé"}')
    assert (told.code, told.err) == (0, "")
    assert told.json() == {"arguments": {"n": 1, "text": "hé"}, "session": ""}
    assert "hé" in told.out


def test_a_value_that_is_text_is_printed_as_it_is(cli: CommandLine, served: Served) -> None:
    assert cli("call", "alpha__echo", "-a", "say=two\nlines").out == "two\nlines\n"
    assert cli("call", "alpha__echo", "-a", "say=two", "--json").out == '"two"\n'


def test_null_is_printed_as_null(cli: CommandLine, served: Served) -> None:
    assert cli("call", "alpha__echo", "-a", "say=null").out == "null\n"


def test_arguments_come_from_a_file_or_from_stdin(
    cli: CommandLine, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "arguments.json").write_text('{"say": "from a file"}')
    assert cli("call", "alpha__echo", "--args", f"@{tmp_path / 'arguments.json'}").out == "from a file\n"
    monkeypatch.setattr("sys.stdin", io.StringIO('{"say": "from stdin"}'))
    assert cli("call", "alpha__echo", "--args", "-").out == "from stdin\n"


def test_pairs_are_json_or_else_strings_and_win_over_args(cli: CommandLine, served: Served) -> None:
    told = cli(
        "call", "alpha__echo", "--args", '{"a": 1, "b": 1}', "-a", "b=2", "-a", "c=left-pad", "-a", 'd=["x"]', "-a", "e=a=b", "-a", "f="
    )
    assert told.json()["arguments"] == {"a": 1, "b": 2, "c": "left-pad", "d": ["x"], "e": "a=b", "f": ""}


def test_a_run_is_done_again_with_the_time_and_the_chance_of_another(cli: CommandLine, served: Served) -> None:
    told = cli("call", "alpha__when", "--now", "2026-01-01T00:00:00Z", "--seed", "7")
    assert told.json() == {"now": 1_767_225_600.0, "seed": 7}
    wrong = cli("call", "alpha__when", "--now", "noon")
    assert wrong.code == 2
    assert "--now" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--args", "{"), "--args is not JSON"),
        (("--args", "[1]"), "--args is a JSON object, not a list"),
        (("--args", '"x"'), "--args is a JSON object, not a string"),
        (("--args", '{"a": Infinity}'), "Infinity is not a JSON number"),
        (("--args", "[" * 100_000), "nested too deeply"),
        (("-a", "novalue"), "is not KEY=VALUE"),
        (("-a", "=3"), "is not KEY=VALUE"),
    ],
)
def test_arguments_in_another_shape_end_in_2(cli: CommandLine, served: Served, arguments: tuple[str, ...], message: str) -> None:
    told = cli("call", "alpha__echo", *arguments)
    assert told.code == 2
    assert message in told.err


def test_a_file_of_arguments_that_is_not_there_ends_in_3(cli: CommandLine, served: Served, tmp_path: Path) -> None:
    told = cli("call", "alpha__echo", "--args", f"@{tmp_path / 'none.json'}")
    assert told.code == 3
    assert "No such file" in told.err


def test_a_session_key_is_passed_on(cli: CommandLine, served: Served) -> None:
    assert cli("call", "alpha__echo", "--session", "s1").json()["session"] == "s1"


def test_usage_is_told_on_stderr_and_the_value_alone_on_stdout(cli: CommandLine, served: Served) -> None:
    told = cli("call", "alpha__echo", "-a", "say=hi", "--usage")
    assert told.out == "hi\n"
    assert told.err == f"alpha generation 3, {DIGEST[:19]}: 4.00 ms wall, 1.00 ms cpu, 2.0 MiB peak\n"


def test_usage_for_a_machine_is_in_the_answer(cli: CommandLine, served: Served) -> None:
    told = cli("call", "alpha__echo", "-a", "say=hi", "--usage", "--json")
    assert told.err == ""
    assert told.json() == {
        "value": "hi",
        "usage": {"wall": 0.004, "cpu": 0.001, "peak": 2**21},
        "skill": "alpha",
        "generation": 3,
        "digest": DIGEST,
    }


def test_a_tool_that_raises_ends_in_4_with_the_skills_own_lines(cli: CommandLine, served: Served) -> None:
    told = cli("call", "alpha__fail")
    assert told.code == 4
    assert told.err == ("error[tool_raised]: boom\n  skill: alpha\n  | skill://x/handler.py:3 in fail\n  | ValueError: boom\n")


def test_an_unknown_tool_ends_in_2(cli: CommandLine, served: Served) -> None:
    told = cli("call", "nobody__home")
    assert told.code == 2
    assert told.err.startswith("error[unknown_tool]: there is no tool `nobody__home`\n")


def test_a_pod_that_fails_itself_ends_in_70(cli: CommandLine, served: Served) -> None:
    assert cli("call", "alpha__bug").code == 70


def test_tools_are_the_bare_list_an_api_takes(cli: CommandLine, served: Served) -> None:
    told = cli("tools", "--format", "mcp")
    definitions = json.loads(told.out)
    assert [tool["name"] for tool in definitions] == ["alpha__echo", "alpha__fail", "beta__echo", "beta__fail"]
    assert {(tool["provider"], tool["offer"]) for tool in definitions} == {("mcp", "skills")}


def test_the_stable_tools_are_offered_when_asked_for(cli: CommandLine, served: Served) -> None:
    assert {tool["offer"] for tool in json.loads(cli("tools", "--offer", "both").out)} == {"both"}
