"""``skillpod check`` as a process: many folders at a time, the same bytes whatever runs beside what, two readers of command lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skillpod.cli import quick
from skillpod.cli.checking import Format, Wanted, check
from tests.cli.conftest import CommandLine
from tests.support.skills import write_skill


def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "skillpod", "check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=100, check=False, **options)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 folders of every kind."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(200):
        name = f"skill{number:03}"
        match number % 5:
            case 0:
                write_skill(folder, name, files={"more.py": "import os\nos.system('x')\n"})
            case 1:
                write_skill(folder, name, handler="def (:\n")
            case 2:
                (folder / name).mkdir()
                (folder / name / "gone").symlink_to("nowhere")
            case 3:
                write_skill(folder, name, manifest=f"name: {name}\nversion: 1\n")
            case _:
                write_skill(folder, name)
    return folder


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_two_hundred_folders_give_the_same_bytes_one_by_one_and_at_once(many: Path, format: str) -> None:
    told = [run(many, "--format", format, "-j", jobs) for jobs in ("1", "7")]
    assert [each.returncode for each in told] == [1, 1]
    assert [each.stderr for each in told] == [b"", b""]
    assert told[0].stdout == told[1].stdout
    if format == "json":
        assert [skill["name"] for skill in json.loads(told[0].stdout)["skills"]] == [f"skill{number:03}" for number in range(200)]


def test_hash_seeds_change_no_byte(many: Path) -> None:
    told = [run(*sorted(many.iterdir())[:20], "--json", env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")]
    assert told[0] == told[1]


def test_it_needs_no_environment_no_home_and_no_configuration(tmp_path: Path) -> None:
    folder = write_skill(tmp_path, "demo")
    told = run(folder, cwd=tmp_path, env={"PYTHONPATH": os.environ.get("PYTHONPATH", "")})
    assert (told.returncode, told.stdout) == (0, b"checked 1 skill: 1 allow\n")
    assert sorted(os.listdir(tmp_path)) == ["demo"]


def test_a_skill_of_another_client_is_read_with_its_scripts(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: forms\ndescription: Fill in forms.\n---\nRun scripts/fill.py.\n")
    program = "import os\n\nif __name__ == '__main__':\n    os.system('id')\n"
    (folder / "scripts" / "fill.py").write_text(program)
    (skill,) = json.loads(run(folder, "--json").stdout)["skills"]
    assert skill["verdict"] == "deny"
    assert ("scripts/fill.py", 4) in {(finding["file"], finding["line"]) for finding in skill["findings"]}


def test_whoever_stops_reading_ends_it_and_everything_it_forked(many: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "skillpod", "check", str(many)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(timeout=60) == 141


# --- two readers of one command line -----------------------------------------------------------------------------------------------

PLAIN = [
    ["demo"],
    ["demo", "--json"],
    ["--format", "sarif", "demo"],
    ["demo", "--format=json", "-j", "2"],
    ["--jobs=1", "demo", "demo"],
    ["demo/handler.py", "--changed"],
    ["nope"],
    ["--json", "nope"],
    ["demo", "--policies", "nope"],
]


@pytest.mark.parametrize("arguments", PLAIN, ids=" ".join)
def test_a_plain_command_line_means_the_same_to_both(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_skill(tmp_path, "demo", files={"more.py": "import os\nos.system('x')\n"})
    in_full = cli("check", *arguments)
    code = quick.check_at_once(arguments)
    told = capsys.readouterr()
    assert (code, told.out, told.err) == (in_full.code, in_full.out, in_full.err)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["demo", "--help"],
        ["--json"],
        ["demo", "--format"],
        ["demo", "--format", "xml"],
        ["demo", "--policies"],
        ["demo", "--policies", "--json"],
        ["demo", "--polici", "x"],
        ["demo", "-j2"],
        ["demo", "-j", "many"],
        ["demo", "-j", "-1"],
        ["--", "demo"],
        [""],
        ["demo", "--json=1"],
        ["demo", "--policy="],
    ],
    ids=" ".join,
)
def test_whatever_could_be_misread_is_left_to_the_parser(arguments: list[str]) -> None:
    assert quick.check_at_once(arguments) is None


def test_a_check_loads_neither_the_parser_of_command_lines_nor_what_only_faults_need(tmp_path: Path) -> None:
    write_skill(tmp_path, "demo")
    program = """\
import sys
from skillpod.cli import main
sys.argv = ["skillpod", "check", sys.argv[1]]
code = main()
heavy = {"typer", "pydantic", "rich", "jsonschema", "cryptography", "starlette", "uvicorn", "watchdog", "griffe", "asyncio", "subprocess"}
print(code, sorted(heavy & sys.modules.keys()))
"""
    told = subprocess.run([sys.executable, "-c", program, tmp_path / "demo"], stdout=subprocess.PIPE, timeout=60, check=True)
    assert told.stdout.splitlines()[-1] == b"0 []"


def test_the_function_takes_what_the_command_line_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_skill(tmp_path, "demo")
    assert check(Wanted(folders=[tmp_path], format=Format.JSON)) == 0
    assert json.loads(capsys.readouterr().out)["skills"][0]["verdict"] == "allow"


def test_a_check_keeps_the_bytecode_of_what_reads_skills_in_a_process_that_can_write_none(tmp_path: Path) -> None:
    write_skill(tmp_path, "demo")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(2):
        ended = run(tmp_path / "demo", env={**kept, "PYTHONPYCACHEPREFIX": str(tmp_path / "kept")})
        assert ended.returncode == 0
    assert {path.name.partition(".")[0] for path in tmp_path.glob("kept/**/skillpod/audit/*.pyc")} >= {"run", "observe", "reach"}


def test_a_check_keeps_no_bytecode_where_none_is_wanted(tmp_path: Path) -> None:
    write_skill(tmp_path, "demo")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(tmp_path / "kept")}
    assert run(tmp_path / "demo", env=environment).returncode == 0
    assert not (tmp_path / "kept").exists()
