"""Connect to a port of the host by Multipath TCP. Landlock's rules for ports do not see it."""

import socket

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import MPTCP, landlock_older_than, sockets, together


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as out:
        out.settimeout(3)
        out.connect(("127.0.0.1", given["port"]))
        out.sendall(b"hunter2")
    return True


ATTACK = Attack(
    walls=("seccomp", "network_namespace"),
    seen=lambda host, patience: host.heard(host.tcp, patience) == b"hunter2",
    needs=together(sockets(socket.AF_INET, socket.SOCK_STREAM, MPTCP, "a kernel with MPTCP"), landlock_older_than(8)),
    leaves=("kernel socket",),
)
