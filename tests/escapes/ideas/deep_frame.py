"""Answer with lists in lists in lists, to exhaust the stack of whoever walks them."""

import pytest

from skillpod.sandbox import wire
from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import nonce, result, send


def attack(call: Call, given: Given) -> bool:
    import time

    send(result(nonce(), "[" * 500 + "]" * 500))
    time.sleep(60)
    return False


def frames_may_be_deep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(wire, "_refuse_deep", lambda encoded: None)


ATTACK = Attack(ours=("a cap on nesting, counted before parsing",), remove=frames_may_be_deep, fails=("wire_broken",))
