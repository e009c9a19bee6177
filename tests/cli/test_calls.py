"""Seeing which calls wait for a person, and answering them."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine, Served
from tests.support.pod import DIGEST

WAITING = {
    "id": "1f00ba44",
    "caller": "bot",
    "tenant": "",
    "tool": "files__wipe",
    "skill": "files",
    "version": "1.0.0",
    "digest": DIGEST,
    "arguments": '{"path":"/tmp/\\u202ex"}',
    "rule": "ask-before-wiping",
    "why": "what is wiped is gone",
    "asked": 125.0,
    "left": 3475.0,
    "answer": None,
    "by": "",
    "reason": "",
}


@pytest.fixture
def waiting(served: Served) -> Served:
    served.pod.waiting_ones["1f00ba44"] = dict(WAITING)
    return served


def test_a_person_sees_who_asks_for_what_with_which_arguments_and_why(cli: CommandLine, waiting: Served) -> None:
    told = cli("calls")
    assert told.code == 0
    assert told.out == (
        f"1f00ba44  files__wipe 1.0.0 {DIGEST[:19]}\n"
        "  by bot, asked 2 min ago, 58 min left\n"
        '  with {"path":"/tmp/\\u202ex"}\n'
        "  because what is wiped is gone [ask-before-wiping]\n"
    )
    assert cli("calls", "--json").json() == {"calls": [WAITING]}


def test_what_is_cut_for_a_person_says_that_it_is_and_a_machine_has_all(cli: CommandLine, waiting: Served) -> None:
    waiting.pod.waiting_ones["1f00ba44"]["arguments"] = '{"path":"' + "x" * 5000 + '"}'
    assert "[cut here: 2000 of 5011 characters; --json has all]" in cli("calls").out
    assert len(cli("calls", "--json").json()["calls"][0]["arguments"]) == 5011


def test_a_call_is_approved_once(cli: CommandLine, waiting: Served) -> None:
    told = cli("approve-call", "1f00ba44", "--reason", "it is her own")
    assert (told.code, told.out) == (0, "approved files__wipe for bot, once, within 10 min\n")
    assert waiting.pod.waiting_ones["1f00ba44"]["reason"] == "it is her own"
    assert "approve by uid:" in cli("calls").out


def test_a_no_says_why(cli: CommandLine, waiting: Served) -> None:
    told = cli("deny-call", "1f00ba44")
    assert (told.code, "error[command_invalid]: a no needs a reason" in told.err) == (2, True)
    assert cli("deny-call", "1f00ba44", "--reason", "not today").out == "denied files__wipe for bot\n"
    assert waiting.pod.waiting_ones["1f00ba44"]["answer"] == "deny"


@pytest.mark.parametrize("id_", ["nothing", "a/b", "..", "?x=1"])
def test_a_call_that_does_not_wait_ends_in_2(cli: CommandLine, waiting: Served, id_: str) -> None:
    told = cli("approve-call", id_)
    assert told.code == 2
    assert cli("calls", "--json").json()["calls"][0]["answer"] is None


def test_with_nothing_to_answer_or_no_pod_it_is_said(cli: CommandLine, served: Served) -> None:
    assert "no call waits" in cli("calls").err


def test_without_a_pod_nothing_can_wait(cli: CommandLine) -> None:
    for command in (("calls",), ("approve-call", "x"), ("deny-call", "x", "--reason", "no")):
        told = cli(*command)
        assert (told.code, "error[pod_unreachable]: no pod is running here" in told.err) == (3, True)
