"""Read the memory of another skill's guest.

The victim takes off its mark, as in ``ptrace``.
"""

from tests.escapes.attack import Attack, Call, Given


def victim(call: Call, given: Given) -> dict[str, int]:
    import contextlib
    import ctypes
    import os
    import sys

    with contextlib.suppress(PermissionError):
        call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
    secret = ctypes.create_string_buffer(b"hunter2")
    sys.modules["secret"] = secret  # type: ignore[assignment]  # SAFE: any place where it is kept will do
    return {"victim": os.getpid(), "address": ctypes.addressof(secret)}


def attack(call: Call, given: Given) -> bool:
    import ctypes
    import struct

    read = ctypes.create_string_buffer(7)
    ours, theirs = struct.pack("PN", ctypes.addressof(read), 7), struct.pack("PN", given["address"], 7)
    return call("process_vm_readv", given["victim"], ours, 1, theirs, 1, 0) == 7 and read.raw == b"hunter2"


ATTACK = Attack(walls=("seccomp", "landlock", "guest_identity"), leaves=("kernel call",))
