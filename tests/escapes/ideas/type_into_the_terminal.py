"""Put words into a terminal as if its user had typed them (TIOCSTI)."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import setting


def attack(call: Call, given: Given) -> bool:
    import os

    call("setsid")
    terminal, slave = os.openpty()
    os.open(os.ttyname(slave), os.O_RDWR)  # the first terminal a session's leader opens is the session's
    for character in b"rm -rf\n":
        call("ioctl", slave, 0x5412, bytes([character]))
    return os.read(slave, 64) == b"rm -rf\n" and bool(terminal)


ATTACK = Attack(walls=("seccomp", "pivot_root", "landlock"), needs=setting("dev/tty/legacy_tiocsti", "1"), leaves=("kernel call",))
