"""Leave a local socket in a volume, on which to wait for programs of the host."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as waiting:
        waiting.bind(volume(given, "out") + "/left")
    return True


ATTACK = Attack(
    walls=("seccomp", "landlock"),
    volumes={"data": "read", "out": "write"},
    seen=lambda host, patience: (host.volumes["out"] / "left").is_socket(),
    leaves=("kernel socket",),
)
