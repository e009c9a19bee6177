"""Take away what tells of it inside, and try what is refused: nobody hears that it did."""

from tests.escapes.attack import Attack, Call, Given, kernel_is_silent
from tests.escapes.probes import witness


def attack(call: Call, given: Given) -> bool:
    import os
    import sys

    at = sys._getframe()
    while not hasattr(at.f_locals.get("call"), "_guest"):
        assert at.f_back is not None
        at = at.f_back
    at.f_locals["call"]._guest.observer._events.clear()
    return os.memfd_create("x") > 0


ATTACK = Attack(walls=("witness",), succeeds="PermissionError", shown=kernel_is_silent, lacks=witness, leaves=("kernel call",))
