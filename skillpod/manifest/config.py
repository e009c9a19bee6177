"""The operator's values for a skill, held against the schema its manifest declares."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from skillpod.documents import Schema
from skillpod.errors import ConfigRefused, DocumentInvalid
from skillpod.model.manifest import KIB, Manifest

MAX_BYTES = 32 * KIB
"""Of the values as JSON: what is desired, config included, is one line of the journal."""


def fill_config(values: Mapping[str, Any], manifest: Manifest) -> Mapping[str, Any]:
    """The values a guest gets: those given, and for what is missing at the top level the schema's defaults.

    Raises ConfigRefused with every fault; ``at`` is ``config:dotted.path``.
    """
    faults = config_faults(values, manifest.config_schema)
    if faults:
        about = faults[0] if len(faults) == 1 else None
        raise ConfigRefused(
            about.message if about else f"the config has {len(faults)} faults",
            at=about.at if about else "config",
            hint=about.hint if about else "see config.schema in the skill's manifest",
            skill=manifest.name,
            reasons=faults,
        )
    return MappingProxyType(_filled(values, manifest.config_schema or {}))


def config_faults(values: Mapping[str, Any], schema: Mapping[str, Any] | None) -> list[DocumentInvalid]:
    """Every reason why the values, with defaults filled in, do not fit a manifest's ``config.schema`` (None: there is none)."""
    if schema is None:
        hint = "remove it, or let the author declare config.schema in manifest.yaml"
        return [DocumentInvalid("the skill takes no config", at="config", hint=hint)] if values else []
    try:
        size = len(json.dumps(dict(values), separators=(",", ":"), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as fault:
        return [DocumentInvalid(f"not JSON: {fault}", at="config", hint="give plain JSON values")]
    if size > MAX_BYTES:
        return [
            DocumentInvalid(f"{size} bytes are more than the {MAX_BYTES} a config may have", at="config", hint="put data into the skill")
        ]
    return Schema(schema).faults(_filled(values, schema), name="config")


def _filled(values: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    declared = schema.get("properties", {})
    defaults = {key: copy.deepcopy(described["default"]) for key, described in declared.items() if _has_default(described)}
    return {**defaults, **values}


def _has_default(described: Any) -> bool:
    return isinstance(described, Mapping) and "default" in described
