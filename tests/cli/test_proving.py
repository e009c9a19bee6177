"""The commands that prove and verify, on a log that a real writer wrote: with the log, with a copy of it, and with nothing of ours."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from skillpod import logverify
from skillpod.journal.key import load
from skillpod.journal.tree.checkpoint import Checkpoint
from skillpod.journal.tree.note import Note, read_key
from skillpod.model.entry import Entry, Fact
from tests.cli.conftest import CommandLine
from tests.journal.tree.logs import Log, Signer
from tests.journal.writing import fill, opened, segments

COUNT = 60


@pytest.fixture
def log(cli: CommandLine) -> CommandLine:
    """Run a command of `skillpod log`."""
    return partial(cli, "log")


@pytest.fixture
def journal(home: Path) -> Path:
    """63 entries in three segments."""
    fill(home / "journal", COUNT, segment_bytes=2000)
    return home / "journal"


@pytest.fixture
def vkey(log: CommandLine, journal: Path) -> str:
    return log("key").out.strip()


def line(journal: Path, entry: int) -> bytes:
    return b"".join(segment.read_bytes() for segment in segments(journal)).splitlines(keepends=True)[entry - 1]


def spoil(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


# --- prove -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", [1, 30, 63])
def test_a_proof_is_checked_by_the_commands_it_comes_with(log: CommandLine, journal: Path, tmp_path: Path, entry: int, vkey: str) -> None:
    proof = tmp_path / "given away.tlog-proof"
    told = log("prove", str(entry), "--out", str(proof))
    assert told.code == 0
    assert Path(f"{proof}.line").read_bytes() == line(journal, entry)
    commands = [row.partition(": ")[2] for row in told.out.splitlines() if "verify-proof" in row]
    shutil.rmtree(journal)
    good = log(*shlex.split(commands[0])[2:])
    assert (good.code, good.out) == (0, f"good: this is entry {entry} of skillpod/pod-1, under its checkpoint of 63 entries\n")
    (tmp_path / "logverify.py").write_text(log("verifier").out)
    ours = next(row for row in told.out.splitlines() if row.strip().startswith("python "))
    alone = [sys.executable, "-I", "-S", *shlex.split(ours)[1:]]
    done = subprocess.run(alone, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, good.out)
    assert vkey in ours


def test_without_a_file_the_proof_is_printed_and_for_a_machine_all_of_it(
    log: CommandLine, journal: Path, tmp_path: Path, vkey: str
) -> None:
    told = log("prove", "30")
    said = log("prove", "30", "--json").json()
    assert told.out == said["proof"]
    assert (said["entry"], said["size"], said["key"], said["line"].encode()) == (30, 63, vkey, line(journal, 30))
    assert told.out.startswith("c2sp.org/tlog-proof@v1\nindex 29\n")


def test_a_proof_is_made_without_the_kept_hashes_too(log: CommandLine, journal: Path) -> None:
    before = log("prove", "30").out
    (journal / "hashes").unlink()
    assert log("prove", "30").out == before


async def _say_dropped(journal: Path, last: int) -> None:
    async with opened(journal) as writer:
        await writer.record(Entry(fact=Fact.LOG_DROPPED, details={"first": 1, "last": last}))


def test_of_a_dropped_segment_there_is_still_a_proof_of_a_line_that_somebody_kept(log: CommandLine, journal: Path, tmp_path: Path) -> None:
    kept = line(journal, 3)
    hashes = (journal / "hashes").read_bytes()
    first = len(segments(journal)[0].read_bytes().splitlines())
    leaves = b"".join(hashes[32 * place :][:32] for place in (2 * leaf - leaf.bit_count() for leaf in range(first)))
    asyncio.run(_say_dropped(journal, first))
    (journal / "000001.leaves").write_bytes(leaves)
    segments(journal)[0].unlink()
    told = log("prove", "3", "--out", str(tmp_path / "p"))
    assert "its line was dropped by retention" in told.out
    assert not (tmp_path / "p.line").exists()
    (tmp_path / "p.line").write_bytes(kept)
    assert log("verify-proof", str(tmp_path / "p")).code == 0
    assert log("verify").code == 0
    told = log("verify", "--entries", "3-40")
    assert (told.code, "entry 3 was dropped by retention" in told.err) == (2, True)


def test_what_is_there_is_not_written_over(log: CommandLine, journal: Path, tmp_path: Path) -> None:
    (tmp_path / "p").write_text("mine")
    told = log("prove", "3", "--out", str(tmp_path / "p"))
    assert (told.code, (tmp_path / "p").read_text()) == (3, "mine")
    assert "it is there already" in told.err


def test_an_entry_that_is_not_there_is_told_so(log: CommandLine, journal: Path) -> None:
    told = log("prove", "64")
    assert told.code == 2
    assert "entry 64 is not signed: the newest checkpoint is of 63 entries" in told.err


def test_a_line_that_was_changed_is_not_proven(log: CommandLine, journal: Path) -> None:
    third = line(journal, 3)
    spoil(segments(journal)[0], lambda text: text.replace(third, third.replace(b'"scan"', b'"scam"')))
    told = log("prove", "3")
    assert told.code == 6
    assert "entry 3 can't be proven" in told.err
    assert log("prove", "4").code == 0


@pytest.mark.parametrize("place", ["p", "p.line"])
def test_a_proof_or_a_line_that_was_changed_is_refused(log: CommandLine, journal: Path, tmp_path: Path, place: str) -> None:
    log("prove", "30", "--out", str(tmp_path / "p"))
    spoil(tmp_path / place, lambda text: text.replace(b"3", b"4", 1))
    told = log("verify-proof", str(tmp_path / "p"))
    assert told.code == 1
    assert "error[document_invalid]" in told.err


def test_a_home_without_a_log_says_where_it_looked(log: CommandLine, home: Path) -> None:
    for command in (["key"], ["prove", "1"], ["verify"]):
        told = log(*command)
        assert (told.code, "no journal is here" in told.err) == (3, True)


# --- key ---------------------------------------------------------------------------------------------------------------------------


def test_the_key_is_printed_as_others_take_it(log: CommandLine, journal: Path, tmp_path: Path, vkey: str) -> None:
    assert f"{vkey}\n" == (journal / "log.vkey").read_text()
    (tmp_path / "key.pem").write_text(log("key", "--pem").out)
    read = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER"], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    assert read.stdout[-32:] == read_key(vkey, at="").key
    said = log("key", "--json").json()
    assert (said["origin"], said["key"], said["pem"]) == ("skillpod/pod-1", vkey, log("key", "--pem").out)


def test_the_verifier_is_given_out_as_it_is(log: CommandLine) -> None:
    said = log("verifier", "--json").json()
    assert (said["source"], said["source"].encode()) == (log("verifier").out, Path(logverify.__file__).read_bytes())
    assert said["sha256"] == sha256(said["source"].encode()).hexdigest()


# --- verify ------------------------------------------------------------------------------------------------------------------------


def test_a_log_that_nobody_touched_is_good(log: CommandLine, journal: Path, vkey: str) -> None:
    told = log("verify", "--key", vkey)
    assert told.code == 0
    assert told.out.startswith("good: the 63 entries of skillpod/pod-1 are what was signed; the root is ")
    assert told.err == ""
    assert "by the key that the log says is its own" in log("verify").err
    said = log("verify", "--json").json()
    assert (said["entries"], said["signed"], said["key"]) == (63, 63, vkey)


def test_a_copy_of_the_journal_is_verified_without_a_home(log: CommandLine, journal: Path, tmp_path: Path, vkey: str) -> None:
    copy = shutil.copytree(journal, tmp_path / "copy")
    shutil.rmtree(journal.parent)
    (tmp_path / "key").write_text(f"{vkey}\n")
    assert log("verify", "--journal", str(copy), "--key", str(tmp_path / "key")).code == 0


def test_a_log_that_was_changed_is_named_with_the_entry(log: CommandLine, journal: Path) -> None:
    spoil(segments(journal)[1], lambda text: text.replace(b'"outcome":"ok"', b'"outcome":"no"', 1))
    first = json.loads(segments(journal)[1].read_bytes().partition(b"\n")[0])["seq"]
    told = log("verify")
    assert told.code == 6
    assert f"entry {first} was changed" in told.err


def test_checkpoints_kept_elsewhere_show_a_log_that_was_rewritten_with_its_own_key(
    log: CommandLine, journal: Path, home: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept elsewhere"
    kept.write_bytes((journal / "checkpoint").read_bytes())
    fill(journal, 5)
    told = log("verify", "--copy", str(kept))
    assert (told.code, "of these copied out: 1" in told.out) == (0, True)
    lines = [line(journal, entry) for entry in range(1, 63)]
    for path in [*segments(journal), journal / "hashes", journal / "checkpoint", journal / "checkpoints", journal / "log.vkey"]:
        path.unlink()
    (home / "log.key").rename(tmp_path / "log.key")
    (home / "log.closed").unlink()
    (journal / "000001.jsonl").write_bytes(b"".join(lines))
    _begin_again(journal, home, tmp_path / "log.key")
    assert log("verify").code == 0
    told = log("verify", "--copy", str(kept))
    assert told.code == 6
    assert "error[journal_corrupt]" in told.err


def _begin_again(journal: Path, home: Path, key: Path) -> None:
    """Sign it anew, as whoever has the key can."""
    private = load(key, "skillpod/pod-1")
    made = Log((journal / "000001.jsonl").read_bytes().splitlines(keepends=True))
    text = str(Checkpoint("skillpod/pod-1", len(made.lines), made.root(len(made.lines))))
    (journal / "checkpoint").write_text(str(Note(text, (private.sign(text),))))
    (journal / "log.vkey").write_text(f"{private.verifier}\n")
    (journal / "hashes").write_bytes(b"".join(made.hashes))


def test_another_key_than_the_logs_is_told(log: CommandLine, journal: Path) -> None:
    told = log("verify", "--key", str(Signer("skillpod/pod-1").key))
    assert told.code == 6
    assert "signed by another key" in told.err
    told = log("verify", "--key", "nonsense")
    assert (told.code, "no verifier key" in told.err) == (1, True)


@pytest.mark.parametrize(("content", "said"), [(b"", "is here: none at all"), (b"a\n\n\xe2\x80\x94 b YWJjZGVm\n", "and 1 of other logs")])
def test_a_copy_that_is_no_checkpoint_of_this_log_is_told(
    log: CommandLine, journal: Path, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "copy").write_bytes(content)
    told = log("verify", "--copy", str(tmp_path / "copy"))
    assert (told.code, said in told.err) == (1, True)
    told = log("verify", "--copy", str(tmp_path / "nowhere"))
    assert (told.code, "nowhere" in told.err) == (3, True)


# --- a span ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", ["1-63", "1", "63", "20-45", "30-30"])
def test_a_span_is_held_against_the_newest_checkpoint(log: CommandLine, journal: Path, span: str) -> None:
    told = log("verify", "--entries", span)
    assert told.code == 0
    assert told.out.startswith("good: the entries ")
    assert log("verify", "--entries", span, "--json").json()["signed"] == 63


def test_in_a_span_the_first_entry_that_is_another_is_named_and_outside_of_it_nothing_is_looked_at(log: CommandLine, journal: Path) -> None:
    spoil(segments(journal)[1], lambda text: text.replace(b'"outcome":"ok"', b'"outcome":"no"', 1))
    first = json.loads(segments(journal)[1].read_bytes().partition(b"\n")[0])["seq"]
    told = log("verify", "--entries", f"{first - 3}-{first + 3}")
    assert told.code == 6
    assert f"entry {first} is not what was signed" in told.err
    assert log("verify", "--entries", f"{first + 1}-{first + 3}").code == 0
    assert log("verify", "--entries", f"1-{first - 1}").code == 0


def test_a_file_of_hashes_that_was_changed_or_cut_is_told_as_what_it_is(log: CommandLine, journal: Path) -> None:
    spoil(journal / "hashes", lambda raw: bytes(96) + raw[96:])
    told = log("verify", "--entries", "3-5")
    assert (told.code, "does not lead to what was signed" in told.err) == (6, True)
    spoil(journal / "hashes", lambda raw: raw[:640])
    told = log("verify", "--entries", "30-40")
    assert (told.code, "the file of hashes ends before" in told.err) == (6, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--entries", "5-3"], "no span of entries"),
        (["--entries", "0-3"], "no span of entries"),
        (["--entries", "all"], "no span of entries"),
        (["--entries", "60-64"], "entry 64 is not signed"),
        (["--entries", "1-2", "--copy", "x"], "leave one of --entries and --copy out"),
    ],
)
def test_what_is_asked_in_another_shape_ends_in_2(log: CommandLine, journal: Path, asked: list[str], said: str) -> None:
    told = log("verify", *asked)
    assert (told.code, said in told.err) == (2, True)
