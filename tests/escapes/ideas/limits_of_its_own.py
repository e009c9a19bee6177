"""Allow itself a larger stack."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import generous_stack


def attack(call: Call, given: Given) -> bool:
    import resource
    import struct

    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    return call("setrlimit", int(resource.RLIMIT_STACK), struct.pack("qq", soft * 2, hard)) == 0


ATTACK = Attack(walls=("seccomp", "rlimits"), needs=generous_stack)
