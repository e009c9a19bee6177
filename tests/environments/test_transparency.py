"""Our notes, trees and proofs beside golang.org/x/mod/sumdb, and our signatures beside openssl: what one makes, the other takes."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from skillpod.journal.key import verify
from skillpod.journal.tree import merkle
from skillpod.journal.tree.checkpoint import Checkpoint
from skillpod.journal.tree.note import read_key, read_note
from tests.environments.conftest import ROOT
from tests.journal.tree.logs import Log, Signer, base64_of, numbered
from tests.journal.tree.test_merkle import flipped
from tests.journal.tree.vectors import LOG as LOG_OF_VECTORS
from tests.journal.tree.vectors import PLACE, PROVEN

PROGRAMS = ROOT / ".environments" / "go"
SIZE = 70
LOG = Log(numbered(SIZE))
LEAVES = [(index, size) for size in (1, 2, 7, 8, 64, SIZE) for index in {0, size // 2, size - 1}]
GROWTHS = [(old, new) for new in (2, 7, 8, 65, SIZE) for old in {1, new // 2, new - 1, new}]
TEXT = "one line\n\nand \u00e9, after an empty one\n"


def several(hashes: Sequence[bytes]) -> list[str]:
    return [base64_of(each) for each in hashes]


def leaf(index: int, size: int, *, proof: Sequence[bytes] | None = None, data: bytes | None = None) -> dict[str, Any]:
    proof = merkle.inclusion(index, size, LOG.read) if proof is None else proof
    data = LOG.lines[index] if data is None else data
    return {"size": size, "index": index, "root": base64_of(LOG.root(size)), "data": base64_of(data), "proof": several(proof)}


def growth(old: int, new: int, *, before: bytes | None = None) -> dict[str, Any]:
    roots = {"oldRoot": base64_of(before or LOG.root(old)), "newRoot": base64_of(LOG.root(new))}
    return {"old": old, "new": new, **roots, "proof": several(LOG.consistency(old, new))}


def asked(**changed: Any) -> dict[str, Any]:
    whole = {"key": str(LOG.key), "lines": several(LOG.lines), "text": TEXT, "notes": [], "leaves": [], "growths": []}
    return {**whole, **changed}


def program(name: str) -> Path:
    if not (PROGRAMS / name).exists():
        pytest.skip("needs Debian's packages golang-1.19-go and golang-golang-x-mod-dev: make environments, on Debian 12")
    return PROGRAMS / name


def peer(question: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run([program("peer")], input=json.dumps(question), capture_output=True, text=True, timeout=60, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_go_opens_our_checkpoints_and_refuses_one_of_another_bit() -> None:
    notes = [str(LOG.checkpoint(size)) for size in (1, 8, SIZE)]
    told = peer(asked(notes=[*notes, notes[0].replace("\n1\n", "\n2\n"), notes[0][:-1]]))["Opened"]
    assert told == [*(str(Checkpoint(LOG.key.name, size, LOG.root(size))) for size in (1, 8, SIZE)), "", ""]


def test_go_finds_the_same_roots_and_keeps_the_same_hashes_in_the_same_order() -> None:
    told = peer(asked())
    assert told["Roots"] == several([LOG.root(size) for size in range(1, SIZE + 1)])
    assert told["Stored"] == several(LOG.hashes)


def test_go_takes_our_proofs_of_entries_and_makes_the_same() -> None:
    ours = [leaf(*each) for each in LEAVES]
    told = peer(asked(leaves=ours))
    assert told["Included"] == [True] * len(LEAVES)
    assert told["Proofs"] == [each["proof"] for each in ours]


def test_go_takes_our_proofs_of_growth_and_makes_the_same() -> None:
    ours = [growth(*each) for each in GROWTHS]
    told = peer(asked(growths=ours))
    assert told["Grew"] == [True] * len(GROWTHS)
    assert told["Growths"] == [each["proof"] for each in ours]


def test_go_refuses_a_proof_of_another_bit_or_another_line() -> None:
    proof = merkle.inclusion(5, SIZE, LOG.read)
    changed = [flipped(proof[0], 3), *proof[1:]]
    told = peer(asked(leaves=[leaf(5, SIZE, proof=changed), leaf(5, SIZE, data=LOG.lines[6])], growths=[growth(5, 9, before=bytes(32))]))
    assert (told["Included"], told["Grew"]) == ([False, False], [False])


def test_we_take_a_note_that_go_signed() -> None:
    told = peer(asked())
    key, signed = read_key(told["VerifierKey"], at="go"), read_note(told["Signed"].encode(), at="go")
    assert (signed.text, signed.is_signed_by(key, verify), str(key)) == (TEXT, True, told["VerifierKey"])
    assert not read_note(told["Signed"].replace("one", "two").encode(), at="go").is_signed_by(key, verify)


def by_go(key: str, proof: Path, line: Path) -> tuple[int, str]:
    """The program of docs/verifying.md."""
    done = subprocess.run([program("verify"), key, proof, line], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("entry", PROVEN)
def test_the_program_of_the_page_takes_the_proofs_of_the_vectors_and_no_other(tmp_path: Path, entry: int) -> None:
    key, proof, line = str(LOG_OF_VECTORS.key), PLACE / "proofs" / f"{entry}.tlog-proof", PLACE / "proofs" / f"{entry}.line"
    assert by_go(key, proof, line) == (0, f"good: this is entry {entry} of skillpod/vectors\n")
    for before, after in ((b"index ", b"index 1"), (b"skillpod", b"skillpoe"), (b"\n11\n", b"\n12\n")):
        changed = tmp_path / "changed"
        changed.write_bytes(proof.read_bytes().replace(before, after, 1))
        assert by_go(key, changed, line) == (2, "")
    assert by_go(key, proof, PLACE / "proofs" / f"{sum(PROVEN) - entry}.line") == (2, "")
    assert by_go(str(Signer(sentence="another").key), proof, line) == (2, "")


def test_openssl_verifies_our_checkpoint_by_the_recipe_of_the_page(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl, 3.0 or later")
    text, _, below = str(LOG.checkpoint(SIZE)).partition("\n\n")
    (tmp_path / "text").write_text(f"{text}\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(below.split(" ")[2])[4:])
    (tmp_path / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + LOG.key.key)
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", "-in", "text"]
    verifying = [*command, "-sigfile", "signature"]
    assert subprocess.run(verifying, cwd=tmp_path, capture_output=True, timeout=60, check=False).returncode == 0
    (tmp_path / "text").write_text(text)
    assert subprocess.run(verifying, cwd=tmp_path, capture_output=True, timeout=60, check=False).returncode != 0
