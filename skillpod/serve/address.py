"""Where the control socket of a HOME is, however long the path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET = "pod.sock"
_LONGEST_ADDRESS = 107  # bytes of sun_path without its closing NUL (unix(7))


@contextmanager
def socket_address(home: Path) -> Iterator[str]:
    """A path that can be given to ``bind`` or ``connect``; it is good until the context ends.

    A HOME whose path is longer than a socket address may be is reached through its own descriptor (proc_pid_fd(5)).
    Raises OSError when HOME is not a directory we may open.
    """
    address = os.path.join(home, SOCKET)
    if len(os.fsencode(address)) <= _LONGEST_ADDRESS:
        yield address
        return
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)
