"""What an address leads to: the public internet, this machine and its networks, the link beside it, or nowhere.

The tables are ours and not those of ``ipaddress``, whose answers changed between patch releases of Python. Sources: the IANA registries of
special-purpose addresses (RFC 6890), RFC 6052 and 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo), RFC 6598 (shared address space).
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IP = IPv4Address | IPv6Address


class Reach(IntEnum):
    """Ordered: where an address holds another, the worse of the two counts."""

    PUBLIC = 0
    PRIVATE = 1  # this machine, or a network that is not the internet
    LINK = 2  # the link beside this machine, and the services a cloud puts there: credentials are given out at some of them
    NOWHERE = 3  # many hosts at once, or none


_IPV4 = {
    Reach.PRIVATE: (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
    ),
    Reach.LINK: ("169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),
    Reach.NOWHERE: ("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"),
}
_IPV6 = {
    Reach.PUBLIC: ("2000::/3",),
    Reach.PRIVATE: ("::1/128", "64:ff9b:1::/48", "2001::/23", "2001:db8::/32", "3fff::/20", "fc00::/7"),
    Reach.LINK: ("fe80::/10", "fec0::/10", "fd00:ec2::254/128", "fd20:ce::254/128"),
    Reach.NOWHERE: ("::/128", "ff00::/8"),
}
_MAPPED, _COMPATIBLE, _TRANSLATED = IPv6Network("::ffff:0:0/96"), IPv6Network("::/96"), IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR, _TEREDO = IPv6Network("2002::/16"), IPv6Network("2001::/32")

_ODD = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)
"""The last label of what getaddrinfo takes for an address, though no address is written so: ``0x7f.1``, ``2130706433``, ``127.1``."""


@lru_cache(1024)
def literal(text: str) -> IP | None:
    """The address that a text is; None for a name. Raises ValueError for what is neither: a zone, an odd spelling."""
    if "%" in text:
        raise ValueError(f"{text!r} names a zone of this machine; write an address without one")
    try:
        return ip_address(text)
    except ValueError:
        if ":" in text or _ODD.match(text.rpartition(".")[2]):
            raise ValueError(f"{text!r} is no host name, and no address as addresses are written") from None
    return None


@lru_cache(1024)
def reach(address: IP) -> Reach:
    """Where it leads, with what it leads through."""
    if isinstance(address, IPv4Address):
        return _worst(_V4, address, Reach.PUBLIC)
    if address in _MAPPED or (address in _COMPATIBLE and int(address) > 1):
        return reach(IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _TRANSLATED:
        return reach(IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _SIX_TO_FOUR:
        return max(Reach.PRIVATE, reach(IPv4Address(int(address) >> 80 & 0xFFFFFFFF)))
    if address in _TEREDO:
        server, client = int(address) >> 64 & 0xFFFFFFFF, ~int(address) & 0xFFFFFFFF
        return max(Reach.PRIVATE, reach(IPv4Address(server)), reach(IPv4Address(client)))
    return _worst(_V6, address, Reach.NOWHERE)


def words(kind: Reach) -> str:
    """For a message: ``a private address``."""
    return _WORDS[kind]


_WORDS = {
    Reach.PUBLIC: "a public address",
    Reach.PRIVATE: "an address of this machine or its networks",
    Reach.LINK: "an address of the link beside this machine, or a cloud's metadata service",
    Reach.NOWHERE: "no address of one host",
}


def _networks(
    table: dict[Reach, tuple[str, ...]],
) -> tuple[tuple[Reach, tuple[IPv4Network | IPv6Network, ...]], ...]:
    return tuple((kind, tuple(map(ip_network, texts))) for kind, texts in sorted(table.items(), reverse=True))


_V4, _V6 = _networks(_IPV4), _networks(_IPV6)


def _worst(table: tuple[tuple[Reach, tuple[IPv4Network | IPv6Network, ...]], ...], address: IP, otherwise: Reach) -> Reach:
    return next((kind for kind, networks in table if any(address in network for network in networks)), otherwise)
