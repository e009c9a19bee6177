"""``ctx.state`` in a dict: ``ports.Memory`` with its rules, without a disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class Recollection:
    def __init__(self) -> None:
        self._kept: dict[str, dict[str, str]] = {}
        self._versions: dict[str, int] = {}

    def get(self, skill: str, key: str) -> Any:
        return json.loads(self._kept.get(skill, {})[key])

    def put(self, skill: str, key: str, value: Any) -> None:
        self._kept.setdefault(skill, {})[key] = json.dumps(value, allow_nan=False)

    def delete(self, skill: str, key: str) -> None:
        self._kept.get(skill, {}).pop(key, None)

    def keys(self, skill: str) -> Sequence[str]:
        return sorted(self._kept.get(skill, {}))

    def version(self, skill: str) -> int:
        return self._versions.get(skill, 0)

    def set_version(self, skill: str, version: int) -> None:
        self._versions[skill] = version

    def replace(self, skill: str, values: Mapping[str, Any], version: int) -> None:
        self._kept[skill] = {key: json.dumps(value, allow_nan=False) for key, value in values.items()}
        self._versions[skill] = version
