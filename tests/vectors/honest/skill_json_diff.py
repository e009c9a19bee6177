# expect: none
"""What differs between two JSON documents."""

from __future__ import annotations

import difflib
import json
from functools import singledispatch
from typing import Any

from skillpod import tool

MISSING = object()


@singledispatch
def differences(old, new, path: str = "$"):
    if old != new:
        yield {"path": path, "old": old, "new": new}


@differences.register
def _(old: dict, new, path: str = "$"):
    if not isinstance(new, dict):
        yield {"path": path, "old": old, "new": new}
        return
    for key in old.keys() | new.keys():
        before, after = old.get(key, MISSING), new.get(key, MISSING)
        if before is MISSING:
            yield {"path": f"{path}.{key}", "added": after}
        elif after is MISSING:
            yield {"path": f"{path}.{key}", "removed": before}
        else:
            yield from differences(before, after, f"{path}.{key}")


@differences.register(list)
def _lists(old, new, path: str = "$"):
    if not isinstance(new, list):
        yield {"path": path, "old": old, "new": new}
        return
    for index, (before, after) in enumerate(zip(old, new)):
        yield from differences(before, after, f"{path}[{index}]")
    for index in range(len(new), len(old)):
        yield {"path": f"{path}[{index}]", "removed": old[index]}
    for index in range(len(old), len(new)):
        yield {"path": f"{path}[{index}]", "added": new[index]}


@tool(read_only=True)
def diff(old: str, new: str) -> list[dict[str, Any]]:
    """Compare two JSON documents, member by member."""
    try:
        before, after = json.loads(old), json.loads(new)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} in line {error.lineno}") from None
    return sorted(differences(before, after), key=lambda change: change["path"])


@tool(read_only=True)
def unified(old: str, new: str, context: int = 3) -> str:
    """Compare two texts line by line."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "old", "new", lineterm="", n=context)
    return "\n".join(lines)
