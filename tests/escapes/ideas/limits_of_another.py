"""Take away what another skill's guest may have open."""

from tests.escapes.attack import Attack, Call, Given


def victim(call: Call, given: Given) -> dict[str, int]:
    import os

    return {"victim": os.getpid()}


def attack(call: Call, given: Given) -> bool:
    import struct

    return call("prlimit64", given["victim"], 7, struct.pack("QQ", 0, 0), 0) == 0


ATTACK = Attack(walls=("seccomp", "guest_identity"))
