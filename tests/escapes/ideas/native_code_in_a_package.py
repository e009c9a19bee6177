"""Map machine code out of a package that is said to have none. What was looked at is Python then, and the rest is data."""

from pathlib import Path

from tests.escapes.packaged import open_place, tried, words

STOPPED_BY = ("pivot_root",)
_MAP = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
opened = os.open(WHERE, os.O_RDONLY)
mapped = libc.mmap(None, ctypes.c_size_t(4096), 5, 2, opened, ctypes.c_long(0))  # PROT_READ | PROT_EXEC, MAP_PRIVATE
if mapped == 2**64 - 1:
    raise OSError(ctypes.get_errno(), 'mmap')
got = 'mapped'
"""


def in_the_jail(folder: Path) -> None:
    with open_place() as place:
        package = words(place)
        assert tried(_MAP.replace("WHERE", "'/packages/words/words/__init__.py'"), package) == "PermissionError"


def without_the_wall(folder: Path) -> None:
    with open_place() as place:
        package = words(place)
        source = _MAP.replace("WHERE", repr(f"{package.place}/words/__init__.py"))
        assert tried(source, package, without=("pivot_root", "landlock")) == "mapped"
