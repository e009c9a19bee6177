"""Kill the guest of another skill by one of its threads."""

from tests.escapes.attack import Attack, Call, Given


def victim(call: Call, given: Given) -> dict[str, int]:
    import os

    return {"victim": os.getpid()}


def attack(call: Call, given: Given) -> bool:
    return call("tgkill", given["victim"], given["victim"], 9) == 0


ATTACK = Attack(walls=("seccomp", "landlock_scopes", "guest_identity"))
