"""What an idea of getting out says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.escapes.host import Host

Call = Callable[..., int]
"""The bare system call: ``call("ptrace", 16, process, 0, 0)``; bytes are pointers to themselves; raises OSError."""

Given = Mapping[str, Any]
"""What an attacker is told of the host (``Host.given``), and what its victim answered."""


def _nothing() -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """An idea that runs as a skill: its module's ``attack`` gives true when it got what it wanted, and its ``victim``, where there is
    one, runs before it in a guest of another skill, which stays.

    ``walls``: each of them alone stops it, so all of them have to go for it to succeed, and ``besides`` those without which it would find
    nothing to walk into. ``fails`` are the words it may end in behind them, ``succeeds`` the one without (``stage.word``); ``seen`` looks
    whether the host noticed, for so many seconds at most. ``needs`` says what this machine lacks for it to succeed, ``lacks`` for it to be
    tried at all. ``leaves`` are acts the journal must name, each behind whose word it is: ``kernel socket``, ``guest open``.

    ``ours`` says which walls of the host's own side stop it, and ``remove`` takes those away from the pod it is tried in without them.
    """

    walls: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    remove: Callable[[pytest.MonkeyPatch], None] | None = None
    besides: tuple[str, ...] = ()
    fails: tuple[str, ...] = ("PermissionError",)
    succeeds: str = "escaped"
    limits: Mapping[str, Any] = field(default_factory=dict)
    seen: Callable[[Host, float], bool] | None = None
    needs: Callable[[], str] = _nothing
    lacks: Callable[[], str] = _nothing
    leaves: tuple[str, ...] = ()
