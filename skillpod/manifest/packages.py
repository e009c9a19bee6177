"""``requires.packages``: a lock of wheels, every one by version and digest; nothing in it is left to be resolved."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillpod.documents import show
from skillpod.model.manifest import PackageAsk

PLACE = "requires.packages"
_OURS = "skillpod"

Fault = tuple[str, str, str]
"""A message, the place of what it is about below PLACE, and a hint."""


def packages(said: Sequence[Mapping[str, Any] | None]) -> tuple[PackageAsk, ...]:
    """Of entries that fit the schema; None stands where one did not."""
    from packaging.utils import canonicalize_name  # SAFE: here, so that who requires nothing never loads it

    return tuple(
        PackageAsk(
            name=canonicalize_name(entry["name"]),
            version=_normal(entry["version"]),
            hashes=tuple(sorted(entry["hashes"])),
            imports=tuple(entry.get("imports", (_module_of(entry["name"]),))),
            is_native=entry.get("native", False),
        )
        for entry in said
        if entry is not None
    )


def faults(said: Sequence[Mapping[str, Any] | None]) -> Iterator[Fault]:
    """What the schema can't say."""
    from packaging.utils import canonicalize_name  # SAFE: here, as above
    from packaging.version import InvalidVersion, Version  # SAFE: here, as above

    first: dict[str, int] = {}
    for index, entry in enumerate(said):
        if entry is None:
            continue
        name = canonicalize_name(entry["name"])
        if first.setdefault(name, index) != index:
            yield f"{name} is listed twice", f"[{index}].name", "keep one version: what the others need must fit it"
        try:
            Version(entry["version"])
        except InvalidVersion:
            hint = f"write one version; `skillpod deps lock {name}` finds it"
            yield f"expected a version like 4.17.0, got {show(entry['version'])}", f"[{index}].version", hint
        for position, module in enumerate(entry.get("imports", ())):
            if module == _OURS or module in sys.stdlib_module_names:
                whose = "skillpod's own" if module == _OURS else "the standard library's"
                yield f"{module} is {whose}, which wins", f"[{index}].imports[{position}]", "take it out of the list"


def _normal(version: str) -> str:
    """``1.0-1`` is ``1.0.post1``. What is none stays as it is: it is a fault."""
    from packaging.version import InvalidVersion, Version  # SAFE: here, as above

    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def _module_of(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
