"""Reading the journal, with no pod running."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from skillpod.cli import log
from skillpod.journal.writer import JournalWriter
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from tests.cli.conftest import CommandLine

DIGEST = Digest("sha256:" + "ab" * 32)
NOON = 1_790_000_000.0


def call(tool: str, **said: object) -> Entry:
    return Entry(fact=Fact.CALL, actor="owner", skill="alpha", tool=tool, generation=1, duration=0.002, **{"outcome": "ok", **said})  # type: ignore[arg-type]  # SAFE: fields of Entry by name


ENTRIES = [
    Entry(fact=Fact.POD_STARTED, source="/srv/skills"),
    Entry(fact=Fact.DECIDED, actor="folder", skill="alpha", version="1.0.0", digest=DIGEST, decision="admit", rule="read-only"),
    Entry(fact=Fact.PUBLISHED, actor="folder", skill="alpha", version="1.0.0", digest=DIGEST, generation=1),
    call("count"),
    call("slug", outcome="error", error={"code": "tool_raised"}),
    Entry(
        fact=Fact.REFUSED, actor="uid:1000", skill="beta", digest=DIGEST, reason="bad\x1b[2J manifest", error={"code": "manifest_invalid"}
    ),
    Entry(
        fact=Fact.ROLLED_BACK, actor="uid:1000", skill="alpha", digest=DIGEST, generation=1, previous=2, reason="rolled back by uid:1000"
    ),
]


async def write(home: Path, entries: list[Entry], *, start: float = NOON) -> None:
    times = iter(range(10**6))
    writer = JournalWriter(home / "journal", node="node-1", epoch=lambda: start + next(times))
    await writer.open()
    for entry in entries:
        await writer.record(entry)
    await writer.close()


@pytest.fixture
def journal(home: Path) -> Path:
    home.mkdir(mode=0o700)
    asyncio.run(write(home, ENTRIES))
    return home


def facts(cli: CommandLine, *arguments: str) -> list[str]:
    return [row.split()[3] for row in cli("log", *arguments).out.splitlines()]


def test_every_entry_is_one_line_oldest_first(cli: CommandLine, journal: Path) -> None:
    told = cli("log")
    assert (told.code, told.err) == (0, "")
    assert [row.split()[0] for row in told.out.splitlines()] == [str(number) for number in range(1, 8)]
    assert facts(cli) == ["pod.started", "decided", "published", "call", "call", "refused", "rolled_back"]
    assert "admit by rule read-only" in told.out
    assert "alpha__slug generation 1 error in 2.00 ms: [tool_raised]" in told.out
    assert "2 → 1" in told.out


def test_what_a_reason_quotes_cannot_move_the_cursor(cli: CommandLine, journal: Path) -> None:
    assert "\x1b" not in cli("log").out
    assert "\x1b" not in cli("log", "--json").out


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["--skill", "beta"], ["refused"]),
        (["--tool", "slug"], ["call"]),
        (["--tool", "alpha__count"], ["call"]),
        (["--fact", "published"], ["published"]),
        (["--actor", "uid:1000"], ["refused", "rolled_back"]),
        (["--outcome", "error"], ["call"]),
        (["--digest", "abab"], ["decided", "published", "refused", "rolled_back"]),
        (["--skill", "alpha", "--fact", "call", "--outcome", "ok"], ["call"]),
        (["--skill", "nobody"], []),
        (["--limit", "2"], ["refused", "rolled_back"]),
        (["--limit", "0", "--skill", "alpha"], ["decided", "published", "call", "call", "rolled_back"]),
        (["--since", "1s"], []),
    ],
)
def test_a_query_gives_what_matches(cli: CommandLine, journal: Path, asked: list[str], expected: list[str]) -> None:
    assert facts(cli, *asked) == expected


def test_since_takes_a_time_with_its_zone(cli: CommandLine, journal: Path) -> None:
    at_noon_and_5 = datetime.fromtimestamp(NOON + 5, UTC)
    for text in (at_noon_and_5.isoformat(), at_noon_and_5.astimezone(timezone(timedelta(hours=9))).isoformat()):
        assert facts(cli, "--since", text) == ["refused", "rolled_back"]
    assert len(facts(cli, "--since", "2026-01-01")) == len(ENTRIES)


def test_every_line_names_who_did_it_calls_too(cli: CommandLine, journal: Path) -> None:
    rows = cli("log", "--fact", "call").out.splitlines()
    assert [row.split("  ")[-1] for row in rows] == ["by owner", "by owner"]


def test_a_cut_list_says_so(cli: CommandLine, journal: Path) -> None:
    assert "--limit 0 shows all" in cli("log", "--limit", "2").err
    assert cli("log", "--limit", "2", "--json").err == ""


def test_each_entry_for_a_machine_is_its_line(cli: CommandLine, journal: Path) -> None:
    told = [json.loads(row) for row in cli("log", "--json").out.splitlines()]
    lines = [json.loads(row) for path in sorted((journal / "journal").glob("*.jsonl")) for row in path.read_bytes().splitlines()]
    assert told == lines


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--fact", "publishd"], "there is no fact `publishd`"),
        (["--outcome", "good"], "there is no outcome `good`"),
        (["--since", "yesterday"], "`yesterday` is not a time"),
        (["--limit", "-1"], "--limit"),
    ],
)
def test_a_query_in_another_shape_ends_in_2(cli: CommandLine, journal: Path, asked: list[str], message: str) -> None:
    told = cli("log", *asked)
    assert told.code == 2
    assert message in told.err


def test_a_home_without_a_journal_ends_in_3(cli: CommandLine, home: Path) -> None:
    told = cli("log")
    assert told.code == 3
    assert "no journal is here" in told.err


def test_a_journal_that_was_edited_ends_in_6(cli: CommandLine, journal: Path) -> None:
    segment = next((journal / "journal").glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(b'"seq":4', b'"seq":9'))
    told = cli("log", "--limit", "0")
    assert told.code == 6
    assert told.err.startswith("error[journal_corrupt]")


def test_follow_goes_on_with_what_is_written_until_ctrl_c(journal: Path) -> None:
    command = [sys.executable, "-m", "skillpod", "log", "--follow", "--home", str(journal), "--fact", "call", "--limit", "1"]
    following = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert following.stdout is not None
    try:
        assert "alpha__slug" in following.stdout.readline()
        asyncio.run(write(journal, [Entry(fact=Fact.POD_STOPPED), call("later")], start=NOON + 100))
        assert "alpha__later" in following.stdout.readline()
        following.send_signal(signal.SIGINT)
        _, err = following.communicate(timeout=30)
    finally:
        following.kill()
    assert following.returncode == 130
    assert "Traceback" not in err


def test_follow_tells_what_was_written_before_it_began_to_look(journal: Path) -> None:
    following = log._following(journal / "journal", len(ENTRIES))
    asyncio.run(write(journal, [call("later")], start=NOON + 100))
    assert next(following).seq == len(ENTRIES) + 1


def test_follow_ends_when_its_reader_has_gone(journal: Path) -> None:
    command = [sys.executable, "-m", "skillpod", "log", "--follow", "--home", str(journal)]
    following = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert following.stdout is not None
    assert following.stderr is not None
    try:
        assert "pod.started" in following.stdout.readline()
        following.stdout.close()
        assert following.wait(timeout=30) == 141
        assert following.stderr.read() == ""
    finally:
        following.kill()
        following.stderr.close()
