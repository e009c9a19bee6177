"""Start threads until the machine can start no more."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import threading

    go_on = threading.Event()
    for _ in range(500):
        threading.Thread(target=go_on.wait, daemon=True).start()
    return True


ATTACK = Attack(walls=("rlimits",), fails=("limits.threads",), limits={"memory": "64MiB", "threads": 8})
