"""Secrets: where the operator keeps one, to which host it is bound, and its value, which nothing shows by accident."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NoReturn

LARGEST = 64 * 1024
"""Bytes of a value."""


class Kept(Enum):
    """Where a secret is kept, as pod.yaml names it."""

    ENVIRONMENT = "environment"  # a variable of the pod's own
    FILE = "file"
    KEYRING = "keyring"
    COMMAND = "command"  # a program that says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A secret that no skill sees: the host itself puts it into ``header`` of requests to one host, by ``format``, which has ``{}`` where
    the value stands. ``scheme`` is https but where the operator says otherwise."""

    host: str
    ports: tuple[int, ...]
    header: str = "Authorization"
    format: str = "Bearer {}"
    scheme: str = "https"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSource:
    """``place`` is the name of a variable, an absolute path, a service and a user, or a fixed argv. What a keyring or a command said is
    kept for ``keep`` seconds."""

    kept: Kept
    place: tuple[str, ...] = field(repr=False)  # an argument of a command may be what nobody should read
    bound: Bound | None = None
    keep: float = 60.0

    @property
    def words(self) -> str:
        """The source, for people; of a command its program alone: an argument may be what nobody should read."""
        match self.kept:
            case Kept.ENVIRONMENT:
                return f"the variable {self.place[0]}"
            case Kept.FILE:
                return f"the file {self.place[0]}"
            case Kept.KEYRING:
                return f"the keyring (service {self.place[0]}, user {self.place[1]})"
            case Kept.COMMAND:
                return f"the command {self.place[0]}"


class Secret:
    """A name and its value. It has no repr that shows the value, is never equal to another, and can't be pickled: whoever wants the value
    says ``reveal``."""

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.name})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")
