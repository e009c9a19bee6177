"""Every idea there is: the files of ``ideas/``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from tests.escapes import ideas
from tests.escapes.attack import Attack


@dataclass(frozen=True, slots=True)
class Idea:
    """One file. Without an ``ATTACK`` it has two functions of its own, ``in_the_jail`` and ``without_the_wall``, and says what it is
    ``STOPPED_BY``."""

    name: str
    module: ModuleType

    @property
    def sentence(self) -> str:
        return " ".join((self.module.__doc__ or "").partition("\n\n")[0].split())

    @property
    def has_attack(self) -> bool:
        return hasattr(self.module, "ATTACK")

    @property
    def attack(self) -> Attack:
        found: Attack = self.module.ATTACK
        return found

    @property
    def stopped_by(self) -> tuple[str, ...]:
        walls: tuple[str, ...] = (*self.attack.walls, *self.attack.ours) if self.has_attack else self.module.STOPPED_BY
        return walls


@cache
def collected() -> tuple[Idea, ...]:
    return tuple(_found())


def _found() -> Iterator[Idea]:
    for found in pkgutil.iter_modules(ideas.__path__):
        yield Idea(found.name, importlib.import_module(f"{ideas.__name__}.{found.name}"))
