"""Answer with more than the host wants to hold, past the runtime that would have refused."""

import pytest

from skillpod.sandbox import connection
from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import nonce, result, send


def attack(call: Call, given: Given) -> bool:
    import time

    send(result(nonce(), '"' + "x" * (16 << 20) + '"'))
    time.sleep(60)
    return False


def frames_have_no_cap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(connection, "cap_of", lambda limits: 1 << 40)


ATTACK = Attack(ours=("a cap on frames, by their length alone",), remove=frames_have_no_cap, fails=("limits.output",))
