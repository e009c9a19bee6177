"""Errors at the doors: what was sent is the same error again."""

from __future__ import annotations

import copy

import pytest

from skillpod.errors import GuestDied, LimitExceeded, SkillpodError, ToolRaised, from_dict

CAUSE = ToolRaised("no room", exception="OSError", traceback="here", at="scan")


@pytest.mark.parametrize(
    "error",
    [
        GuestDied("it ended", hint="look", at="scan", skill="probe", digest="sha256:00"),
        LimitExceeded("too much", at="limits.cpu"),
        LimitExceeded("too much", certainty="likely", at="limits.scratch", hint="less", reasons=[CAUSE]),
        CAUSE,
    ],
)
def test_an_error_that_was_sent_is_the_same_again(error: SkillpodError) -> None:
    assert type(from_dict(error.as_dict())) is type(error)
    assert from_dict(error.as_dict()).as_dict() == error.as_dict()


def test_a_limit_says_how_certain_it_is() -> None:
    assert LimitExceeded("too much").as_dict()["certainty"] == "certain"
    assert copy.copy(LimitExceeded("too much", certainty="likely")).as_dict()["certainty"] == "likely"
    assert from_dict({"code": "limit_exceeded", "message": "of an older pod"}).as_dict()["certainty"] == "certain"
