"""What an idea of getting out says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from skillpod.model.entry import Entry, Fact
from tests.escapes.host import Host

Call = Callable[..., int]
"""The bare system call: ``call("ptrace", 16, process, 0, 0)``; bytes are pointers to themselves; raises OSError."""

Given = Mapping[str, Any]
"""What an attacker is told of the host (``Host.given``), and what its victim answered."""


def kernel_is_silent(entries: Sequence[Entry]) -> bool:
    """Whether the journal has nothing by the kernel's word."""
    return not any(entry.fact is Fact.ATTEMPTED and entry.details["by"] == "kernel" for entry in entries)


def _nothing() -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """An idea that runs as a skill: its module's ``attack`` gives true when it got what it wanted, and its ``victim``, where there is
    one, runs before it in a guest of another skill, which stays."""

    walls: tuple[str, ...] = ()  # each of them alone stops it, so all of them have to go for it to succeed
    besides: tuple[str, ...] = ()  # walls without which it would find nothing to walk into; they go, too
    ours: tuple[str, ...] = ()  # what stops it on the host's own side, in words
    remove: Callable[[pytest.MonkeyPatch], None] | None = None  # takes ours away from the pod it is tried in without them
    fails: tuple[str, ...] = ("PermissionError",)  # the words it may end in behind its walls: ``stage.word``
    succeeds: str = "escaped"  # and the one without them
    limits: Mapping[str, Any] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)  # those of ``Host.volumes`` it was granted: ``read`` or ``write``
    victim_volumes: Mapping[str, str] = field(default_factory=dict)
    seen: Callable[[Host, float], bool] | None = None  # whether the host noticed, within so many seconds
    shown: Callable[[Sequence[Entry]], bool] | None = None  # whether it shows in the journal
    needs: Callable[[], str] = _nothing  # what this machine lacks for it to succeed
    lacks: Callable[[], str] = _nothing  # what this machine lacks for it to be tried at all
    leaves: tuple[str, ...] = ()  # acts the journal must name, each behind whose word it is: ``kernel socket``, ``guest open``
