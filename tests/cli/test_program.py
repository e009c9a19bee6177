"""Starting, help, usage errors, and how every failure ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from skillpod import __version__
from skillpod.cli import program
from tests.cli.conftest import CommandLine

SKILLPOD = [sys.executable, "-m", "skillpod"]


def started(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SKILLPOD, *arguments], capture_output=True, text=True, timeout=60, check=False, **options)


def test_the_version_is_told_without_loading_the_command_line() -> None:
    script = "import sys; sys.argv = ['skillpod', '--version']\nfrom skillpod.cli import main\nmain()\nprint('typer' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True).stdout
    assert told == f"skillpod {__version__}\nFalse\n"


def test_the_module_can_be_run() -> None:
    told = started("-V")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"skillpod {__version__}\n", "")


def test_help_lists_every_command_with_its_summary(cli: CommandLine) -> None:
    told = cli("--help")
    assert told.code == 0
    for name, listed in program.COMMANDS.items():
        assert f"  {name} " in told.out, name
        assert listed.summary in told.out, name


def test_help_loads_no_family_of_commands() -> None:
    script = "import sys\nfrom skillpod.cli.program import run\nrun(['--help'])\nprint([m for m in sys.modules if m == 'skillpod.cli.pod'])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True).stdout
    assert told.endswith("[]\n")


def test_no_command_at_all_is_a_usage_error_that_shows_help(cli: CommandLine) -> None:
    told = cli()
    assert told.code == 2
    assert "Write:" in told.out


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_listed_command_is_there_with_a_home_or_folder_and_machine_output(name: str) -> None:
    family = import_module(f"skillpod.cli.{program.COMMANDS[name].family}")
    listed = get_group(family.app).commands[name]
    for command in getattr(listed, "commands", {name: listed}).values():
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--json", "--format"} & options, command.name
        assert (command.help or "").strip(), command.name


def test_an_unknown_command_is_told_with_the_nearest_one(cli: CommandLine) -> None:
    told = cli("isntructions")
    assert told.code == 2
    assert told.err == "error[command_invalid]: there is no command `isntructions`\n  hint: did you mean `instructions`?\n"


@pytest.mark.parametrize("arguments", [("show",), ("show", "a", "b"), ("list", "--nope"), ("log", "--limit", "many"), ("--nope",)])
def test_wrong_usage_ends_in_2_with_a_way_to_help(cli: CommandLine, arguments: tuple[str, ...]) -> None:
    told = cli(*arguments)
    assert told.code == 2
    assert told.out == ""
    assert told.err.startswith("error[command_invalid]: ")
    assert "--help` shows how it is used" in told.err


def test_wrong_usage_is_the_error_object_for_a_machine(cli: CommandLine) -> None:
    told = cli("show", "--json")
    assert told.code == 2
    assert told.err == ""
    assert told.json()["code"] == "command_invalid"
    assert set(told.json()) == {"code", "message", "hint", "at", "skill", "digest"}


def test_a_fault_of_our_own_asks_for_a_report(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(arguments: list[str]) -> int:
        raise TypeError("not my type")

    monkeypatch.setattr(program, "_invoke", broken)
    told = cli("list")
    assert told.code == 70
    assert "skillpod itself failed: TypeError: not my type" in told.err
    assert "please report it" in told.err


def test_a_fault_of_our_own_is_explained_when_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(arguments: list[str]) -> int:
        raise TypeError("not my type")

    monkeypatch.setattr(program, "_invoke", broken)
    monkeypatch.setenv("SKILLPOD_DEBUG", "1")
    assert program.run(["list"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    told = subprocess.run([*SKILLPOD, "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writing)
    assert (told.returncode, told.stderr) == (141, "")


def test_ctrl_c_is_quiet(tmp_path: Path) -> None:
    fifo = tmp_path / "arguments"
    os.mkfifo(fifo)
    waiting = subprocess.Popen([*SKILLPOD, "call", "x__y", "--args", f"@{fifo}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with fifo.open("w"):  # opens once the command reads it: it is past its start and waits for us
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, out, err) == (130, "", "")
