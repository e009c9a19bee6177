"""Erasing salts of the log, with and without a pod, and trying out what an HMAC is of."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from skillpod.home import Home
from skillpod.journal.replay import read
from skillpod.journal.writer import JournalWriter
from skillpod.model.entry import Entry, Fact, Salted
from skillpod.model.selection import Selection
from tests.cli.conftest import CommandLine, Served


@pytest.fixture
def log(cli: CommandLine) -> CommandLine:
    """``skillpod log`` and what is below it."""
    return lambda *arguments: cli("log", *arguments)


@pytest.fixture
def written(home: Path) -> Home:
    """A HOME where a pod had been: two calls of ``bank``, one of ``other``."""
    place = Home(home)
    place.prepare()

    async def work() -> None:
        writer = JournalWriter(place.journal, node=place.node(), epoch=lambda: 1_790_000_000.0, salts=place.salts)
        await writer.open()
        for number, skill in enumerate(("bank", "bank", "other"), 1):
            text = f'{{"n":{number},"who":"jane"}}'
            await writer.record(Entry(fact=Fact.CALL, skill=skill, tool="pay", arguments={"bytes": 1, "hmac": Salted(text)}))
        await writer.close()

    asyncio.run(work())
    return place


def test_whether_a_call_had_these_arguments(log: CommandLine, written: Home) -> None:
    yes = log("match", "2", "--args", '{"who": "jane", "n": 2}')
    assert (yes.code, yes.out) == (0, "yes, the call of entry 2 had these arguments\n")
    no = log("match", "2", "--args", '{"who": "jane", "n": 3}')
    assert (no.code, no.out) == (1, "no, the call of entry 2 had other arguments\n")
    assert log("match", "2", "--args", '{"n":2,"who":"jane"}', "--json").json() == {"entry": 2, "matches": True}


def test_salts_that_are_erased_without_a_pod_are_gone_and_the_log_says_who_did_it(log: CommandLine, written: Home) -> None:
    told = log("erase", "--skill", "bank", "--reason", "she asked for it")
    assert (told.code, told.out) == (0, "erased 2 salts, as entry 4 of the log says\n")
    *_, last = read(written.journal)
    assert (last.entry.fact, last.entry.actor, last.entry.reason) == (Fact.LOG_ERASED, f"uid:{os.geteuid()}", "she asked for it")
    assert last.entry.details["salts"] == 2
    gone = log("match", "2", "--args", '{"n":2,"who":"jane"}')
    assert gone.code == 2
    assert "[salt_gone]" in gone.err
    assert log("match", "3", "--args", '{"n":3,"who":"jane"}').code == 0
    again = log("erase", "--skill", "bank", "--json")
    assert again.json() == {"entry": 0, "salts": 0}
    assert [recorded.seq for recorded in read(written.journal)] == [1, 2, 3, 4]


def test_entries_are_named_by_their_numbers(log: CommandLine, written: Home) -> None:
    assert log("erase", "1", "3").out == "erased 2 salts, as entry 4 of the log says\n"
    assert "no such entry has a salt" in log("erase", "1", "99").err


def test_a_running_pod_is_asked_to_do_it(log: CommandLine, served: Served) -> None:
    told = log("erase", "7", "9", "--tool", "bank__pay", "--until", "2026-11-21T05:00Z", "--reason", "old")
    assert (told.code, told.out) == (0, "erased 2 salts, as entry 12 of the log says\n")
    ((selection, reason),) = served.pod.erasures
    assert selection == Selection(tool="bank__pay", until=1795237200.0, entries=frozenset({7, 9}))
    assert reason == "old"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("erase",), 2, "nothing says which salts"),
        (("erase", "--since", "yesterday"), 2, "is not a time"),
        (("match", "9", "--args", "{}"), 2, "no entry 9"),
        (("match", "1", "--args", "[]"), 2, "is a JSON object"),
        (("match", "1", "--args", "{"), 2, "is not JSON"),
    ],
)
def test_what_can_not_be_is_said_with_what_to_do(log: CommandLine, written: Home, arguments: tuple[str, ...], code: int, word: str) -> None:
    told = log(*arguments)
    assert told.code == code
    assert word in told.err


def test_where_no_log_is_none_is_begun(log: CommandLine, home: Path) -> None:
    assert "journal can't be used" in log("erase", "1").err
    assert "journal can't be used" in log("match", "1", "--args", "{}").err
    assert not home.exists()


def test_who_can_not_have_the_lock_erases_nothing(log: CommandLine, written: Home) -> None:
    other = Home(written.path)
    other.acquire()
    try:
        assert "another pod" in log("erase", "1").err
    finally:
        other.release()
    assert log("match", "1", "--args", '{"n":1,"who":"jane"}').code == 0
