"""A list that faults are collected in, so that an author sees all of them at once."""

from __future__ import annotations

from collections.abc import Iterable

from skillpod.errors import ManifestInvalid, SkillpodError


class Faults:
    """Faults in the order they were found. Nothing is raised before ``settle``."""

    def __init__(self) -> None:
        self._found: list[SkillpodError] = []

    def add(self, message: str, *, at: str, hint: str = "") -> None:
        self._found.append(ManifestInvalid(message, at=at, hint=hint))

    def extend(self, faults: Iterable[SkillpodError]) -> None:
        self._found.extend(faults)

    def __bool__(self) -> bool:
        return bool(self._found)

    def settle(self, *, skill: str = "") -> None:
        """Raise ManifestInvalid with every fault as a reason, if there is one. A single fault is also its message, place and hint."""
        if not self._found:
            return
        first = self._found[0]
        if len(self._found) == 1:
            raise ManifestInvalid(first.message, at=first.at, hint=first.hint, skill=skill, reasons=self._found)
        file = first.at.split(":", 1)[0]
        others = {fault.at.split(":", 1)[0] for fault in self._found} - {file}
        where = file if not others else f"{file} and {len(others)} more file{'s' if len(others) > 1 else ''}"
        raise ManifestInvalid(f"{len(self._found)} faults in {where}; the first: {first}", skill=skill, reasons=self._found)
