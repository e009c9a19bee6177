"""Send a datagram to the host. Landlock's rules for ports do not see it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import landlock_older_than


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        return out.sendto(b"hunter2", ("127.0.0.1", given["udp"])) == 7


ATTACK = Attack(
    walls=("seccomp", "network_namespace"),
    seen=lambda host, patience: host.heard(host.udp, patience) == b"hunter2",
    needs=landlock_older_than(8),
    leaves=("kernel socket",),
)
