"""What passes between a caller, a guest and the report of its walls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from skillpod.model.bundle import Bundle
from skillpod.model.decision import Admission
from skillpod.model.digest import Digest
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.model.provision import NONE, Provision
from skillpod.model.reach import NOTHING, Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """``wall`` and ``cpu`` in seconds; ``peak`` resident bytes, a high-water mark since the guest started; ``reach`` is what was reached
    by leave."""

    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    reach: Reach = NOTHING

    def as_dict(self) -> dict[str, Any]:
        """``reach`` is left out where it is nothing."""
        said: dict[str, Any] = {"wall": round(self.wall, 6), "cpu": round(self.cpu, 6), "peak": self.peak}
        if self.reach is not NOTHING:
            said["reach"] = self.reach.as_dict()
        return said

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Usage:
        """From what ``as_dict`` gave."""
        reach = Reach.of(said["reach"]) if "reach" in said else NOTHING
        return cls(wall=said["wall"], cpu=said["cpu"], peak=said["peak"], reach=reach)


_CHARGED = "skillpod_usage"


def charge(fault: BaseException, usage: Usage) -> None:
    """What a call used that gave no reply goes with what ended it: an error, or its caller's cancellation."""
    fault.__dict__[_CHARGED] = usage


def charged(fault: BaseException) -> Usage | None:
    """What the call used that this ended; None where no guest had begun it."""
    usage = fault.__dict__.get(_CHARGED)
    return usage if isinstance(usage, Usage) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one call of a guest gave: a JSON value that was parsed, not yet checked against the tool's schema."""

    value: Any
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a call is: ``fraction`` from 0 to 1."""

    fraction: float
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """``level`` is one of ``logging``'s five names, in capitals."""

    level: str
    message: str


class Act(Enum):
    """What a guest tried that reaches beyond itself."""

    OPEN = "open"  # a file or directory, to read
    WRITE = "write"  # a file or directory: to write, make, move or remove
    SOCKET = "socket"
    CONNECT = "connect"
    EXECUTE = "execute"
    FORK = "fork"
    SIGNAL = "signal"
    LOAD = "load"  # native code
    TAKE = "secret"  # one, by its name
    CALL = "call"  # another system call that no guest may make

    @property
    def kind(self) -> str:
        """The kind of permission that would be about it; empty when there is none."""
        return _KINDS.get(self.value, "")


_KINDS = {
    **dict.fromkeys(("open", "write"), "volumes"),
    **dict.fromkeys(("socket", "connect"), "network"),
    **dict.fromkeys(("execute", "fork"), "programs"),
    "secret": "secrets",
}


class Source(Enum):
    """Whose word it is: the kernel's or the broker's, which a skill can't bend, or the guest's own, best effort."""

    KERNEL = "kernel"
    BROKER = "broker"
    GUEST = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing a guest tried. ``target`` is a path, an address or a system call, in words; ``tool`` the one that ran, empty when it was
    loading or several did."""

    act: Act
    target: str
    by: Source
    tool: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"act": self.act.value, "target": self.target, "by": self.by.value}


Watch = Callable[[Attempt], None]
"""Hears what a guest tried, on the loop's thread; it must not raise and not wait."""


def unwatched(attempt: Attempt) -> None:
    """Nobody watches."""


Hear = Callable[[Progress | LogLine], None]
"""Hears what a call says while it runs, on the loop's thread; it must not raise and not wait."""


def unheard(said: Progress | LogLine) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """``is_content``: the value is a list of content blocks, as its tool's ``ToolSpec.is_content`` says. ``spec`` is the tool as the
    generation that answered has it; None when another process made the call."""

    value: Any
    usage: Usage
    skill: str
    generation: int
    digest: Digest
    is_content: bool = False
    spec: ToolSpec | None = None


class WallState(Enum):
    ACTIVE = "active"
    UNAVAILABLE = "unavailable"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """One wall as one guest has it. ``required`` walls that are not active refuse the mount."""

    name: str
    state: WallState
    required: bool
    detail: str = ""
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": self.state.value,
            "required": self.required,
            "detail": self.detail,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolationReport:
    """Every wall of a guest, in the order they went up, and what the self-test tried to do and could not. ``volumes`` says of each, by
    name, ``at`` which path the guest has it, its ``access``, and as whom the guest ``acts`` there. ``note`` says why there are no walls,
    where there are none by design."""

    walls: tuple[Wall, ...]
    self_test: Mapping[str, str]  # probe -> "refused" or what happened instead
    volumes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        shape: dict[str, Any] = {"walls": [wall.as_dict() for wall in self.walls], "self_test": dict(self.self_test)}
        if self.note:
            shape["note"] = self.note
        if self.volumes:
            shape["volumes"] = {name: dict(said) for name, said in self.volumes.items()}
        return shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """All that the guests of one generation are started from. Only an Admission starts a guest, for the digest it names, and only what
    its grants name is given: ``provision`` is what stands behind each that is granted."""

    admission: Admission
    bundle: Bundle
    manifest: Manifest
    tools: tuple[ToolSpec, ...]  # what the source says; a guest that says otherwise has drifted
    config: Mapping[str, Any]
    provision: Provision = NONE

    def __post_init__(self) -> None:
        if self.admission.digest != self.bundle.digest:
            raise ValueError("an Admission starts the digest it names and no other")
        fault = self.provision.fault(self.admission.grants)
        if fault:
            raise ValueError(fault)
