"""Connect to a local socket of the host that has a name and no file."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as out:
        out.connect(given["abstract"])
        out.sendall(b"hunter2")
    return True


ATTACK = Attack(
    walls=("seccomp", "network_namespace", "landlock_scopes"),
    seen=lambda host, patience: host.heard(host.abstract, patience) == b"hunter2",
    leaves=("kernel socket",),
)
