"""What a guest's Landlock ruleset handles and grants, as numbers for this kernel's ABI; the zygote only makes the calls.

Sources: landlock(7), Linux ``Documentation/userspace-api/landlock.rst``, ``include/uapi/linux/landlock.h``.
"""

from __future__ import annotations

import ctypes
from dataclasses import asdict, dataclass
from typing import Any

CREATE_RULESET = 444  # the same on every architecture, as are 445 (add_rule) and 446 (restrict_self)
_VERSION = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (1 << bit for bit in range(6, 13))
REFER, TRUNCATE, IOCTL_DEV = (1 << bit for bit in range(13, 16))
BIND_TCP, CONNECT_TCP = 1, 2
ABSTRACT_UNIX_SOCKET, SIGNAL = 1, 2

_FILES_BY_ABI = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
_SCOPES_SINCE, _PORTS_SINCE = 6, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``files``, ``ports`` and ``scopes`` are handled (denied unless granted); the rest are the rights of a rule for a path."""

    abi: int
    files: int
    ports: int
    scopes: int
    read: int  # files and directories that are read
    listing: int  # a directory that may be listed and no more
    device: int  # /dev/null and its like
    scratch: int  # the guest's own directory: no execution, no sockets, no devices
    execute: int  # programs, and what they need: files and directories that are read, and started
    of_a_file: int  # what of a right can be had of a file that is no directory

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def abi() -> int:
    """The kernel's Landlock ABI, 0 when there is none. Asked by system call: nothing in /sys can be relied on."""
    libc = ctypes.CDLL(None, use_errno=True)
    answer: int = libc.syscall(ctypes.c_long(CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION))
    return max(answer, 0)


def plan(abi: int) -> Plan:
    """Everything the ABI can deny is handled; what is granted is cut to it."""
    files = 0
    for since, rights in _FILES_BY_ABI.items():
        files |= rights if abi >= since else 0
    scratch = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
    return Plan(
        abi=abi,
        files=files,
        ports=BIND_TCP | CONNECT_TCP if abi >= _PORTS_SINCE else 0,
        scopes=ABSTRACT_UNIX_SOCKET | SIGNAL if abi >= _SCOPES_SINCE else 0,
        read=(READ_FILE | READ_DIR) & files,
        listing=READ_DIR & files,
        device=(READ_FILE | WRITE_FILE) & files,
        scratch=scratch & files,
        execute=(EXECUTE | READ_FILE | READ_DIR) & files,
        of_a_file=(EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV) & files,
    )
