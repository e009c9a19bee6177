"""What reaches a terminal, a pipe and a machine."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from skillpod.cli import render
from skillpod.cli.faults import fault_lines
from skillpod.errors import ManifestInvalid, SkillpodError, ToolRaised


def on_a_terminal(script: str, **environment: str) -> str:
    """What a terminal of 60 columns receives from a script that may use ``render``."""
    leader, follower = pty.openpty()
    os.set_blocking(leader, True)
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLORTERM")}
    settings = {**kept, "TERM": "xterm-256color", "COLUMNS": "60", **environment}
    program = f"from skillpod.cli import render\n{script}"
    subprocess.run([sys.executable, "-c", program], stdout=follower, stderr=follower, stdin=follower, env=settings, check=True, timeout=60)
    os.close(follower)
    received = b""
    try:
        while block := os.read(leader, 65536):
            received += block
    except OSError:
        pass  # EIO: the other end is closed and everything is read
    os.close(leader)
    return received.decode()


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x9b2J", "\u202e", "\x07", "\x7f", "\u2028", "\ud800", "\r"])
def test_a_character_that_could_fool_a_reader_becomes_a_visible_escape(hostile: str) -> None:
    shown = render.safe(f"a{hostile}b")
    assert shown.isprintable()
    assert shown.startswith("a\\")
    assert shown.endswith("b")


def test_text_of_any_language_stays_as_it_is() -> None:
    assert render.safe("Grüße, 東京, 👍") == "Grüße, 東京, 👍"


def test_json_escapes_what_it_would_let_through_and_means_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"é": ["\x1b[2J", "\x9b", "\u202e", "\x7f", "\ud800", "👍", "a\nb"]}
    render.data(value)
    printed = capsys.readouterr().out
    assert "é" in printed
    assert "👍" in printed
    assert not {"\x1b", "\x9b", "\u202e", "\x7f"} & set(printed)
    assert json.loads(printed) == value


def test_a_record_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    render.record({"text": "a\nb\u2028c"})
    printed = capsys.readouterr().out
    assert printed.splitlines() == [printed.rstrip("\n")]


def test_a_terminal_gets_colours() -> None:
    assert "\x1b[" in on_a_terminal("render.line(('red', 'bold red'))")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_none_gets_none(environment: dict[str, str]) -> None:
    assert on_a_terminal("render.line(('red', 'bold red'))", **environment) == "red\r\n"


def test_square_brackets_of_a_skill_are_no_markup() -> None:
    assert "[red]not[/red]" in on_a_terminal("render.line(('[red]not[/red]', 'bold'))")


def test_raw_text_is_made_safe_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    render.raw("a\x1b[2J\n\tb")
    assert capsys.readouterr().out == "a\x1b[2J\n\tb\n"
    assert "\x1b" not in on_a_terminal("render.raw('a\\x1b[2J')")


def test_the_last_column_is_cut_to_a_terminal_and_to_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    script = "render.table(['A', 'B'], [['x', 'y' * 200]])"
    assert max(map(len, on_a_terminal(script, NO_COLOR="1").splitlines())) == 60
    render.table(["A", "B"], [["x", "y" * 200]])
    assert capsys.readouterr().out == f"A  B\nx  {'y' * 200}\n"


def test_what_takes_long_is_said_on_a_terminal() -> None:
    script = "import threading\nrender.PROGRESS_AFTER = 0.01\nwith render.working('making tea'): threading.Event().wait(0.5)"
    assert "making tea" in on_a_terminal(script)


def test_what_takes_long_says_how_far_it_is() -> None:
    script = (
        "import threading\nrender.PROGRESS_AFTER = render.PROGRESS_EVERY = 0.01\nbetween = threading.Event().wait\n"
        "with render.counting(lambda count: f'{count} cups') as told:\n    between(0.3)\n    told(7)\n    between(0.3)"
    )
    shown = on_a_terminal(script)
    assert "0 cups" in shown.partition("7 cups")[0]
    assert "7 cups" in shown


def test_what_is_quick_is_not() -> None:
    assert on_a_terminal("with render.working('making tea'): pass") == ""


def test_progress_is_never_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "PROGRESS_AFTER", 0.0)
    with render.working("making tea"):
        pass
    assert capsys.readouterr() == ("", "")


def test_an_output_that_is_not_utf_8_is_no_failure(tmp_path: Path) -> None:
    program = "from skillpod.cli import render\nrender.line('7 → 8')\nrender.raw('→')\nrender.data({'a': '→'})"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] == "7 \\u2192 8"


# --- errors ------------------------------------------------------------------------------------------------------------------------


def words(fault: SkillpodError) -> list[str]:
    return ["".join(piece if isinstance(piece, str) else piece[0] for piece in spans) for spans in fault_lines(fault)]


def test_an_error_says_what_where_and_what_to_do() -> None:
    fault = ManifestInvalid(
        "unknown key", at="manifest.yaml:limits.wal", hint="did you mean `wall`?", skill="demo", digest="sha256:" + "a" * 64
    )
    assert words(fault) == [
        "error[manifest_invalid]: unknown key",
        "  skill: demo sha256:aaaaaaaaaaaa",
        "  at: manifest.yaml:limits.wal",
        "  hint: did you mean `wall`?",
    ]


def test_the_only_reason_is_not_said_twice() -> None:
    fault = ManifestInvalid("unknown key", at="x", reasons=[ManifestInvalid("unknown key", at="x")])
    assert words(fault) == ["error[manifest_invalid]: unknown key", "  at: x"]


def test_what_a_program_said_when_it_failed_keeps_its_lines() -> None:
    raised = ToolRaised("exit status 3\nno rate for USD\nuse --offline", exception="ExitStatus", traceback="", at="convert")
    assert words(raised) == ["error[tool_raised]: exit status 3", "  | no rate for USD", "  | use --offline", "  at: convert"]


def test_a_reason_of_another_kind_says_its_code_and_its_frames() -> None:
    raised = ToolRaised("boom", exception="ValueError", traceback="skill://demo/handler.py:3\nValueError: boom\n")
    assert words(ManifestInvalid("two", reasons=[ManifestInvalid("one", at="y:1:1", hint="fix it"), raised])) == [
        "error[manifest_invalid]: two",
        "  - y:1:1: one",
        "    hint: fix it",
        "  - boom [tool_raised]",
        "    | skill://demo/handler.py:3",
        "    | ValueError: boom",
    ]


def test_the_place_and_advice_of_the_first_of_several_reasons_are_said_once() -> None:
    reasons = [ManifestInvalid("one", at="x:1:1", hint="do it"), ManifestInvalid("two", at="x:2:1")]
    assert words(ManifestInvalid("2 faults", at="x:1:1", hint="do it", reasons=reasons)) == [
        "error[manifest_invalid]: 2 faults",
        "  - x:1:1: one",
        "    hint: do it",
        "  - x:2:1: two",
    ]


def test_more_reasons_than_anyone_reads_are_counted() -> None:
    told = words(ManifestInvalid("many", reasons=[ManifestInvalid(str(number)) for number in range(137)]))
    assert told[20:] == ["  - 19", "  - and 117 more"]
