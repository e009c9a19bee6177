"""What an author declares, and the functions an agent can call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from skillpod.model.capability import NOTHING, Lifetime, Permissions, Tier
from skillpod.model.conditions import FREE, Conditions

KIB = 1024
MIB = 1024 * KIB

DESCRIPTION_LIMIT = 1024
"""Characters of a tool's or a skill's description."""
SCHEMA_LIMIT = 64 * KIB
"""JSON bytes of one tool's schemas: they are put before a model with every request."""
TOOLS_LIMIT = 128
"""Tools of one skill, functions and programs together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``wall`` and ``cpu`` in seconds, the others in bytes; ``threads`` and ``connections`` are counts. ``traffic`` is of one call, both
    ways together. The defaults are DESIGN.md's."""

    wall: float = 10.0
    cpu: float = 5.0
    memory: int = 256 * MIB
    threads: int = 16
    output: int = 1 * MIB
    scratch: int = 64 * MIB
    connections: int = 16
    traffic: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class GuestCount:
    min: int = 0
    max: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageAsk:
    """One line of the lock: this version, as one of these wheels (``sha256:`` and hex, one for each platform). ``name`` is normalised;
    ``imports`` are the top-level modules the skill's own code may import from it; ``is_native``: it has machine code."""

    name: str
    version: str
    hashes: tuple[str, ...]
    imports: tuple[str, ...]
    is_native: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "hashes": list(self.hashes),
            "imports": list(self.imports),
            "native": self.is_native,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Requires:
    """``packages`` are all that are needed, also by one another, in the order they are searched in."""

    skillpod: str = ""
    python: str = ""
    skills: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    packages: tuple[PackageAsk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillTest:
    """One of the manifest's tests: a call under these ``conditions``, and what its result must be (``expect`` counts only when
    ``has_expect``)."""

    tool: str
    arguments: Mapping[str, Any]
    expect: Any = None
    has_expect: bool = False
    conditions: Conditions = FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``entry`` is empty when no file is one; ``scripts`` are files run as programs, one tool each; ``frontmatter`` is SKILL.md's, as it
    stands there, empty when there is none."""

    name: str
    version: str
    description: str
    author: str
    license: str = ""
    entry: str = "handler.py"
    scripts: tuple[str, ...] = ()
    frontmatter: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
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
class ScriptArgument:
    """How one property of a script's input schema becomes words of its command line. ``flag`` is empty for a positional argument;
    ``takes`` is ``value``, ``values`` (one word each), ``each`` (the flag again before every value), ``nothing`` (the flag alone, when
    true), ``negated`` (the flag alone, when false) or ``count`` (the flag as often as the number says)."""

    name: str
    flag: str
    takes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A file that is run as a program. ``is_plain``: its command line could not be read, so it takes ``{args, stdin}``; else
    ``arguments`` say how its words are made, flags first, positional ones in order behind them. ``stdin`` is always a property too."""

    file: str
    is_plain: bool
    arguments: tuple[ScriptArgument, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """One function an agent can call. ``exported`` is its public name; schemas are JSON Schema 2020-12, self-contained.

    ``hints`` are the decorator's literals (title, read_only, destructive, idempotent, category, deprecated) and the manifest's
    ``tools.<name>`` entries. ``context`` is the name of the parameter that takes the Context, or empty. ``is_content``: the value is a
    list of content blocks (``docs/content.md``) and has no output schema. ``refines`` is the signature's own schema when the manifest
    gives a narrower ``input_schema``: arguments must fit both. ``script`` is set for a tool that runs a program of the skill.
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
    is_content: bool = False
    refines: Mapping[str, Any] | None = None
    script: Script | None = None

    def signature(self) -> dict[str, Any]:
        """What a guest must say of itself, in this order, or it has drifted."""
        return {
            "name": self.name,
            "is_async": self.is_async,
            "context": self.context,
            "parameters": [{"name": p.name, "kind": p.kind, "required": p.required} for p in self.parameters],
        }
