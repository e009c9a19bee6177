"""Answer a call by a frame of its own, whose nonce it has to guess."""

import pytest

from skillpod.sandbox.connection import Connection
from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import result, send


def attack(call: Call, given: Given) -> bool:
    import time

    send(result("0" * 32, '"forged"'))
    time.sleep(60)
    return False


def every_nonce_is_known(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Connection, "_nonce", lambda self: "0" * 32)


ATTACK = Attack(ours=("a nonce for each call",), remove=every_nonce_is_known, fails=("wire_broken",))
