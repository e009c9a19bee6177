"""Imports from the packages a skill was given: asked last, after the standard library and the skill's own files.

They are not on ``sys.path``: what is there comes before a skill's own modules, and a package could take the name of one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any


class PackageFinder:
    """Goes at the end of ``sys.meta_path``. ``places`` are directories, in the order they are searched."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = list(places)

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Of a top-level module; what is inside one is found by its own ``__path__``."""
        if path is not None or fullname in sys.stdlib_module_names:
            return None
        return PathFinder.find_spec(fullname, self.places, target)

    def find_distributions(self, context: Any = None) -> Iterable[Any]:
        """``importlib.metadata`` asks every finder that has this."""
        from importlib.metadata import (  # SAFE: here, so that only a guest that asks pays for it
            DistributionFinder,
            MetadataPathFinder,
        )

        name = getattr(context, "name", None)
        return MetadataPathFinder.find_distributions(DistributionFinder.Context(name=name, path=self.places))


def install(places: Sequence[str]) -> None:
    """In the zygote, for every guest."""
    sys.meta_path.append(PackageFinder(places))


def places() -> list[str]:
    """Where packages are, empty without."""
    return [place for finder in sys.meta_path if isinstance(finder, PackageFinder) for place in finder.places]


def have(name: str) -> bool:
    """Whether a top-level module of this name comes from a package."""
    return any(finder.find_spec(name) is not None for finder in sys.meta_path if isinstance(finder, PackageFinder))
