"""Raise the score by which the kernel chooses whom to end when memory is short: that of the zygote, whose end is that of all guests."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import contextlib
    import os
    import stat

    for number in range(4, 4096):
        with contextlib.suppress(OSError):
            if stat.S_ISREG(os.fstat(number).st_mode) and os.write(number, b"0"):  # no more than it has: the others are to live on
                return True
    return False


ATTACK = Attack(walls=("descriptors",), fails=("nothing",))
