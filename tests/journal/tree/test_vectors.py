"""The test vectors: both verifiers say of them what hostile.json says, and the generator still writes what is there."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import JournalCorrupt
from skillpod.journal.check import Checked, check
from skillpod.journal.key import verify
from skillpod.journal.tree.checkpoint import read_checkpoint, split
from skillpod.journal.tree.merkle import is_consistent
from skillpod.journal.tree.note import read_key
from skillpod.journal.tree.proof import read_proof, verified
from tests.journal.tree import vectors
from tests.journal.tree.vectors import PLACE, PROVEN

KEY = read_key((PLACE / "journal" / "log.vkey").read_text(), at="log.vkey")
ATTACKS: list[dict[str, Any]] = json.loads((PLACE / "hostile.json").read_bytes())
VERIFIER = Path(__file__).parents[3] / "skillpod" / "logverify.py"


def second(*arguments: str | Path) -> tuple[int, str]:
    """Run the second verifier as a stranger does: by itself, isolated from everything that is installed (-I, -S)."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(PLACE, tmp_path / "log")


def whole(place: Path, *others: str | Path) -> tuple[int, str]:
    return second(place / "journal", "--key", KEY_LINE, "--copy", place / "copied", *others)


KEY_LINE = str(KEY)


def test_the_vectors_are_those_the_generator_writes() -> None:
    there = {str(path.relative_to(PLACE)): path.read_bytes() for path in PLACE.rglob("*") if path.is_file()}
    there.pop("README.md")
    assert there == vectors.files()


# --- the second verifier -------------------------------------------------------------------------------------------------------------


def test_the_second_verifier_finds_the_log_good() -> None:
    code, told = whole(PLACE)
    assert code == 0, told
    assert told.startswith("good: 11 entries with the root ")
    assert "checkpoints that agree with them: 7, of these copied out: 2" in told


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack["name"] for attack in ATTACKS])
def test_the_second_verifier_names_what_was_done(copy: Path, attack: dict[str, Any]) -> None:
    vectors.apply(attack["files"], copy)
    code, told = whole(copy)
    assert (code, told.count("\n")) == (1, 1), told
    assert told.startswith("bad: ")
    assert attack["says"] in told
    assert attack["entry"] is None or f"entry {attack['entry']} " in told or f"entry {attack['entry']}," in told


@pytest.mark.parametrize("entry", PROVEN)
def test_the_second_verifier_takes_a_proof_of_its_line_only(entry: int) -> None:
    proof, line = (PLACE / "proofs" / f"{entry}.{name}" for name in ("tlog-proof", "line"))
    assert second("--key", KEY_LINE, "--proof", proof, "--line", line) == (
        0,
        f"good: this is entry {entry} of skillpod/vectors, under its checkpoint of 11 entries\n",
    )
    other = PLACE / "proofs" / f"{sum(PROVEN) - entry}.line"
    code, told = second("--key", KEY_LINE, "--proof", proof, "--line", other)
    assert (code, told) == (1, f"bad: these bytes are not entry {entry} of the log, or the proof was changed\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("index 2", "index 3"),
        ("index 2", "index 11"),
        ("index 2", "index 02"),
        ("@v1", "@v2"),
        ("\n11\n", "\n12\n"),
        ("sQnj", "tQnj"),
        ("\n\n", "\nsQnjGJybnmNm+rGuZCaQxBzvZ3fkWE2dB8A6u9Y+kEc=\n\n"),
        ("sQnjGJybnmNm+rGuZCaQxBzvZ3fkWE2dB8A6u9Y+kEc=\n", ""),
        ("sQnjGJybnmNm+rGuZCaQxBzvZ3fkWE2dB8A6u9Y+kEc=\n", "sQnj\n"),
        ("\u2014 ", "- "),
    ],
)
def test_the_second_verifier_refuses_a_proof_that_was_changed(copy: Path, before: str, after: str) -> None:
    proof = copy / "proofs" / "3.tlog-proof"
    assert before in proof.read_text()
    proof.write_text(proof.read_text().replace(before, after, 1))
    code, told = second("--key", KEY_LINE, "--proof", proof, "--line", copy / "proofs" / "3.line")
    assert (code, told[:5]) == (1, "bad: "), told


def test_what_is_newer_than_every_checkpoint_is_told_and_what_is_half_written_does_not_count(copy: Path) -> None:
    with (copy / "journal" / "000003.jsonl").open("ab") as segment:
        segment.write(b'{"v":1,"seq":12,"ts"...}\n{"v":1,"seq":13,"ts"')
    code, told = whole(copy)
    assert code == 0
    assert "good: 12 entries" in told
    assert "entries 12 to 12 are newer than every checkpoint: nothing vouches for them yet" in told


def test_a_checkpoint_that_is_half_written_says_nothing_yet(copy: Path) -> None:
    for path in (copy / "journal" / "checkpoints", copy / "copied"):
        path.write_bytes(path.read_bytes() + path.read_bytes()[:90])
    assert whole(copy) == whole(PLACE)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--key"),
        (["--key", KEY_LINE], "give JOURNAL"),
        (["--key", KEY_LINE, "--proof", "a"], "give JOURNAL, or --proof and --line"),
        (["--key", KEY_LINE, PLACE / "journal", "--copy", PLACE / "nowhere"], "nowhere can't be read: No such file or directory"),
        (["--key", KEY_LINE[:-4], PLACE / "journal"], "--key is not the key of a log"),
        (["--key", KEY_LINE, PLACE / "nowhere"], "nowhere is no directory"),
    ],
)
def test_wrong_usage_of_the_second_verifier_ends_in_2(arguments: list[str | Path], told: str) -> None:
    code, said = second(*arguments)
    assert code == 2
    assert told in said


# --- the first ---------------------------------------------------------------------------------------------------------------------


def ours(place: Path) -> Checked:
    """Hold the journal there against its checkpoints and those that were copied out."""
    copies = [read_checkpoint(each, key=KEY, verify=verify, at="copied") for each in split((place / "copied").read_bytes())]
    directory = os.open(place / "journal", os.O_RDONLY)
    try:
        return check(directory, KEY, copies=copies)
    finally:
        os.close(directory)


def test_ours_finds_the_log_good() -> None:
    checked = ours(PLACE)
    assert (checked.tree.size, checked.checkpoints) == (11, 7)


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack["name"] for attack in ATTACKS])
def test_ours_names_what_was_done(copy: Path, attack: dict[str, Any]) -> None:
    vectors.apply(attack["files"], copy)
    with pytest.raises(JournalCorrupt) as caught:
        ours(copy)
    assert attack["entry"] is None or re.search(rf"\b(entry|entries) {attack['entry']}\b", str(caught.value)), str(caught.value)


@pytest.mark.parametrize("entry", PROVEN)
def test_ours_takes_a_proof_too(entry: int) -> None:
    proof = read_proof((PLACE / "proofs" / f"{entry}.tlog-proof").read_bytes(), at="proof")
    line = (PLACE / "proofs" / f"{entry}.line").read_bytes()
    assert verified(proof, line, key=KEY, verify=verify, at="proof").checkpoint.size == 11


def test_ours_takes_the_pair_that_is_consistent() -> None:
    pair = json.loads((PLACE / "consistency.json").read_bytes())
    old, new = (read_checkpoint(pair[name].encode(), key=KEY, verify=verify, at=name).checkpoint for name in ("old", "new"))
    proof = [base64.b64decode(each) for each in pair["proof"]]
    assert is_consistent(old.size, old.root, new.size, new.root, proof)
    assert not is_consistent(old.size, old.root, new.size, new.root, proof[::-1])


# --- what is no log at all -----------------------------------------------------------------------------------------------------------


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


def _a_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _a_terabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _one_long_line(path: Path) -> None:
    path.write_bytes(b"a" * 3_000_000)


def _many_lines(path: Path) -> None:
    path.write_bytes(b"a\n" * 500_000)


@pytest.mark.parametrize("name", ["000003.jsonl", "checkpoint", "checkpoints", "hashes"])
@pytest.mark.parametrize("put", [_a_pipe, _a_link, _a_terabyte, _one_long_line, _many_lines])
def test_what_is_no_file_of_a_log_ends_neither_verifier_nor_keeps_it_waiting(copy: Path, name: str, put: Callable[[Path], None]) -> None:
    (copy / "journal" / name).unlink()
    put(copy / "journal" / name)
    began = time.monotonic()
    code, told = whole(copy)
    assert code in (0, 1), told
    assert code == 1 or name in ("hashes", "checkpoints"), "without these a log is whole"
    with suppress(JournalCorrupt):
        ours(copy)
    assert time.monotonic() - began < 20
