"""The skills that ship, imported as plain modules."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

SKILLS = Path(__file__).resolve().parents[2] / "skills"
EXAMPLES = SKILLS.parent / "docs" / "examples"
"""Of skills with grants: none mounts before a person, or a policy, has agreed."""

NAMES = sorted(folder.name for folder in SKILLS.iterdir() if (folder / "manifest.yaml").is_file())


def module(skill: str, name: str = "handler") -> ModuleType:
    """A module of a skill that ships, in a package of its own, so that its relative imports work."""
    package = f"shipped_{skill}"
    if package not in sys.modules:
        made = ModuleType(package)
        made.__path__ = [str(SKILLS / skill)]
        sys.modules[package] = made
    return import_module(f"{package}.{name}")
