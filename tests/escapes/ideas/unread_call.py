"""Answer the next call without having read it."""

from pathlib import Path

import pytest

from skillpod.errors import WireBroken
from skillpod.sandbox.connection import Connection
from tests.escapes.answers import two_answers
from tests.escapes.attack import Call, Given
from tests.escapes.inside import nonce, result, send, wire

STOPPED_BY = ("a nonce for each call",)


def answer(call: Call, given: Given) -> bool:
    import select
    import time

    send(result(nonce(), '"first"'))
    select.select([wire()], [], [])  # the next call is there, and stays there
    send(result(nonce(), '"forged"'))
    time.sleep(60)
    return False


def in_the_jail(folder: Path) -> None:
    assert two_answers(answer) == (["first", WireBroken.code], [WireBroken.code])


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "_nonce", lambda host: "0" * 32)
        assert two_answers(answer)[0] == ["first", "forged"]
