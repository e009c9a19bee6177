# expect: none
"""Calculates with IP networks."""

import ipaddress
import socket
import struct

from skillpod import tool


def _dotted(number: int) -> str:
    return socket.inet_ntoa(struct.pack("!I", number))


@tool(read_only=True)
def subnet(network: str) -> dict:
    """Describe a network such as 10.0.0.0/8."""
    try:
        net = ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise ValueError(f"not a network: {error}") from None
    hosts = net.num_addresses - 2 if net.version == 4 and net.prefixlen < 31 else net.num_addresses
    return {
        "network": str(net.network_address),
        "broadcast": str(getattr(net, "broadcast_address", "")),
        "netmask": str(net.netmask),
        "hosts": hosts,
        "private": net.is_private,
        "reverse": net.reverse_pointer,
        "first": _dotted(int(net.network_address) + 1) if net.version == 4 else str(net[1]),
    }


@tool(read_only=True)
def summarize(networks: list[str]) -> list[str]:
    """Join networks that lie side by side."""
    found = {4: [], 6: []}
    for text in networks:
        net = ipaddress.ip_network(text)
        found[net.version].append(net)
    return [str(each) for version in found for each in ipaddress.collapse_addresses(found[version])]


@tool(read_only=True)
def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text)
        except OSError:
            continue
        return True
    return False
