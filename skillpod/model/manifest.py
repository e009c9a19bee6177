"""What an author declares, and the functions an agent can call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from skillpod.model.capability import NOTHING, Lifetime, Permissions, Tier

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``wall`` and ``cpu`` in seconds, the others in bytes, ``threads`` a count. The defaults are DESIGN.md's."""

    wall: float = 10.0
    cpu: float = 5.0
    memory: int = 256 * MIB
    threads: int = 16
    output: int = 1 * MIB
    scratch: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class GuestCount:
    min: int = 0
    max: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Requires:
    skillpod: str = ""
    python: str = ""
    skills: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillTest:
    """One of the manifest's tests: a call, and what its result must be (``expect`` counts only when ``has_expect``)."""

    tool: str
    arguments: Mapping[str, Any]
    expect: Any = None
    has_expect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    name: str
    version: str
    description: str
    author: str
    license: str = ""
    entry: str = "handler.py"
    instructions: str = "README.md"
    tier: Tier = Tier.READ_ONLY
    permissions: Permissions = NOTHING
    limits: Limits = Limits()
    lifetime: Lifetime = Lifetime.CALL
    guests: GuestCount = GuestCount()
    concurrency: int = 1
    config_schema: Mapping[str, Any] | None = None
    state_version: int = 1
    requires: Requires = Requires()
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    tests: tuple[SkillTest, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter as the signature has it: what host and guest compare. ``kind`` is ``inspect.Parameter.kind.name``."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """One function an agent can call. ``exported`` is its public name; schemas are JSON Schema 2020-12, self-contained.

    ``hints`` are the decorator's literals (title, read_only, destructive, idempotent, category, deprecated) and the manifest's
    ``tools.<name>`` entries. ``context`` is the name of the parameter that takes the Context, or empty.
    """

    skill: str
    name: str
    exported: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None
    parameters: tuple[Parameter, ...]
    is_async: bool = False
    context: str = ""
    hints: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def signature(self) -> dict[str, Any]:
        """What a guest must say of itself, in this order, or it has drifted."""
        return {
            "name": self.name,
            "is_async": self.is_async,
            "context": self.context,
            "parameters": [{"name": p.name, "kind": p.kind, "required": p.required} for p in self.parameters],
        }
