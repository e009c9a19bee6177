"""Make a pair of connected sockets, which asyncio needs, and send from one of them to somewhere else."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0] as out:
        return out.sendto(b"hunter2", given["datagrams"]) == 7


ATTACK = Attack(
    walls=("seccomp", "network_namespace", "landlock_scopes"),
    seen=lambda host, patience: host.heard(host.datagrams, patience) == b"hunter2",
)
