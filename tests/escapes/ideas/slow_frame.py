"""Send a frame a byte at a time, so that it is never late and never done."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import nonce, result, send
from tests.escapes.removal import no_deadline


def attack(call: Call, given: Given) -> bool:
    import time

    for byte in result(nonce(), "true"):
        send(bytes([byte]))
        time.sleep(0.01)
    time.sleep(60)
    return False


ATTACK = Attack(ours=("the host's deadline",), remove=no_deadline, fails=("limits.wall",), limits={"wall": "0.5s"})
