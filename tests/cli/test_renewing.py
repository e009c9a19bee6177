"""``skillpod log renew``: what a person types who has just read that the log can't be trusted."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from skillpod.model.command import Mode
from skillpod.model.entry import Entry, Fact
from tests.cli.conftest import CommandLine
from tests.lifecycle.broken import write
from tests.store.histories import DIGESTS, desires, publishes


@pytest.fixture
def broken(home: Path) -> Path:
    """HOME with a log of four entries, of which the third was changed; the first two were signed before."""
    write(home, [desires("scan"), publishes("scan", 1, DIGESTS[0])])
    write(home, [Entry(fact=Fact.CALL, skill="scan", outcome="denied"), desires("find", Mode.ABSENT)])
    segment = home / "journal" / "000001.jsonl"
    segment.write_bytes(segment.read_bytes().replace(b'"denied"', b'"ok"'))
    return home


def test_the_error_leads_to_the_command_and_the_command_out_of_it(cli: CommandLine, broken: Path) -> None:
    verified = cli("log", "verify")
    assert verified.code == 6
    assert "entry 3 was changed" in verified.err
    assert "skillpod log renew --because TEXT" in verified.err
    renewed = cli("log", "renew", "--because", "A colleague edited it; the copy went to security.")
    assert renewed.code == 0
    assert "begun: the log skillpod/pod-1/2" in renewed.out
    assert "what was wrong with skillpod/pod-1: entry 3 was changed" in renewed.out
    assert "it is kept: journal.broken-1" in renewed.out
    assert "2 entries" in renewed.out
    assert "not mounted until you say so, for what was last said of them is not proven: find" in renewed.out
    assert cli("log", "verify").code == 0
    assert "A colleague edited it" in cli("log", "--fact", "log.began").out


def test_json_has_all_of_it(cli: CommandLine, broken: Path) -> None:
    said = cli("log", "renew", "--because", "Edited.", "--json").json()
    assert {key: said[key] for key in ("origin", "previous", "kept", "proven", "unproven", "withheld")} == {
        "origin": "skillpod/pod-1/2",
        "previous": "skillpod/pod-1",
        "kept": "journal.broken-1",
        "proven": 2,
        "unproven": 2,
        "withheld": ["find"],
    }


def test_a_renewal_that_did_not_come_to_its_end_is_ended(cli: CommandLine, broken: Path) -> None:
    cli("log", "renew", "--because", "Edited.")
    for name in ("journal", "log.key"):  # as if it had died right after the new log was made
        (broken / "renewed").mkdir(exist_ok=True)
        (broken / name).rename(broken / "renewed" / name)
        (broken / f"{name}.broken-1").rename(broken / name)
    ended = cli("log", "renew", "--because", "Again.")
    assert ended.code == 0
    assert "by a renewal before this one" in ended.out
    assert "Edited." in cli("log", "--fact", "log.began").out


def test_a_log_that_is_whole_is_left_alone(cli: CommandLine, home: Path) -> None:
    write(home, [desires("scan")])
    refused = cli("log", "renew", "--because", "I would like a new one.")
    assert refused.code == 2
    assert "nothing to renew" in refused.err


def test_without_a_reason_nothing_is_begun(cli: CommandLine, broken: Path) -> None:
    assert cli("log", "renew").code == 2
    refused = cli("log", "renew", "--because", "  ")
    assert (refused.code, "must be said" in refused.err) == (2, True)
    assert not (broken / "journal.broken-1").exists()


def test_while_a_pod_runs_nothing_is_begun(cli: CommandLine, broken: Path) -> None:
    with (broken / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = cli("log", "renew", "--because", "Edited.")
    assert (refused.code, "another pod" in refused.err) == (3, True)
    assert not (broken / "journal.broken-1").exists()


def test_where_no_pod_ever_ran_there_is_no_log_to_renew(cli: CommandLine, home: Path) -> None:
    refused = cli("log", "renew", "--because", "Gone.")
    assert (refused.code, "no pod ever ran here" in refused.err) == (3, True)
    assert not home.exists()


def test_a_copied_checkpoint_says_what_nothing_in_home_does(cli: CommandLine, home: Path, tmp_path: Path) -> None:
    write(home, [desires("scan")])
    shutil.copytree(home, tmp_path / "before")
    write(home, [desires("find", Mode.ABSENT)])
    copy = tmp_path / "copied"
    copy.write_bytes((home / "journal" / "checkpoint").read_bytes())
    shutil.rmtree(home)
    (tmp_path / "before").rename(home)  # all of HOME set back
    assert cli("log", "renew", "--because", "Set back.").code == 2
    renewed = cli("log", "renew", "--because", "Set back.", "--copy", str(copy))
    assert renewed.code == 0
    assert "entry 2 is missing" in renewed.out
