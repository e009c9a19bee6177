"""Names and addresses in place of the C library's look-ups: literals are read here, names are asked for on the line."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any

from skillpod.sandbox.guest.network.asker import Asker

_SERVICES = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ssh": 22, "smtp": 25, "domain": 53, "imap": 143, "imaps": 993}
"""A guest has no /etc/services."""

_PROTOCOLS = {socket.SOCK_STREAM: socket.IPPROTO_TCP, socket.SOCK_DGRAM: socket.IPPROTO_UDP}
_LOOPBACK = {socket.AF_INET: ("127.0.0.1",), socket.AF_INET6: ("::1",), socket.AF_UNSPEC: ("::1", "127.0.0.1")}
_ANY = {socket.AF_INET: ("0.0.0.0",), socket.AF_INET6: ("::",), socket.AF_UNSPEC: ("0.0.0.0", "::")}  # noqa: S104  # SAFE: named; nothing is bound

_FRESH_SECONDS, _FRESH = 2.0, 256

Place = tuple[Any, ...]
"""(ip, port), or of IPv6 (ip, port, flow, scope)."""


class Names:
    """The look-ups of ``socket``, by their names there."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._fresh: dict[tuple[str, int], tuple[float, Sequence[str]]] = {}

    def getaddrinfo(
        self, host: object, port: object, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, Place]]:
        """As socket.getaddrinfo; of no stated type the stream alone, for no other can be had here."""
        number = _port(port)
        kind = socket.SocketKind(type & 0xF or socket.SOCK_STREAM)
        protocol = proto or _PROTOCOLS.get(kind, 0)
        name = (flags & socket.AI_CANONNAME and _text(host)) or ""
        found = [
            (socket.AddressFamily(version(ip)), kind, protocol, name, place_of(ip, number))
            for ip in self.addresses(host, number, family, flags)
            if family in (socket.AF_UNSPEC, version(ip))
        ]
        if not found:
            raise socket.gaierror(socket.EAI_ADDRFAMILY, "Address family for hostname not supported")
        return found

    def gethostbyname(self, host: object) -> str:
        return str(self.gethostbyname_ex(host)[2][0])

    def gethostbyname_ex(self, host: object) -> tuple[str, list[str], list[str]]:
        found = [ip for ip in self.addresses(host, 0, socket.AF_INET, 0) if version(ip) == socket.AF_INET]
        if not found:
            raise socket.gaierror(socket.EAI_ADDRFAMILY, "Address family for hostname not supported")
        return _text(host), [], found

    def getnameinfo(self, place: Place, flags: int) -> tuple[str, str]:
        """An address stays one: nobody is asked what it is called."""
        return str(place[0]), str(place[1])

    def gethostbyaddr(self, host: object) -> tuple[str, list[str], list[str]]:
        raise socket.herror(1, "skillpod: a guest can't look up what an address is called")

    def addresses(self, host: object, port: int, family: int, flags: int) -> Sequence[str]:
        """Raises PermissionError, socket.gaierror."""
        text = _text(host)
        if not text:
            return (_ANY if flags & socket.AI_PASSIVE else _LOOPBACK)[socket.AddressFamily(family)]
        if literal(text):
            return (text,)
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._asked(text, port)

    def _asked(self, name: str, port: int) -> Sequence[str]:
        """What was just answered is not asked again: the host looks at each connection anyway."""
        until, found = self._fresh.get((name, port), (0.0, ()))
        if monotonic() >= until:
            found = self._asker.resolve(name, port)
            if len(self._fresh) >= _FRESH:
                self._fresh.clear()
            self._fresh[name, port] = (monotonic() + _FRESH_SECONDS, found)
        return found


def version(ip: str) -> int:
    return socket.AF_INET6 if ":" in ip else socket.AF_INET


def literal(text: str) -> bool:
    """Whether it is an address as addresses are written."""
    try:
        socket.inet_pton(version(text), text)
    except (OSError, ValueError):
        return False
    return True


def place_of(ip: str, port: int) -> Place:
    return (ip, port, 0, 0) if ":" in ip else (ip, port)


def _text(host: object) -> str:
    if host is None:
        return ""
    if isinstance(host, bytes | bytearray):
        return bytes(host).decode("ascii", "backslashreplace")
    if isinstance(host, str):
        return host
    raise TypeError("getaddrinfo() argument 1 must be string or None")


def _port(port: object) -> int:
    """Raises socket.gaierror for a service that is no number and not known here."""
    if port is None or port == "" or port == b"":
        return 0
    if isinstance(port, int):
        return port & 0xFFFF
    text = _text(port)
    if text.isdecimal():
        return int(text) & 0xFFFF
    if text not in _SERVICES:
        raise socket.gaierror(socket.EAI_SERVICE, f"Servname not supported: {text}")
    return _SERVICES[text]
