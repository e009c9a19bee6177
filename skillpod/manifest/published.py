"""A tool as it is published: every word that agents are shown of it is legible, and what its schemas accept is as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from skillpod.manifest.refine import DATA, NAMED
from skillpod.model.legible import legible
from skillpod.model.manifest import DESCRIPTION_LIMIT, ToolSpec

TITLE_LIMIT = 128
_WORDS: Mapping[str, int] = {"description": DESCRIPTION_LIMIT, "title": TITLE_LIMIT, "$comment": DESCRIPTION_LIMIT}
"""Keywords of a schema that are words for its reader, and how many characters of them are shown."""


def published(spec: ToolSpec) -> ToolSpec:
    """The one place where descriptions, titles and the words of schemas are cleaned and cut, whatever door they leave by."""
    return replace(
        spec,
        description=legible(spec.description, DESCRIPTION_LIMIT),
        input_schema=_schema(spec.input_schema),
        output_schema=None if spec.output_schema is None else _schema(spec.output_schema),
        hints=MappingProxyType({name: _hint(value) for name, value in spec.hints.items()}),
    )


def _hint(value: Any) -> Any:
    if isinstance(value, str):
        return legible(value, TITLE_LIMIT)
    return {key: _hint(below) for key, below in value.items()} if isinstance(value, dict) else value


def _schema(schema: Any) -> Any:
    """Names of properties and data (``const``, ``enum``, ``default``, ``examples``) are not words: they stay as they are."""
    if isinstance(schema, Mapping):
        return {keyword: _keyword(keyword, value) for keyword, value in schema.items()}
    return [_schema(below) for below in schema] if isinstance(schema, list) else schema


def _keyword(keyword: str, value: Any) -> Any:
    if keyword in _WORDS and isinstance(value, str):
        return legible(value, _WORDS[keyword])
    if keyword in NAMED and isinstance(value, Mapping):
        return {name: _schema(below) for name, below in value.items()}
    return value if keyword in DATA else _schema(value)
