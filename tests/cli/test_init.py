"""``skillpod init``: what it proposes passes its own check, and what can't be asked for is said."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import CommandLine

SKILL = """\
---
name: other
description: "Fill: PDF forms."
license: MIT
metadata: {author: "Jane Doe <jane@example.org>", version: 1.2.0}
allowed-tools: Bash
---
# x
"""
MAIN = 'if __name__ == "__main__":\n    print("done")\n'
HANDLER = '"""Tools for forms.\n\nMore.\n"""\nfrom skillpod import tool\n\n@tool\ndef fill() -> str:\n    """Fill."""\n    return ""\n'
NETWORK = f"""\
import os
import urllib.request

def go():
    urllib.request.urlopen("https://API.example.com/x?y")
    return os.environ["TZ"], os.environ.get("LANG"), os.getenv("HOME")

{MAIN}"""


@pytest.fixture
def folder(skills: Path) -> Path:
    made = skills / "pdf-tools"
    made.mkdir()
    return made


def fill(folder: Path, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return str(folder)


def proposed(cli: CommandLine, folder: Path, files: Mapping[str, str]) -> dict[str, Any]:
    told = cli("init", fill(folder, files))
    assert told.code == 0
    found: dict[str, Any] = yaml.safe_load(told.out)
    return found


HONEST = {
    "instructions alone": {"SKILL.md": SKILL},
    "programs": {"SKILL.md": SKILL, "scripts/fill-form.py": MAIN, "scripts/b.py": f'"""B."""\n{MAIN}'},
    "a bare handler": {"handler.py": HANDLER},
    "all of it": {"SKILL.md": SKILL, "handler.py": HANDLER, "scripts/a.py": MAIN},
    "the network": {"SKILL.md": SKILL, "scripts/a.py": NETWORK},
    "a program of the machine": {"SKILL.md": SKILL, "scripts/a.py": f'import subprocess\nsubprocess.run(["git", "log"])\n{MAIN}'},
    "files": {"SKILL.md": SKILL, "scripts/a.py": f'open("x")\n{MAIN}'},
    "no frontmatter worth it": {"SKILL.md": "# x\n", "scripts/a.py": MAIN},
}


@pytest.mark.parametrize("case", HONEST)
def test_what_is_proposed_passes_its_check_where_everything_can_be_asked_for(cli: CommandLine, folder: Path, case: str) -> None:
    told = cli("init", fill(folder, HONEST[case]), "--write")
    assert (told.code, told.err) == (0, "")
    assert cli("check", str(folder)).code == 0
    assert cli("check", str(folder), "--json").json()["skills"][0]["name"] == "pdf-tools"


def test_what_skill_md_says_is_said_again_under_the_folder_s_name(cli: CommandLine, folder: Path) -> None:
    assert proposed(cli, folder, HONEST["programs"]) == {
        "name": "pdf-tools",
        "version": "1.2.0",
        "description": "Fill: PDF forms.",
        "author": "Jane Doe <jane@example.org>",
        "license": "MIT",
        "scripts": ["scripts/b.py", "scripts/fill-form.py"],
        "limits": {"wall": "30s", "cpu": "30s"},
    }


def test_a_bare_handler_is_described_by_its_docstring(cli: CommandLine, folder: Path) -> None:
    found = proposed(cli, folder, HONEST["a bare handler"])
    assert (found["description"], found["entry"], found["version"]) == ("Tools for forms.", "handler.py", "0.1.0")


def test_each_right_is_asked_for_with_the_line_that_uses_it(cli: CommandLine, folder: Path) -> None:
    found = proposed(cli, folder, HONEST["the network"])
    assert found["tier"] == "network"
    assert found["permissions"] == {"network": [{"host": "api.example.com", "ports": [443]}], "environment": ["HOME", "LANG", "TZ"]}
    text = cli("init", str(folder)).out
    assert '- {host: "api.example.com", ports: [443]}   # scripts/a.py:5 reaches it' in text
    assert "# scripts/a.py:6 reads it" in text


def test_what_can_not_be_asked_for_is_said_with_its_line(cli: CommandLine, folder: Path) -> None:
    text = f"import socket\nimport numpy\n\ndef go(host):\n    socket.create_connection((host, 80))\n    eval(host)\n\n{MAIN}"
    told = cli("init", fill(folder, {"SKILL.md": SKILL, "scripts/a.py": text}))
    assert told.code == 0
    assert "the host is not written there: name it here, or it stays refused" in told.out
    assert "# Refused with this manifest too:" in told.out
    for line in ("scripts/a.py:2:8: `numpy` is neither", "scripts/a.py:6:5: `eval`"):
        assert f"# - {line}" in told.out
    assert "can't be asked for" in told.err
    yaml.safe_load(told.out)
    assert cli("init", str(folder), "--write").code == 0
    assert cli("check", str(folder)).code == 1


def test_a_machine_gets_the_same_as_data(cli: CommandLine, folder: Path) -> None:
    told = cli("init", fill(folder, HONEST["the network"]), "--json").json()
    assert (told["name"], told["written"], told["refused"]) == ("pdf-tools", False, [])
    assert told["asks"]["environment"] == ["HOME", "LANG", "TZ"]
    assert yaml.safe_load(told["manifest"])["name"] == "pdf-tools"
    assert not (folder / "manifest.yaml").exists()


@pytest.mark.parametrize("there", ["file", "dead link"])
def test_a_manifest_that_is_there_is_never_overwritten(cli: CommandLine, folder: Path, there: str) -> None:
    fill(folder, HONEST["programs"])
    manifest = folder / "manifest.yaml"
    if there == "file":
        manifest.write_text("mine")
    else:
        manifest.symlink_to(folder.parent / "elsewhere")
    told = cli("init", str(folder), "--write")
    assert told.code in (1, 3)
    assert os.path.lexists(manifest)
    assert not (folder.parent / "elsewhere").exists()
    assert there != "file" or manifest.read_text() == "mine"


def test_a_folder_with_nothing_to_propose_for_is_said_to_be_none(cli: CommandLine, folder: Path) -> None:
    told = cli("init", fill(folder, {"notes.txt": "x"}))
    assert told.code == 2
    assert "nothing here to make a skill of" in told.err


def test_a_folder_that_no_skill_can_be_called_is_told_so(cli: CommandLine, skills: Path) -> None:
    made = skills / "My Skill"
    made.mkdir()
    told = cli("init", fill(made, {"SKILL.md": SKILL}))
    assert told.code == 1
    assert "rename the folder" in told.err


def test_a_stranger_s_words_stay_in_their_place(cli: CommandLine, folder: Path) -> None:
    metadata = '{author: "x\\nname: y", version: "1.0.0\\nx: y"}'
    hostile = f'---\nname: x\ndescription: "a\\nb: c\\u2028\\"\\t# d"\nmetadata: {metadata}\nlicense: "M\\nI"\n---\n'
    found = proposed(cli, folder, {"SKILL.md": hostile, 'scripts/a".py': MAIN, "scripts/b.py": f'open("x")\n{MAIN}'})
    assert set(found) == {"name", "version", "description", "author", "license", "scripts", "limits"}
    assert found["name"] == "pdf-tools"
    assert found["version"] == "0.1.0"


def test_hosts_are_asked_for_with_every_port_and_volumes_and_secrets_by_name(cli: CommandLine, folder: Path) -> None:
    text = (
        "from http.client import HTTPSConnection\nfrom urllib.request import urlopen\nfrom skillpod import Context, tool\n\n\n@tool\n"
        'def go(name: str, ctx: Context) -> str:\n    """Go."""\n'
        "    HTTPSConnection('api.example.com', 8443)\n    urlopen(f'https://api.example.com/{name}')\n    urlopen('http://[::1]:8080/')\n"
        "    (ctx.volume('notes') / name).write_text(name)\n    ctx.volume('data')\n    return ctx.secret('API_TOKEN')\n"
    )
    found = proposed(cli, folder, {"handler.py": text})
    assert found["permissions"] == {
        "volumes": [{"name": "data", "access": "read"}, {"name": "notes", "access": "write"}],
        "network": [{"host": "::1", "ports": [8080]}, {"host": "api.example.com", "ports": [443, 8443]}],
        "secrets": [{"name": "API_TOKEN"}],
    }
    assert cli("init", str(folder), "--write").code == 0
    assert cli("check", str(folder)).code == 0
