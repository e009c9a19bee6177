"""Make a socket between virtual machines, for which no namespace and no rule of Landlock is a wall."""

import socket

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import AF_VSOCK, sockets


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(40, socket.SOCK_STREAM) as out:
        out.bind((0xFFFFFFFF, 0xFFFFFFFF))
    return True


ATTACK = Attack(walls=("seccomp",), needs=sockets(AF_VSOCK, socket.SOCK_STREAM, 0, "a kernel with AF_VSOCK"), leaves=("kernel socket",))
