"""What a door may show of a published skill, frozen when it was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skillpod.model.bundle import Bundle
from skillpod.model.digest import Digest
from skillpod.model.legible import manual_text
from skillpod.model.manifest import Manifest, ToolSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One generation as agents may see it: what it says of itself, its tools, its files. No guest, no grant."""

    manifest: Manifest
    bundle: Bundle
    generation: int
    tools: tuple[ToolSpec, ...]

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def digest(self) -> Digest:
        return self.bundle.digest

    @property
    def manual(self) -> str:
        """The instructions its author gives the model, as text; empty when there are none."""
        return manual_text(self.bundle.files.get(self.manifest.instructions, b""))

    def examples(self, tool: str) -> Iterator[Mapping[str, Any]]:
        """Arguments for a tool (by its own name) that were tried before this generation was published: the manifest's tests."""
        return (test.arguments for test in self.manifest.tests if test.tool == tool)
