"""Send out-of-band data on a local socket, which has been a way into the kernel."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import socket

    ours, theirs = socket.socketpair()
    with ours, theirs:
        return ours.send(b"x", socket.MSG_OOB) == 1


ATTACK = Attack(walls=("seccomp",))
