"""Kill the guest of another skill by a descriptor of its process."""

from tests.escapes.attack import Attack, Call, Given


def victim(call: Call, given: Given) -> dict[str, int]:
    import os

    return {"victim": os.getpid()}


def attack(call: Call, given: Given) -> bool:
    import os
    import signal

    signal.pidfd_send_signal(os.pidfd_open(given["victim"]), 9)
    return True


ATTACK = Attack(walls=("seccomp", "landlock_scopes", "guest_identity"))
