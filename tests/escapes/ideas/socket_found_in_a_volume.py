"""Connect to a local socket that a program of the host has in a volume. A mount that is only read is no wall for it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume
from tests.escapes.probes import landlock_older_than


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as out:
        out.connect(volume(given, "data") + "/socket")
        out.sendall(b"hunter2")
    return True


ATTACK = Attack(
    walls=("seccomp",),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: host.heard(host.bound, patience) == b"hunter2",
    needs=landlock_older_than(8),
    leaves=("kernel socket",),
)
