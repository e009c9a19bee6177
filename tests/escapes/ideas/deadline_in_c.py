"""Sleep in C code with the interpreter's lock held, where no timer inside can interrupt it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.removal import no_deadline


def attack(call: Call, given: Given) -> bool:
    import ctypes

    ctypes.PyDLL(None).usleep(800_000)
    return True


ATTACK = Attack(ours=("the host's deadline",), remove=no_deadline, fails=("limits.wall",), limits={"wall": "0.5s"})
