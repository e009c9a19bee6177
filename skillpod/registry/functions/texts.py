"""What models read: a tool's description, a value as text, an error they can act upon."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from skillpod.errors import SkillpodError, ToolRaised
from skillpod.model.legible import cut
from skillpod.model.manifest import ToolSpec

DESCRIPTION_LIMIT = 1024
"""Characters of a description: what OpenAI takes; the others take more."""


def described(spec: ToolSpec) -> str:
    """The tool's description, with a warning in front when it is deprecated; cut when it is too long."""
    return cut(f"{_deprecation(spec.hints.get('deprecated'))}{spec.description}", DESCRIPTION_LIMIT)


def titled(spec: ToolSpec) -> str:
    """As ``described``, with the title in front, for an API that has no field for it."""
    title = str(spec.hints.get("title", ""))
    if not title or spec.description.startswith(title):
        return described(spec)
    return cut(f"{_deprecation(spec.hints.get('deprecated'))}{title}: {spec.description}", DESCRIPTION_LIMIT)


def value_text(value: Any) -> str:
    """Text as it is, anything else as JSON; a lone surrogate, which no request could carry, as a question mark."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=dict)
    return text.encode(errors="replace").decode()


def error_text(error: SkillpodError) -> str:
    """An error as JSON text: ``{"error": error_fields(error)}``."""
    return value_text({"error": error_fields(error)})


def error_fields(error: SkillpodError) -> dict[str, Any]:
    """What a model can act upon, and nothing that is empty."""
    said: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint, "at": error.at}
    if isinstance(error, ToolRaised):
        said["exception"] = error.exception  # not its traceback: that is for the skill's author, who finds it with `skillpod call`
    said["reasons"] = [error_fields(reason) for reason in error.reasons]
    return {key: value for key, value in said.items() if value}


def _deprecation(said: Any) -> str:
    if not said:
        return ""
    if not isinstance(said, Mapping):
        return "Deprecated. "
    until = f", and gone after {said['until']}" if said.get("until") else ""
    instead = f": use {said['replaced_by']}" if said.get("replaced_by") else ""
    return f"Deprecated{until}{instead}. "
