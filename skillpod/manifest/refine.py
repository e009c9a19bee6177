"""A narrower input schema, written in the manifest: what it may say, held against the signature it refines.

The host evaluates it and agents are shown it, and a stranger wrote it. It can only take away: arguments must fit the signature's own
schema too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from skillpod.documents import MAX_PATTERNS, did_you_mean, dotted, join, show
from skillpod.errors import DocumentInvalid
from skillpod.manifest import fields
from skillpod.manifest.branching import MAX_WIDTH
from skillpod.manifest.faults import Faults
from skillpod.manifest.parse import MANIFEST
from skillpod.manifest.schemas import Extent, author_schema_faults, count, patterns_of
from skillpod.model.manifest import SCHEMA_LIMIT, Manifest, ToolSpec

DEPTH_LIMIT = 32
"""Lists and mappings inside each other in one schema, as JSON: clients read it with parsers of their own."""
MOST = Extent(size=1_000, nesting=32, width=MAX_WIDTH)
"""Of one schema; its width is that of our own: an argument may be a list of a million items."""
SKILL_LIMIT = 5_000
"""Subschemas of all tools together: to read one takes a quarter of a millisecond."""

_REFINEMENT = "input_schema"
NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependentRequired")
DATA = ("const", "enum", "default", "examples")

Path = tuple[str | int, ...]


def said_of(tool: str, manifest: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the manifest's ``tools`` say of one that belongs into its hints: all but its schema."""
    return {key: value for key, value in manifest.get(tool, {}).items() if key != _REFINEMENT}


def refine(specs: Sequence[ToolSpec], manifest: Manifest, patterns: set[str], faults: Faults) -> list[ToolSpec]:
    """The tools with the manifest's ``input_schema`` in the place of the one they had, which is kept in ``refines``.

    ``patterns`` are the regular expressions of the skill so far, of which it may bring only so many; these are added.
    """
    total = sum(count(said.get(_REFINEMENT, {})) for said in manifest.tools.values())
    if total > SKILL_LIMIT:
        hint = "make them simpler, or make two skills of it"
        faults.add(f"the input schemas have more than {SKILL_LIMIT} subschemas together", at=join(MANIFEST, "tools"), hint=hint)
        return list(specs)
    return [_refined(spec, manifest, patterns, faults) for spec in specs]


def _refined(spec: ToolSpec, manifest: Manifest, patterns: set[str], faults: Faults) -> ToolSpec:
    schema = manifest.tools.get(spec.name, {}).get(_REFINEMENT)
    if schema is None:
        return spec
    at = join(MANIFEST, f"tools.{spec.name}.{_REFINEMENT}")
    found = list(_faults(schema, spec.input_schema, patterns, at))
    faults.extend(found)
    return spec if found else replace(spec, input_schema=schema, refines=spec.input_schema)


def _faults(schema: Mapping[str, Any], derived: Mapping[str, Any], patterns: set[str], at: str) -> Iterator[DocumentInvalid]:
    """Outermost first: what is too large is not looked into."""
    size = len(json.dumps(schema))
    if size > SCHEMA_LIMIT:
        yield DocumentInvalid(f"the schema has {size} bytes; at most {SCHEMA_LIMIT}", at=at, hint="make it simpler")
        return
    if nesting(schema) > DEPTH_LIMIT:
        yield DocumentInvalid(f"the schema is nested more than {DEPTH_LIMIT} deep", at=at, hint="make it simpler, or use $defs")
        return
    unfit = author_schema_faults(schema, name=at, most=MOST)
    yield from unfit
    yield from _mirrors(schema, (), at)
    yield from _texts(schema, (), at)
    if unfit:
        return
    yield from _root_faults(schema, derived, at)
    patterns |= patterns_of(schema)
    if len(patterns) > MAX_PATTERNS:
        yield DocumentInvalid(f"more than {MAX_PATTERNS} patterns in one skill", at=at, hint="check the text in the function")


def nesting(value: Any) -> int:
    """How many lists and mappings of a JSON value are inside each other, without recursion."""
    deepest, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list | tuple | Mapping)]:
        deepest += 1
        if deepest > DEPTH_LIMIT:
            break
        level = [below for item in level for below in (item.values() if isinstance(item, Mapping) else item)]
    return deepest


def _mirrors(value: Any, path: Path, at: str) -> Iterator[DocumentInvalid]:
    """Keywords that begin with ``x-``, at any depth, in keywords nobody knows too; names and data are not keywords."""
    for step, below in _steps(value):
        if isinstance(step, str) and step.lower().startswith("x-"):
            why = "extensions are not accepted: an MCP client copies the argument under `x-mcp-header` into a header that others read"
            yield DocumentInvalid(why, at=join(at, dotted((*path, step))), hint="remove it")
        elif step in NAMED and isinstance(below, dict):
            for name, named in below.items():
                yield from _mirrors(named, (*path, step, name), at)
        elif step not in DATA:
            yield from _mirrors(below, (*path, step), at)


def _texts(value: Any, path: Path, at: str) -> Iterator[DocumentInvalid]:
    """Agents and people are shown every word of it."""
    for text in (value,) if isinstance(value, str) else tuple(value) if isinstance(value, dict) else ():
        try:
            fields.plain_text(text)
        except ValueError as error:
            yield DocumentInvalid(f"the schema {error}", at=join(at, dotted(path)), hint="remove it")
    for step, below in _steps(value):
        yield from _texts(below, (*path, step), at)


def _steps(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _root_faults(schema: Mapping[str, Any], derived: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    """Why it does not describe the arguments of this function: agents read its names at the root, and nowhere else."""
    if schema.get("type") != "object":
        yield DocumentInvalid("arguments are a mapping", at=join(at, "type"), hint="write `type: object`")
    known, properties = derived["properties"], schema.get("properties", {})
    for name, shape in properties.items():
        place = join(at, dotted(("properties", name)))
        if name not in known:
            hint = did_you_mean(name, known) or (f"the parameters are: {', '.join(known)}" if known else "it takes none")
            yield DocumentInvalid("the tool has no such parameter", at=place, hint=hint)
        elif not isinstance(shape, dict):
            yield DocumentInvalid(f"expected a schema, got {show(shape)}", at=place, hint="write {} for anything the signature takes")
    for name in derived.get("required", ()):
        if name not in properties:
            yield DocumentInvalid("the parameter has no default, and is not here", at=join(at, f"properties.{name}"), hint="add it")
        if name not in schema.get("required", ()):
            yield DocumentInvalid(f"the parameter `{name}` has no default, and is not here", at=join(at, "required"), hint="add it")
