"""Pages whose commands are done in order, each beside what is printed. ``python -m tests.cli.documented`` writes what is printed now."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from skillpod.cli.client import find_pod
from skillpod.cli.program import run
from skillpod.journal.writer import JournalWriter
from skillpod.model.entry import Entry, Fact
from tests.support.log_entries import morning
from tests.support.skills import write_skill

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_CHANGING = (
    (re.compile(r"\+[0-9a-f]{8}\+[0-9A-Za-z+/]{44}"), "+KEY"),
    (re.compile(r"\b(?!0{64})[0-9a-f]{64}\b"), "ID"),
    (re.compile(r"sha256:[0-9a-f]{12}\b"), "DIGEST"),
    (re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d+)?Z)?"), "DAY"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s|MiB|KiB)\b"), "SOME"),
    (re.compile(r"(?m)^ +\d+  (?=DAY)"), "N  "),
    (re.compile(r"uid:\d+"), "uid:N"),
    (re.compile(r"(?m)^(  guests +).*\d+ started$"), r"\1SOME"),  # whether one is ready by now is the machine's business
    (re.compile(r"\d+ (minute|hour|day)s? ago"), "SOME ago"),
)
_PATIENCE = 60.0


def replayed(text: str, perform: Callable[[str], str]) -> str:
    """The page with what each command of its console blocks prints."""

    def block(found: re.Match[str]) -> str:
        commands = [line for line in found[1].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"{line}\n{perform(line[2:])}" for line in commands) + "```"

    return _BLOCK.sub(block, text)


def settled(text: str) -> str:
    """Without what differs each time: ids of keys, digests, days, spans of time and sizes, numbers of entries, users."""
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return text


def perform(command: str) -> str:
    """What a terminal shows of it, without colours."""
    program, *arguments = shlex.split(command)
    if program != "skillpod" or ">" in arguments:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, timeout=_PATIENCE, check=True, env={**os.environ, "PATH": path}
        )
        return done.stdout
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        run(arguments)
    return shown.getvalue()


# --- stages ------------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        try:
            yield Path(directory)
        finally:
            os.chdir(before)


@contextlib.contextmanager
def signing() -> Iterator[None]:
    """A skill, an empty folder of policies, a passphrase."""
    with _directory():
        write_skill(Path("skills"), "acme_scan", version="0.9.0", manifest={"author": "Acme Tools <tools@acme.example>"})
        Path("policies").mkdir()
        Path("passphrase").write_text("correct horse battery\n")
        yield


_TEAM = """\
policy: 1
name: team
rules:
  - id: plain
    match: {tier: read-only, verdict: allow, permissions: []}
    unsigned: accepted
    outcome: allow
    reason: It asks for nothing, and the jail enforces that.
  - id: two-people
    match: {tier: write}
    outcome: require_approval
    approvals: 2
    reason: What may write is looked at by two of us.
...
"""
_TABLE = """\
tests: 1
policy: team
cases:
  - {name: a plain skill runs, skill: {tier: read-only}, expect: {outcome: admit, rule: plain}}
  - {name: a writing one waits for two, skill: {tier: write}, expect: {outcome: hold, rule: two-people, needed: 2}}
"""
_NOTES = '''\
from skillpod import Context, tool


@tool
def keep(text: str, ctx: Context) -> int:
    """Keep a note, and say how many there are.

    Args:
        text: One line.
    """
    notes = [*ctx.state.get("notes", []), text]
    ctx.state["notes"] = notes
    return len(notes)


@tool
def words(text: str) -> int:
    """Count the words of a note.

    Args:
        text: One line.
    """
    return len(text.split())
'''
_FORGETTING = (
    _NOTES
    + '''

@tool
def forget(ctx: Context) -> int:
    """Forget every note, and say how many there were."""
    notes = ctx.state.get("notes", [])
    ctx.state["notes"] = []
    return len(notes)
'''
)
_PAGER = '''\
from skillpod import tool


@tool
def page(who: str) -> str:
    """Write the line that pages somebody.

    Args:
        who: Their name.
    """
    return f"page {who}"
'''


@contextlib.contextmanager
def reviewing() -> Iterator[None]:
    """A pod that runs on an empty folder of skills, under a policy that wants two people; three folders that are going to be copied."""
    with _directory():
        asks = {"tier": "write", "author": "Jo Doe <jo@example.org>"}
        tested = {**asks, "tests": [{"tool": "words", "arguments": {"text": "milk and bread"}, "expect": 3}]}
        _incoming("notes", _NOTES, "1.0.0", tested)
        _incoming("pager", _PAGER, "0.1.0", asks)
        _incoming("notes", _FORGETTING, "1.1.0", tested, folder="update")
        Path("skills").mkdir()
        Path("policies/tests").mkdir(parents=True)
        Path("policies/team.yaml").write_text(_TEAM)
        Path("policies/tests/team.yaml").write_text(_TABLE)
        pod = subprocess.Popen(
            [sys.executable, "-m", "skillpod", "serve", "--no-http", "--policies", "policies", "--policy", "team"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await_pod()
            yield
        finally:
            pod.terminate()
            pod.wait(_PATIENCE)


def _incoming(name: str, handler: str, version: str, manifest: Mapping[str, Any], *, folder: str = "") -> None:
    made = write_skill(Path("aside"), name, handler=handler, version=version, manifest=manifest)
    Path("incoming").mkdir(exist_ok=True)
    made.rename(Path("incoming") / (folder or name))


def _await_pod() -> None:
    until = time.monotonic() + _PATIENCE
    while (found := find_pod(Path(".skillpod"))) is None:
        if time.monotonic() > until:
            raise TimeoutError("the pod of the walk has not started")
        time.sleep(0.05)
    found.close()


@contextlib.contextmanager
def verifying() -> Iterator[None]:
    """A log of a pod that has ended: a skill was mounted, its tool called, a call denied."""
    with _directory():
        published = Entry(fact=Fact.PUBLISHED, skill="acme_scan", version="1.2.0", digest=f"sha256:{'5a' * 32}", generation=1)
        call = Entry(fact=Fact.CALL, skill="acme_scan", tool="find", actor="jo", generation=1, outcome="ok", duration=0.002)
        entries = [
            Entry(fact=Fact.POD_STARTED, actor="skillpod"),
            replace(published, fact=Fact.DECIDED, generation=0, decision="admit", rule="read-only"),
            published,
            *[call] * 30,
            replace(call, actor="eve", outcome="denied", rule="only-jo"),
            Entry(fact=Fact.POD_STOPPED, actor="skillpod"),
        ]
        asyncio.run(_logged(Path(".skillpod/journal"), entries))
        yield


async def _logged(journal: Path, entries: Sequence[Entry]) -> None:
    writer = JournalWriter(journal, node="node-1a2b3c4d", epoch=time.time)
    await writer.open()
    for entry in entries:
        await writer.record(entry)
    await writer.close()


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """The log of a morning, with no pod."""
    with _directory():
        morning(Path(".skillpod/journal"))
        yield


PAGES: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    "signing.md": signing,
    "reviewing.md": reviewing,
    "verifying.md": verifying,
    "log.md": reading,
}


if __name__ == "__main__":
    for name, stage in PAGES.items():
        if name in sys.argv[1:] or len(sys.argv) == 1:
            with stage():
                page = replayed((DOCS / name).read_text("utf-8"), perform)
            (DOCS / name).write_text(page, "utf-8")
