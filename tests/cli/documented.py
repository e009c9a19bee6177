"""The commands of docs/signing.md in order, each with what is printed. ``python -m tests.cli.documented`` writes what is printed now."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from skillpod.cli.program import run
from tests.support.skills import write_skill

PAGE = Path(__file__).parents[2] / "docs" / "signing.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_CHANGING = (
    (re.compile(r"\b(?!0{64})[0-9a-f]{64}\b"), "ID"),
    (re.compile(r"sha256:[0-9a-f]{12}\b"), "DIGEST"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DAY"),
)


def replayed(text: str, perform: Callable[[str], str]) -> str:
    """The page with what each command of its console blocks prints."""

    def block(found: re.Match[str]) -> str:
        commands = [line for line in found[1].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"{line}\n{perform(line[2:])}" for line in commands) + "```"

    return _BLOCK.sub(block, text)


def settled(text: str) -> str:
    """Without what differs each time: ids of keys, digests and days."""
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return text


@contextlib.contextmanager
def stage() -> Iterator[None]:
    """The directory in which the walk begins: a skill, an empty folder of policies, a passphrase."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        try:
            write_skill(Path("skills"), "acme_scan", version="0.9.0", manifest={"author": "Acme Tools <tools@acme.example>"})
            Path("policies").mkdir()
            Path("passphrase").write_text("correct horse battery\n")
            yield
        finally:
            os.chdir(before)


def perform(command: str) -> str:
    """What a terminal shows of it, without colours."""
    program, *arguments = shlex.split(command)
    if program != "skillpod":
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=True).stdout
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        run(arguments)
    return shown.getvalue()


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    with stage():
        page = replayed(page, perform)
    PAGE.write_text(page, "utf-8")
