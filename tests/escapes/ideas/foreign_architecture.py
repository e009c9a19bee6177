"""Make a call by another architecture's numbers, which mean other calls (int 0x80)."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.probes import runs, x86_64

MACHINE_CODE = """
import ctypes, mmap, os
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("b814000000cd80c3"))
raise SystemExit(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))() != os.getpid())
"""


def attack(call: Call, given: Given) -> bool:
    import ctypes
    import mmap
    import os

    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    return bool(function() == os.getpid())


ATTACK = Attack(
    walls=("seccomp",),
    fails=("SIGSYS",),
    lacks=x86_64,
    needs=runs(MACHINE_CODE, "a kernel that runs 32-bit programs"),
)
