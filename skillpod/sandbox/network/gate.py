"""Which grant covers a destination: names by spelling, addresses by what they lead to. Nothing is looked up here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from skillpod.model.capability import NetworkAsk, endpoint
from skillpod.sandbox.asks.asking import Denied
from skillpod.sandbox.network.addresses import IP, Reach, literal, reach, words

ANY_BELOW = "*."
_PRIVATE = "private"
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_LONGEST = 253  # RFC 1035, without the last dot
_SHOWN = 12


class Barred(Denied):
    """A destination that was not granted. ``destination`` is ``host:port`` as it was asked for."""

    def __init__(self, message: str, destination: str) -> None:
        super().__init__(message)
        self.destination = destination


@dataclass(frozen=True, slots=True)
class Address:
    """One place to connect to. ``host`` is the name (or address) it was asked for by, and the one a grant covers."""

    host: str
    ip: IP
    port: int

    @property
    def destination(self) -> str:
        return endpoint(self.host, self.port)


class Gate:
    """What one generation's grants open. Every method raises Barred for what they don't, in words that name what they do."""

    def __init__(self, grants: Iterable[NetworkAsk]) -> None:
        self._grants = tuple(sorted(grants))

    def name(self, host: str, port: int = 0) -> str:
        """The host as grants spell it, when one covers it, at this port, or (port 0) at any."""
        spelt = self._spelt(host, port)
        if not self._covering(spelt, port):
            raise self.barred(spelt, port)
        return spelt

    def address(self, host: str, ip: IP, port: int) -> Address:
        """``host`` is what ``name`` gave, ``ip`` the host itself or what a resolver says it is; port 0 stands for any."""
        grants = self._covering(host, port)
        if not grants:
            raise self.barred(host, port)
        kind, is_literal = reach(ip), _is_literal(host)
        if any(_may_reach(grant, kind, is_literal=is_literal) for grant in grants):
            return Address(host, ip, port)
        where = endpoint(host, port) if port else host
        told = "it" if is_literal else str(ip)
        raise Barred(f"{where} was refused: {told} is {words(kind)}{_remedy(kind, is_literal=is_literal)}", where)

    def barred(self, host: str, port: int) -> Barred:
        """That no grant covers it."""
        where = endpoint(host, port) if port else host
        granted = [place for grant in self._grants for place in grant.endpoints]
        more = f" and {len(granted) - _SHOWN} more" if len(granted) > _SHOWN else ""
        return Barred(f"{where} was not granted (permissions.network: {', '.join(granted[:_SHOWN])}{more})", where)

    def _covering(self, host: str, port: int) -> list[NetworkAsk]:
        return [grant for grant in self._grants if _matches(grant.host, host) and (not port or port in grant.ports)]

    def _spelt(self, host: str, port: int) -> str:
        try:
            return spelt(host)
        except ValueError as fault:
            shown = host.encode("ascii", "backslashreplace").decode()
            if len(shown) > _LONGEST:  # a part of it might be a part of a secret, which nobody would know
                shown = f"a name of {len(host)} characters"
            raise Barred(f"{fault}", f"{shown}:{port}" if port else shown) from None


@lru_cache(1024)
def spelt(host: str) -> str:
    """A host name as it is compared: lower case, ASCII (RFC 5891 through Python's ``idna``), no last dot; an address in its one canonical
    form. Raises ValueError for what is neither."""
    address = literal(host)
    if address is not None:
        return str(address)
    try:
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise ValueError(f"{host[:_LONGEST]!r} is no host name") from None
    literal(name)  # full-width digits become plain ones on the way
    if not name or len(name) > _LONGEST or not all(map(_LABEL.match, name.split("."))):
        raise ValueError(f"{host[:_LONGEST]!r} is no host name")
    return name


def _matches(granted: str, host: str) -> bool:
    if granted.startswith(ANY_BELOW):
        return not _is_literal(host) and host.endswith(granted[1:]) and len(host) > len(granted) - 1
    return granted == host


def _may_reach(grant: NetworkAsk, kind: Reach, *, is_literal: bool) -> bool:
    if kind is Reach.PUBLIC:
        return True
    if grant.addresses != _PRIVATE:
        return False
    return kind is Reach.PRIVATE or (kind is Reach.LINK and is_literal)


def _remedy(kind: Reach, *, is_literal: bool) -> str:
    if kind is Reach.NOWHERE:
        return ""
    by = "" if kind is Reach.PRIVATE or is_literal else ", as an address and not by a name"
    return f"; permissions.network must ask for it with `addresses: private`{by}"


@lru_cache(1024)
def _is_literal(host: str) -> bool:
    try:
        return literal(host) is not None
    except ValueError:
        return False
