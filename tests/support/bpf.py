"""A classic BPF machine, as far as seccomp filters use one: what a program answers to a system call, for any architecture's table."""

from __future__ import annotations

import struct
from collections.abc import Iterable


def strictest(answers: Iterable[int]) -> int:
    """What the kernel does when several filters on a process answer (seccomp(2)): of the actions, read as signed, the lowest."""
    return min(answers, key=lambda answer: (answer & 0xFFFF0000) - ((answer & 0x80000000) << 1))


def answer(program: bytes, number: int, *arguments: int, architecture: int) -> int:
    """The filter's return value for one call (seccomp(2): struct seccomp_data)."""
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *(value & (1 << 64) - 1 for value in padded))
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, k = struct.unpack_from("=HBBI", program, at * 8)
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, k)
            case 0x54:
                accumulator &= k
            case 0x05:
                at += k
            case 0x15:
                at += if_true if accumulator == k else if_false
            case 0x35:
                at += if_true if accumulator >= k else if_false
            case 0x06:
                return int(k)
            case _:
                raise ValueError(f"no such instruction: {code:#x}")
