"""Three tools that are always there, for clients that list tools once and for agents with too many to list: search, describe, call."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

from skillpod.model.manifest import ToolSpec

SEARCH, DESCRIBE, CALL = "skillpod_search", "skillpod_describe", "skillpod_call"
FEW = 5
"""Results of a search that asks for no number."""


class Offer(Enum):
    """Which tools a list is to hold."""

    SKILLS = "skills"  # those of the mounted skills
    STABLE = "stable"  # the three of this module, which never change
    BOTH = "both"


def _spec(name: str, title: str, description: str, *, properties: dict[str, object], required: list[str]) -> ToolSpec:
    looks = name != CALL
    return ToolSpec(
        skill="skillpod",
        name=name,
        exported=name,
        description=description,
        input_schema={"type": "object", "properties": properties, "required": required, "additionalProperties": False},
        output_schema=None,
        parameters=(),
        hints=MappingProxyType({"title": title, "read_only": looks} | ({"idempotent": True} if looks else {})),
    )


SPECS = (
    _spec(
        CALL,
        "Call a tool",
        "Call a tool by its name and get what it returns. skillpod_search finds tools, also new ones that your own list does not have; "
        "skillpod_describe says what arguments one takes.",
        properties={
            "name": {"type": "string", "description": "The tool's name, as skillpod_search gives it."},
            "arguments": {
                "type": "object",
                "description": "The tool's own arguments by name, as its input_schema in skillpod_describe says.",
                "default": {},
            },
        },
        required=["name"],
    ),
    _spec(
        DESCRIBE,
        "Describe a tool or a skill",
        "Say all about one tool (what it does, the schema of its arguments, examples, what it returns) or about one skill (its tools and "
        "its instructions: read them before you use it). Look here before the first call of a tool.",
        properties={"name": {"type": "string", "description": "A tool's name or a skill's, as skillpod_search gives it."}},
        required=["name"],
    ),
    _spec(
        SEARCH,
        "Find tools and skills",
        "Find tools and skills by what they do, best first. Skills come and go while you work: search again when you need something. "
        "Results of kind `tool` are called with skillpod_call, those of kind `skill` are read with skillpod_describe.",
        properties={
            "query": {"type": "string", "description": "What you want to do, in a few words.", "maxLength": 1000},
            "limit": {"type": "integer", "description": "How many to give.", "minimum": 1, "maximum": 50, "default": FEW},
        },
        required=["query"],
    ),
)
"""Sorted by name, as every list of tools is."""

RESERVED = frozenset(spec.exported for spec in SPECS)
"""Names no skill may export, bare or not."""
