"""skillpod: the secure, hot-swapping skill host for LLM agents. Importing it costs nothing; the names below load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skillpod.errors import SkillpodError
    from skillpod.intake.snapshot import freeze
    from skillpod.lifecycle.findings import check
    from skillpod.manager import SkillManager
    from skillpod.model.bundle import Bundle
    from skillpod.model.command import Caller
    from skillpod.model.conditions import Conditions
    from skillpod.model.finding import Finding, Report
    from skillpod.model.guest import CallResult
    from skillpod.sdk import (
        Audio,
        Cancelled,
        Content,
        Context,
        FetchError,
        Field,
        File,
        Finished,
        Image,
        ProgramError,
        Response,
        SecretError,
        State,
        StateError,
        VolumeError,
        tool,
    )

__version__ = "0.1.0"
__all__ = [
    "Audio",
    "Bundle",
    "CallResult",
    "Caller",
    "Cancelled",
    "Conditions",
    "Content",
    "Context",
    "FetchError",
    "Field",
    "File",
    "Finding",
    "Finished",
    "Image",
    "ProgramError",
    "Report",
    "Response",
    "SecretError",
    "SkillManager",
    "SkillpodError",
    "State",
    "StateError",
    "VolumeError",
    "check",
    "freeze",
    "tool",
]

_HOMES = {
    "Audio": "skillpod.sdk",
    "Bundle": "skillpod.model.bundle",
    "CallResult": "skillpod.model.guest",
    "Caller": "skillpod.model.command",
    "Cancelled": "skillpod.sdk",
    "Conditions": "skillpod.model.conditions",
    "Content": "skillpod.sdk",
    "Context": "skillpod.sdk",
    "FetchError": "skillpod.sdk",
    "Field": "skillpod.sdk",
    "File": "skillpod.sdk",
    "Finding": "skillpod.model.finding",
    "Finished": "skillpod.sdk",
    "Image": "skillpod.sdk",
    "ProgramError": "skillpod.sdk",
    "Report": "skillpod.model.finding",
    "Response": "skillpod.sdk",
    "SecretError": "skillpod.sdk",
    "SkillManager": "skillpod.manager",
    "SkillpodError": "skillpod.errors",
    "State": "skillpod.sdk",
    "StateError": "skillpod.sdk",
    "VolumeError": "skillpod.sdk",
    "check": "skillpod.lifecycle.findings",
    "freeze": "skillpod.intake.snapshot",
    "tool": "skillpod.sdk",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # SAFE: here, so that importing skillpod loads nothing

    return getattr(import_module(home), name)
