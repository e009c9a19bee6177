"""skillpod: the secure, hot-swapping skill host for LLM agents. Importing it costs nothing; the names below load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skillpod.errors import SkillpodError
    from skillpod.manager import SkillManager
    from skillpod.model.command import Caller
    from skillpod.model.guest import CallResult
    from skillpod.sdk import Audio, Cancelled, Content, Context, Field, File, Image, State, StateError, VolumeError, tool

__version__ = "0.1.0"
__all__ = [
    "Audio",
    "CallResult",
    "Caller",
    "Cancelled",
    "Content",
    "Context",
    "Field",
    "File",
    "Image",
    "SkillManager",
    "SkillpodError",
    "State",
    "StateError",
    "VolumeError",
    "tool",
]

_HOMES = {
    "Audio": "skillpod.sdk",
    "CallResult": "skillpod.model.guest",
    "Caller": "skillpod.model.command",
    "Cancelled": "skillpod.sdk",
    "Content": "skillpod.sdk",
    "Context": "skillpod.sdk",
    "Field": "skillpod.sdk",
    "File": "skillpod.sdk",
    "Image": "skillpod.sdk",
    "SkillManager": "skillpod.manager",
    "SkillpodError": "skillpod.errors",
    "State": "skillpod.sdk",
    "StateError": "skillpod.sdk",
    "VolumeError": "skillpod.sdk",
    "tool": "skillpod.sdk",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # SAFE: here, so that importing skillpod loads nothing

    return getattr(import_module(home), name)
