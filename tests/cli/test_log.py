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
from skillpod.journal.entry import encode
from skillpod.journal.query import asking
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


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["--skill", "alpha", "--skill", "beta", "--fact", "refused,rolled_back"], ["refused", "rolled_back"]),
        (["--skill", "al*", "--tool", "*u*"], ["call", "call"]),
        (["--error", "manifest_*"], ["refused"]),
        (["--rule", "read-only"], ["decided"]),
        (["--caller", "owner"], ["call", "call"]),
        (["--generation", "2"], ["rolled_back"]),
        (["--grep", "bad"], ["refused"]),
        (["--decision", "admit"], ["decided"]),
        (["--until", datetime.fromtimestamp(NOON + 2, UTC).isoformat()], ["pod.started", "decided"]),
        (["--reverse", "--limit", "3"], ["rolled_back", "refused", "call"]),
        (["--reverse", "--limit", "0", "--fact", "call"], ["call", "call"]),
    ],
)
def test_a_query_takes_patterns_lists_and_more_fields(cli: CommandLine, journal: Path, asked: list[str], expected: list[str]) -> None:
    assert facts(cli, *asked) == expected


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["shw"], "did you mean `show`?"),
        (["--skill", "alpha", "show", "3"], "put it after: `skillpod log show ... --skill ...`"),
        (["--follow", "--reverse"], "newest first"),
        (["--generation", "x"], "`x` is no generation"),
        (["--decision", "admitted"], "did you mean `admit`?"),
        (["show", "0"], "N"),
        (["show", "99"], "there is no entry 99: the log goes from 1 to 7"),
        (["export", "--format", "xml"], "--format"),
        (["metrics", "--since", "once"], "`once` is not a time"),
    ],
)
def test_a_wrong_word_is_named_with_what_was_meant(cli: CommandLine, journal: Path, asked: list[str], message: str) -> None:
    told = cli("log", *asked)
    assert told.code == 2
    assert message in told.err


def test_help_is_there_for_all_of_it_and_names_the_commands(cli: CommandLine) -> None:
    told = cli("log", "--help")
    assert told.code == 0
    for word in ("--skill", "--approver", "--until", "--follow", "show", "metrics", "export"):
        assert f"  {word} " in told.out or f" {word} " in told.out, word
    for command in log.COMMANDS:
        assert cli("log", command, "--help").code == 0


# --- what can't be read ------------------------------------------------------------------------------------------------------------


def spoil(journal: Path, seq: int) -> None:
    segment = next((journal / "journal").glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(b'"seq":%d,' % seq, b'"seq":"%d",' % seq))


def test_what_stands_before_a_bad_line_is_told_and_the_line_is_named(cli: CommandLine, journal: Path) -> None:
    spoil(journal, 4)
    told = cli("log", "--limit", "0")
    assert told.code == 6
    assert [row.split()[0] for row in told.out.splitlines()] == ["1", "2", "3"]
    assert "at: 000001.jsonl:4" in told.err


def test_what_stands_after_a_bad_line_is_told_when_the_newest_are_asked_for(cli: CommandLine, journal: Path) -> None:
    spoil(journal, 4)
    told = cli("log")
    assert told.code == 6
    assert [row.split()[0] for row in told.out.splitlines()] == ["5", "6", "7"]
    assert "at: 000001.jsonl:4" in told.err


def test_a_torn_last_line_is_no_entry_yet(cli: CommandLine, journal: Path) -> None:
    segment = next((journal / "journal").glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes()[:-9])
    assert facts(cli)[-1] == "refused"
    assert cli("log", "show", "7").code == 2


def drop(journal: Path, entries: int) -> None:
    """As retention does with a first segment of that many entries."""
    first = journal / "journal" / "000001.jsonl"
    lines = first.read_bytes().splitlines(keepends=True)
    (journal / "journal" / "000002.jsonl").write_bytes(b"".join(lines[entries:]))
    (journal / "journal" / "000001.leaves").write_bytes(bytes(32 * entries))
    first.unlink()


def test_a_log_whose_beginning_was_dropped_is_read_from_where_it_begins(cli: CommandLine, journal: Path) -> None:
    drop(journal, 3)
    assert facts(cli, "--limit", "0") == ["call", "call", "refused", "rolled_back"]
    told = cli("log", "show", "2")
    assert told.code == 2
    assert "entry 2 was dropped: the log goes from 4 to 7" in told.err
    told = cli("log", "show", "5")
    assert told.code == 0
    assert "entries 1 to 3 were dropped" in told.err


def test_a_copy_of_a_journal_is_read_where_it_is(cli: CommandLine, journal: Path, tmp_path: Path) -> None:
    copy = (journal / "journal").rename(tmp_path / "copy")
    assert cli("log").code == 3
    assert len(facts(cli, "--journal", str(copy))) == len(ENTRIES)
    for command in (["show", "3"], ["metrics"], ["export"]):
        assert cli("log", *command, "--journal", str(copy)).code == 0


# --- one entry, figures, export ----------------------------------------------------------------------------------------------------


def test_one_entry_is_told_with_its_story(cli: CommandLine, journal: Path) -> None:
    told = cli("log", "show", "5")
    assert (told.code, told.err) == (0, "")
    rows = told.out.splitlines()
    assert rows[0].startswith("entry 5: a call of a tool, ")
    assert "generation 1 of alpha runs because the rule `read-only` of the policy" in told.out
    story = rows[rows.index("story") + 1 : rows.index("fields") - 1]
    assert [row.startswith(">") for row in story] == [False, False, True]
    assert story[1].startswith("  the generation that answered")
    assert any(row.startswith("  outcome ") and row.endswith("error") for row in rows)


def test_the_story_for_a_machine_has_the_entries(cli: CommandLine, journal: Path) -> None:
    story = cli("log", "show", "5", "--json").json()
    assert story["entry"]["seq"] == 5
    assert [(step["entry"]["seq"], step["role"]) for step in story["before"]] == [
        (2, "the policy's answer"),
        (3, "the generation that answered"),
    ]


def test_a_story_quotes_nothing_that_moves_the_cursor(cli: CommandLine, journal: Path) -> None:
    for form in ([], ["--json"]):
        assert "\x1b" not in cli("log", "show", "6", *form).out


def test_figures_are_told_and_given(cli: CommandLine, journal: Path) -> None:
    told = cli("log", "metrics", "--since", "2026-01-01")
    assert told.code == 0
    assert "changes    1, " in told.out
    assert [row.split()[0] for row in told.out.splitlines()[-2:]] == ["alpha", "beta"]
    given = cli("log", "metrics", "--since", "2026-01-01", "--skill", "al*", "--json").json()
    assert given["all"]["calls"] == {"ok": 1, "error": 1}
    assert list(given["skills"]) == ["alpha"]


def test_an_export_of_lines_is_the_lines_byte_for_byte(cli: CommandLine, journal: Path, tmp_path: Path) -> None:
    lines = next((journal / "journal").glob("*.jsonl")).read_bytes().splitlines(keepends=True)
    assert cli("log", "export").out.encode() == b"".join(lines)
    told = cli("log", "export", "--fact", "call", "--out", str(tmp_path / "calls.jsonl"))
    assert (told.code, told.out) == (0, "")
    assert (tmp_path / "calls.jsonl").read_bytes() == b"".join(lines[3:5])
    assert (tmp_path / "calls.jsonl").stat().st_mode & 0o777 == 0o600


def test_an_export_never_writes_over_a_file(cli: CommandLine, journal: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("evidence")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("there", "link", "no/such/folder"):
        told = cli("log", "export", "--out", str(tmp_path / name))
        assert told.code == 3
        assert name in told.err
    assert (tmp_path / "there").read_text() == "evidence"
    assert not (tmp_path / "nowhere").exists()


def test_an_export_is_one_event_a_line_in_the_shape_that_is_asked_for(cli: CommandLine, journal: Path) -> None:
    ocsf = [json.loads(row) for row in cli("log", "export", "--format", "ocsf").out.splitlines()]
    assert [event["metadata"]["sequence"] for event in ocsf] == list(range(1, 8))
    cef = cli("log", "export", "--format", "cef", "--skill", "alpha").out.splitlines()
    assert [row.split("|")[4] for row in cef] == ["decided", "published", "call", "call", "rolled_back"]


def test_an_export_of_a_log_with_a_bad_line_ends_before_it_and_says_so(cli: CommandLine, journal: Path, tmp_path: Path) -> None:
    spoil(journal, 4)
    told = cli("log", "export", "--out", str(tmp_path / "out"))
    assert told.code == 6
    assert len((tmp_path / "out").read_bytes().splitlines()) == 3


# --- following ---------------------------------------------------------------------------------------------------------------------


def test_follow_tells_only_what_is_asked_for_and_goes_on_over_a_new_segment(journal: Path) -> None:
    following = log._following(journal / "journal", len(ENTRIES), asking(skill="beta"))
    last = journal / "journal" / "000001.jsonl"
    asyncio.run(write(journal, [call("other"), Entry(fact=Fact.RESUMED, skill="beta")], start=NOON + 100))
    assert next(following).seq == len(ENTRIES) + 2
    lines = [
        encode(Entry(fact=Fact.UNMOUNTED, skill=skill), seq=seq, ts=NOON + 200, node="node-1") for skill, seq in (("a", 10), ("beta", 11))
    ]
    last.with_name("000002.jsonl").write_bytes(b"".join(lines))
    assert next(following).seq == 11


def test_follow_names_what_was_dropped_before_it_was_told(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    following = log._following(journal / "journal", 2)
    drop(journal, 4)
    assert next(following).seq == 5
    assert "entries 3 to 4 were dropped" in capsys.readouterr().err


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
