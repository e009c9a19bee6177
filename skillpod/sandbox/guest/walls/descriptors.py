"""``descriptors``: a guest holds its output, its wire, its line to the network where it has one, and no other handle on anything.

A descriptor is a right no path check sees: the zygote's control socket, another guest's pidfd. Source: close_range(2).
"""

from __future__ import annotations

import fcntl
import os

WIRE = 3
"""The only descriptor of a guest beside 0, 1 and 2, unless it was granted the network."""

LINE = 4
"""Then it has the line on which it asks for connections."""


def place(wire: int, output: int, line: int | None) -> None:
    """The wire, the output and, where there is one, the line take their numbers, and the input is opened anew, in the guests' own root:
    what the fork copied is one open file with all guests', whose flags they all read and set (fcntl(2), F_SETFL), and is on a mount of the
    host's that may be changed."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(output, 1)
    os.dup2(output, 2)
    aside = () if line is None else (out_of_their_places(line),)
    for number, descriptor in zip((WIRE, LINE), (wire, *aside), strict=False):
        if descriptor == number:  # dup3(2) refuses a descriptor onto itself, and what came over a socket is inherited by what is started
            os.set_inheritable(number, False)
        else:
            os.dup2(descriptor, number, inheritable=False)


def close(*, is_reaching: bool) -> str:
    os.closerange((LINE if is_reaching else WIRE) + 1, 2**31 - 1)
    return "0, 1, 2, the wire and the line" if is_reaching else "0, 1, 2 and the wire"


def out_of_their_places(descriptor: int) -> int:
    """The same file under a number that no guest's own will take. ``descriptor`` is closed."""
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, LINE + 1)
    finally:
        os.close(descriptor)
