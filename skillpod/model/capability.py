"""Rights: what a manifest asks, what a policy gives, how a guest is contained and how long it lives."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum, IntEnum
from typing import Any


class Tier(IntEnum):
    """The privilege class of what is asked. Ordered: a higher tier covers a lower one."""

    READ_ONLY = 0
    WRITE = 1
    NETWORK = 2
    SYSTEM = 3

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", "-")

    @classmethod
    def of(cls, word: str) -> Tier:
        return cls[word.upper().replace("-", "_")]


class Isolation(Enum):
    JAIL = "jail"
    MODULE = "module"


class Lifetime(Enum):
    CALL = "call"
    SESSION = "session"
    SKILL = "skill"


class Access(Enum):
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, order=True)
class VolumeAsk:
    name: str
    access: str  # "read" | "write"


@dataclass(frozen=True, slots=True, order=True)
class NetworkAsk:
    """``host`` is an exact name, an IP address, or ``*.suffix`` for every name below one; ``addresses`` is ``public``, or ``private`` where
    the host may also be one of this machine or its networks."""

    host: str
    ports: tuple[int, ...]
    addresses: str = "public"  # | "private"

    @property
    def endpoints(self) -> tuple[str, ...]:
        return tuple(endpoint(self.host, port) for port in self.ports)

    def as_dict(self) -> dict[str, Any]:
        private = {"addresses": self.addresses} if self.addresses != "public" else {}
        return {"host": self.host, "ports": list(self.ports), **private}


def endpoint(host: str, port: int) -> str:
    """``api.example.com:443``, ``[::1]:443``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def host_and_port(text: str) -> tuple[str, int] | None:
    """The two parts of an endpoint; None for a text that is none."""
    host, _, port = text.rpartition(":")
    return (host.strip("[]"), int(port)) if host and port.isascii() and port.isdigit() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Rights to named resources. The same shape is an ask (in a manifest) and a grant (in an Admission); empty means nothing."""

    volumes: frozenset[VolumeAsk] = frozenset()
    network: frozenset[NetworkAsk] = frozenset()
    secrets: frozenset[str] = frozenset()
    environment: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))

    @property
    def needs(self) -> Tier:
        """The lowest tier that covers what is here."""
        if self.programs:
            return Tier.SYSTEM
        if self.network or self.secrets:
            return Tier.NETWORK
        if any(volume.access == Access.WRITE.value for volume in self.volumes):
            return Tier.WRITE
        return Tier.READ_ONLY

    def narrow(self, other: Permissions) -> Permissions:
        """What is in both. There is no widen."""
        return Permissions(**{field.name: getattr(self, field.name) & getattr(other, field.name) for field in fields(self)})

    def as_dict(self) -> dict[str, Any]:
        """JSON in a fixed order, for digests, the journal and people."""
        return {
            "volumes": [{"name": ask.name, "access": ask.access} for ask in sorted(self.volumes)],
            "network": [ask.as_dict() for ask in sorted(self.network)],
            "secrets": sorted(self.secrets),
            "environment": sorted(self.environment),
            "programs": sorted(self.programs),
        }


Grants = Permissions
NOTHING = Permissions()
