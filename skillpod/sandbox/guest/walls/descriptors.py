"""``descriptors``: a guest holds its output, its wire, its line to the network where it has one, and no other handle on anything.

A descriptor is a right no path check sees: the zygote's control socket, another guest's pidfd. Source: close_range(2).
"""

from __future__ import annotations

import _socket
import fcntl
import os
from collections.abc import Sequence

WIRE = 3
"""The only descriptor of a guest beside 0, 1 and 2, unless it was granted the network."""

LINE, BLANK = 4, 5
"""Then it has the line on which it asks for connections; and a socket that is connected to nothing and never will be, for no guest may
connect one: what a socket is before its connection was handed over."""


def place(wire: int, output: int, reaching: Sequence[int] = ()) -> None:
    """The wire, the output and, in a guest that is ``reaching``, its line and the blank take their numbers, and the input is opened anew,
    in the guests' own root: what the fork copied is one open file with all guests', whose flags they all read and set (fcntl(2), F_SETFL),
    and is on a mount of the host's that may be changed."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(output, 1)
    os.dup2(output, 2)
    aside = [out_of_their_places(descriptor) for descriptor in reaching]
    for number, descriptor in zip((WIRE, LINE, BLANK), (wire, *aside), strict=False):
        if descriptor == number:  # dup3(2) refuses a descriptor onto itself, and what came over a socket is inherited by what is started
            os.set_inheritable(number, False)
        else:
            os.dup2(descriptor, number, inheritable=False)


def blank() -> int:
    """What becomes BLANK in every guest. Raises OSError."""
    return out_of_their_places(_socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).detach())


def close(*, is_reaching: bool) -> str:
    os.closerange((BLANK if is_reaching else WIRE) + 1, 2**31 - 1)
    return "0, 1, 2, the wire, the line and a blank" if is_reaching else "0, 1, 2 and the wire"


def out_of_their_places(descriptor: int) -> int:
    """The same file under a number that no guest's own will take. ``descriptor`` is closed."""
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, BLANK + 1)
    finally:
        os.close(descriptor)
