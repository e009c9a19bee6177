"""Three tools that are always there, for clients that list tools once and for agents with too many to list: search, describe, call."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

from skillpod.model.manifest import ToolSpec

SEARCH, DESCRIBE, CALL = "skillpod_search", "skillpod_describe", "skillpod_call"


class Offer(Enum):
    """Which tools a list is to hold."""

    SKILLS = "skills"  # those of the mounted skills
    STABLE = "stable"  # the three of this module, which never change
    BOTH = "both"


def _spec(name: str, description: str, *, properties: dict[str, object], required: list[str]) -> ToolSpec:
    return ToolSpec(
        skill="skillpod",
        name=name,
        exported=name,
        description=description,
        input_schema={"type": "object", "properties": properties, "required": required, "additionalProperties": False},
        output_schema=None,
        parameters=(),
        hints=MappingProxyType({"read_only": name != CALL}),
    )


SPECS = (
    _spec(
        CALL,
        "Call a skill's tool by its name. Use skillpod_search to find a tool and skillpod_describe to learn what arguments it takes.",
        properties={
            "name": {"type": "string", "description": "The tool's name, as skillpod_search gives it."},
            "arguments": {"type": "object", "description": "The tool's own arguments, as skillpod_describe says them.", "default": {}},
        },
        required=["name"],
    ),
    _spec(
        DESCRIBE,
        "Say all about one tool or one skill: what it does, what arguments it takes, what it returns, how it is used.",
        properties={"name": {"type": "string", "description": "A tool's name, or a skill's."}},
        required=["name"],
    ),
    _spec(
        SEARCH,
        "Find tools and skills by what they do. Skills come and go while you work: search again when you need something.",
        properties={
            "query": {"type": "string", "description": "What you want to do, in a few words.", "minLength": 1, "maxLength": 1000},
            "limit": {"type": "integer", "description": "How many to give.", "minimum": 1, "maximum": 50, "default": 5},
        },
        required=["query"],
    ),
)
"""Sorted by name, as every list of tools is."""

RESERVED = frozenset(spec.exported for spec in SPECS)
"""Names no skill may export, bare or not."""
