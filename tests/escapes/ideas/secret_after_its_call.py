"""Keep what a call is known by, and ask for a secret with it when that call is over."""

from pathlib import Path

import pytest

from skillpod.errors import WireBroken
from skillpod.sandbox.connection import Connection
from tests.escapes.granted import VALUE, attempts, secrets, to

STOPPED_BY = ("a nonce for each call",)
BODY = """
held = getattr(sys, "held", None)
sys.held = ctx._channel._nonce
if held is None:
    return "first"
asked = {"t": "ask", "nonce": held, "id": 999, "operation": "secret.get", "arguments": {"name": "OWN"}}
ctx._channel._outlet.send(ctx._channel._framed(asked))
return ctx._channel._outlet.answer(999)["value"][::-1]
"""


def in_the_jail(folder: Path) -> None:
    value, _ = attempts(BODY, secrets(folder, OWN=None), to(names=("OWN",)), times=2)
    assert value == WireBroken.code


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "_nonce", lambda self: "0" * 32)
        value, _ = attempts(BODY, secrets(folder, OWN=None), to(names=("OWN",)), times=2)
    assert value == VALUE[::-1]
