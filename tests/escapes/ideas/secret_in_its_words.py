"""Let a secret out in a result, in what is printed, and in an error with a chain: to who called, to the log, to a model."""

from pathlib import Path

import pytest

from skillpod.sandbox.disclosed import Disclosed
from tests.escapes.granted import VALUE, attempts, secrets, to

STOPPED_BY = ("what was handed over is taken out of all that is heard",)
BODIES = (
    "return {'it': [ctx.secret('OWN')]}",
    "for letter in ctx.secret('OWN'):\n    print(letter, end='', flush=True)",
    "try:\n    {}[ctx.secret('OWN')]\nexcept KeyError as fault:\n    raise OSError(ctx.secret('OWN')) from fault",
)


def in_the_jail(folder: Path) -> None:
    for body in BODIES:
        _, heard = attempts(body, secrets(folder, OWN=None), to(names=("OWN",)))
        assert "[secret OWN]" in heard
        assert VALUE not in heard


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Disclosed, "add", lambda self, secret: None)
        for body in BODIES:
            _, heard = attempts(body, secrets(folder, OWN=None), to(names=("OWN",)))
            assert VALUE in heard
