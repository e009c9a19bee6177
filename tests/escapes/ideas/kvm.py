"""Open the device that runs virtual machines."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import usable


def attack(call: Call, given: Given) -> bool:
    import os

    return os.open("/dev/kvm", os.O_RDWR) >= 0


ATTACK = Attack(
    walls=("pivot_root", "landlock"), fails=("FileNotFoundError", "PermissionError"), needs=usable("/dev/kvm"), leaves=("guest write",)
)
