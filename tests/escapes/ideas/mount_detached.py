"""Make a file system that is mounted nowhere. Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import namespaces


def attack(call: Call, given: Given) -> bool:
    made = call("fsopen", b"tmpfs", 0)
    call("fsconfig", made, 6, 0, 0, 0)
    return call("fsmount", made, 0, 0) >= 0


ATTACK = Attack(walls=("seccomp", "capabilities"), needs=namespaces, leaves=("kernel call",))
