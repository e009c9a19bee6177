"""Measure what the processor does."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import setting


def attack(call: Call, given: Given) -> bool:
    import struct

    attributes = struct.pack("IIQQQQQ", 1, 64, 0, 0, 0, 0, 0b1100001).ljust(64, b"\0")
    return call("perf_event_open", attributes, 0, -1, -1, 0) >= 0


ATTACK = Attack(walls=("seccomp",), needs=setting("kernel/perf_event_paranoid", "-1", "0", "1", "2"), leaves=("kernel call",))
