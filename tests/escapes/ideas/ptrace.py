"""Take control of the guest of another skill, as a debugger does.

Every guest is marked as not to be looked into, and the mark is inherited from the zygote; the victim takes it off where it can.
"""

from tests.escapes.attack import Attack, Call, Given


def victim(call: Call, given: Given) -> dict[str, int]:
    import contextlib
    import os

    with contextlib.suppress(PermissionError):
        call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
    return {"victim": os.getpid()}


def attack(call: Call, given: Given) -> bool:
    return call("ptrace", 0x4206, given["victim"], 0, 0) == 0


ATTACK = Attack(walls=("seccomp", "landlock", "guest_identity"), leaves=("kernel call",))
