"""Send the first words with the connection itself, without connect(). Landlock's rules for ports do not see it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import landlock_older_than, setting, together


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as out:
        return out.sendto(b"hunter2", socket.MSG_FASTOPEN, ("127.0.0.1", given["port"])) == 7


ATTACK = Attack(
    walls=("seccomp", "network_namespace"),
    seen=lambda host, patience: host.heard(host.tcp, patience) == b"hunter2",
    needs=together(setting("net/ipv4/tcp_fastopen", "1", "3"), landlock_older_than(8)),
    leaves=("kernel socket",),
)
