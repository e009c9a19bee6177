"""Connect to a port of the host and send it something."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.create_connection(("127.0.0.1", given["port"]), timeout=3) as out:
        out.sendall(b"hunter2")
    return True


ATTACK = Attack(
    walls=("seccomp", "network_namespace", "landlock"),
    seen=lambda host, patience: host.heard(host.tcp, patience) == b"hunter2",
    leaves=(
        "guest connect",
        "kernel socket",
    ),
)
