"""Open a device that lies in a volume."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume
from tests.escapes.probes import devices


def attack(call: Call, given: Given) -> bool:
    with open(volume(given, "data") + "/zero", "rb") as device:
        return device.read(4) == bytes(4)


ATTACK = Attack(walls=("pivot_root",), volumes={"data": "read", "out": "write"}, lacks=devices)
