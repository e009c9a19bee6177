"""Ask the kernel what networks the host is in."""

import socket

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import socket

    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
    return bool({name for _, name in socket.if_nameindex()} & set(given["interfaces"]))


ATTACK = Attack(
    walls=("seccomp", "network_namespace"),
    needs=lambda: "" if len(socket.if_nameindex()) > 1 else "a host with a network",
    leaves=("kernel socket",),
)
