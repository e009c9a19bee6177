"""Look for a descriptor that the zygote left open: its own line to the host."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os
    import socket
    import stat

    for number in range(4, 4096):
        try:
            is_socket = stat.S_ISSOCK(os.fstat(number).st_mode)
        except OSError:
            continue
        if is_socket and socket.socket(fileno=os.dup(number)).type == socket.SOCK_SEQPACKET:
            return True
    return False


ATTACK = Attack(walls=("descriptors",), fails=("nothing",))
