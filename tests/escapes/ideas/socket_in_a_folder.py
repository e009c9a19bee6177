"""Connect to a local socket of the host by its file. Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import landlock_older_than


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as out:
        out.connect(given["path"])
        out.sendall(b"hunter2")
    return True


ATTACK = Attack(
    walls=("seccomp", "pivot_root"),
    seen=lambda host, patience: host.heard(host.named, patience) == b"hunter2",
    needs=landlock_older_than(8),
    leaves=("kernel socket",),
)
