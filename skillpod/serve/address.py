"""Where the doors of a pod are: the sockets in its HOME, however long the path, and the address of the HTTP door."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from skillpod.errors import CommandInvalid

SOCKET = "pod.sock"
MCP_SOCKET = "mcp.sock"
MCP_PATH = "/mcp"
_LONGEST_ADDRESS = 107  # bytes of sun_path without its closing NUL (unix(7))
_HOST_AND_PORT = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\[\]:]+)):([0-9]{1,5})")


@contextmanager
def socket_address(home: Path, name: str = SOCKET) -> Iterator[str]:
    """A path that can be given to ``bind`` or ``connect``; it is good until the context ends.

    A HOME whose path is longer than a socket address may be is reached through its own descriptor (proc_pid_fd(5)).
    Raises OSError when HOME is not a directory we may open.
    """
    address = os.path.join(home, name)
    if len(os.fsencode(address)) <= _LONGEST_ADDRESS:
        yield address
        return
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """``host`` is an IP address, ``port`` 0 means any that is free."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.host).is_loopback

    @property
    def is_every(self) -> bool:
        """Whether it is every address of the machine: ``0.0.0.0`` or ``::``."""
        return ipaddress.ip_address(self.host).is_unspecified

    @property
    def url(self) -> str:
        """Where a client on this machine finds the MCP door."""
        version = ipaddress.ip_address(self.host).version
        host = self.host if not self.is_every else "127.0.0.1" if version == 4 else "::1"
        return f"http://{f'[{host}]' if version == 6 else host}:{self.port}{MCP_PATH}"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


DEFAULT = HttpAddress("127.0.0.1", 4764)


def parse_address(text: str) -> HttpAddress:
    """``127.0.0.1:4764``, ``[::1]:4764`` or ``localhost:4764``. Raises CommandInvalid."""
    found = _HOST_AND_PORT.fullmatch(text)
    try:
        if found is None or int(found[3]) > 65535:
            raise ValueError
        host = found[1] or found[2]
        return HttpAddress("127.0.0.1" if host == "localhost" else str(ipaddress.ip_address(host)), int(found[3]))
    except ValueError:
        raise CommandInvalid(
            f"`{text}` is no address to listen on", at="http", hint="an IP address and a port, as in 127.0.0.1:4764 or [::1]:4764"
        ) from None
