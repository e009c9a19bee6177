"""The log's newest checkpoint on the command line, and what the doctor says of those that are kept out of reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skillpod.journal.copies import line
from skillpod.journal.key import verify
from skillpod.journal.signed import CHECKPOINT, COSIGNED
from skillpod.journal.tree.checkpoint import read_checkpoint
from skillpod.journal.tree.note import VerifierKey, read_key
from tests.cli.conftest import CommandLine, Served
from tests.journal.sealing import SmallLog
from tests.journal.writing import fill
from tests.support.witness import WitnessState


def test_it_is_printed_byte_for_byte_with_no_pod_running(cli: CommandLine, home: Path) -> None:
    fill(home / "journal", 5)
    assert cli("log", "checkpoint").out == (home / "journal" / CHECKPOINT).read_text()
    told = cli("log", "checkpoint", "--json").json()
    assert (told["origin"], told["size"]) == ("skillpod/pod-1", 5)
    assert told["note"] == (home / "journal" / CHECKPOINT).read_text()
    assert len(bytes.fromhex(told["root"])) == 32


def test_one_that_was_changed_is_not_printed(cli: CommandLine, home: Path) -> None:
    fill(home / "journal", 5)
    path = home / "journal" / CHECKPOINT
    path.write_text(path.read_text().replace("\n5\n", "\n4\n"))
    told = cli("log", "checkpoint")
    assert (told.code, told.out) == (6, "")
    assert "it was changed" in told.err


def test_where_there_is_none_it_says_so(cli: CommandLine, home: Path) -> None:
    assert "no journal is here" in cli("log", "checkpoint").err
    (home / "journal").mkdir(parents=True)
    told = cli("log", "checkpoint")
    assert (told.code, "this log has no key" in told.err) == (3, True)


def test_a_log_is_held_against_what_a_program_and_the_system_s_log_kept(cli: CommandLine, home: Path, tmp_path: Path) -> None:
    journal, kept = home / "journal", tmp_path / "kept"
    fill(journal, 5)
    signed = read_checkpoint((journal / CHECKPOINT).read_bytes(), key=_log_key(journal), verify=verify, at="checkpoint")
    kept.write_text(f"Nov 21 04:40:00 host skillpod[7]: {line(signed)}\n{SmallLog(3, origin='skillpod/another').sealed(3)}{signed}cut off")
    fill(journal, 5)
    told = cli("log", "verify", "--copy", str(kept))
    assert (told.code, "of these copied out: 2" in told.out) == (0, True)
    assert "1 of the copies are of other logs" in told.err


def test_a_log_must_be_cosigned_where_a_witness_s_key_is_given(cli: CommandLine, home: Path) -> None:
    journal = home / "journal"
    fill(journal, 5)
    state = WitnessState(home, Ed25519PrivateKey.generate())
    key = str(state.verifier)
    told = cli("log", "verify", "--witness", key)
    assert (told.code, "no checkpoint was cosigned by a witness" in told.err) == (6, True)
    (home / "logs").write_text((journal / "log.vkey").read_text())
    status, _, signature = state.add(b"old 0\n\n" + (journal / CHECKPOINT).read_bytes())
    assert status == 200
    (journal / COSIGNED).write_text((journal / CHECKPOINT).read_text() + signature)
    fill(journal, 2)
    told = cli("log", "verify", "--witness", key)
    assert (told.code, "cosigned by witness.example/w1: the first 5 entries, on " in told.out) == (0, True)
    assert cli("log", "verify", "--witness", key, "--json").json()["cosigned"] == 5
    other = str(WitnessState(home, Ed25519PrivateKey.generate()).verifier)
    assert "is not signed by witness.example/w1" in cli("log", "verify", "--witness", other).err
    assert cli("log", "verify", "--witness", key, "--entries", "1-3").code == 2


def _log_key(journal: Path) -> VerifierKey:
    return read_key((journal / "log.vkey").read_text(), at="log.vkey")


def _told(cli: CommandLine) -> dict[str, Any]:
    """What the doctor says of checkpoints."""
    return next(fact for fact in cli("doctor", "--json").json()["machine"] if fact["name"] == "checkpoints")


def test_the_doctor_says_that_nobody_keeps_checkpoints(cli: CommandLine, home: Path) -> None:
    told = _told(cli)
    assert told["state"] == "warning"
    assert "who owns HOME can cut the log's end" in told["detail"]
    assert "log.copies" in told["remedy"]


def test_the_doctor_says_where_they_go_and_whether_they_come_there(cli: CommandLine, home: Path, served: Served) -> None:
    (home / "pod.yaml").write_text("log: {copies: {file: /srv/copies, syslog: true}}")
    served.pod.copies = [{"to": "/srv/copies", "size": 7, "at": 1.0, "fault": ""}]
    assert _told(cli) == {"name": "checkpoints", "state": "ok", "detail": "the newest went to /srv/copies (of 7 entries)", "remedy": ""}
    served.pod.copies += [{"to": "the witness w1", "size": -1, "at": 0.0, "fault": "it has cosigned 9 entries"}]
    told = _told(cli)
    assert told["state"] == "warning"
    assert told["detail"] == "the witness w1: it has cosigned 9 entries"


def test_the_doctor_says_where_they_would_go(cli: CommandLine, home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "pod.yaml").write_text("log: {copies: {command: [/usr/bin/keep]}}")
    assert _told(cli)["detail"] == "go to /usr/bin/keep, while a pod runs"
