"""Take a descriptor out of another skill's guest.

The victim takes off its mark, as in ``ptrace``.
"""

from tests.escapes.attack import Attack, Call, Given


def victim(call: Call, given: Given) -> dict[str, int]:
    import contextlib
    import os

    with contextlib.suppress(PermissionError):
        call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
    read, write = os.pipe()
    os.write(write, b"hunter2")
    return {"victim": os.getpid(), "descriptor": read}


def attack(call: Call, given: Given) -> bool:
    import os

    taken = call("pidfd_getfd", os.pidfd_open(given["victim"]), given["descriptor"], 0)
    return os.read(taken, 7) == b"hunter2"


ATTACK = Attack(walls=("seccomp", "landlock", "guest_identity"))
