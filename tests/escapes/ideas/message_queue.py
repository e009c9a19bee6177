"""Leave a message that outlives the guest, for the next one to find."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    call("mq_open", b"note", os.O_CREAT | os.O_RDWR, 0o600, 0)
    return call("mq_unlink", b"note") == 0


ATTACK = Attack(walls=("seccomp", "rlimits", "landlock"), leaves=("kernel call",))
