"""The log's newest checkpoint on the command line, and what the doctor says of those that are kept out of reach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skillpod.cli.checkpoint import checkpoint
from skillpod.errors import JournalCorrupt, PathUnusable
from skillpod.journal.check import CHECKPOINT
from tests.cli.conftest import CommandLine, Served
from tests.journal.writing import fill


def test_it_is_printed_byte_for_byte_with_no_pod_running(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(home / "journal", 5)
    checkpoint(home=home, json=False)
    assert capsys.readouterr().out == (home / "journal" / CHECKPOINT).read_text()
    checkpoint(home=home, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["origin"], told["size"]) == ("skillpod/pod-1", 5)
    assert told["note"] == (home / "journal" / CHECKPOINT).read_text()
    assert len(bytes.fromhex(told["root"])) == 32


def test_one_that_was_changed_is_not_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(home / "journal", 5)
    path = home / "journal" / CHECKPOINT
    path.write_text(path.read_text().replace("\n5\n", "\n4\n"))
    with pytest.raises(JournalCorrupt, match="it was changed"):
        checkpoint(home=home)
    assert not capsys.readouterr().out


def test_where_there_is_none_it_says_so(home: Path) -> None:
    with pytest.raises(PathUnusable, match="no journal is here"):
        checkpoint(home=home)
    (home / "journal").mkdir(parents=True)
    with pytest.raises(PathUnusable, match="has no checkpoint yet"):
        checkpoint(home=home)


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
