"""``descriptors``: a guest holds its output, its wire and no other handle on anything.

A descriptor is a right no path check sees: the zygote's control socket, another guest's pidfd. Source: close_range(2).
"""

from __future__ import annotations

import fcntl
import os

WIRE = 3
"""The only descriptor of a guest beside 0, 1 and 2."""


def place(wire: int, output: int) -> None:
    """The wire and the output take their numbers, and the input is opened anew, in the guests' own root: what the fork copied is one open
    file with all guests', whose flags they all read and set (fcntl(2), F_SETFL), and is on a mount of the host's that may be changed."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if wire != WIRE:  # dup3(2) refuses a descriptor onto itself
        os.dup2(wire, WIRE, inheritable=False)


def close() -> str:
    os.closerange(WIRE + 1, 2**31 - 1)
    return "0, 1, 2 and the wire"


def out_of_the_wires_place(descriptor: int) -> int:
    """The same file under a number no guest's wire will take."""
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, WIRE + 1)
    finally:
        os.close(descriptor)
