"""Take the name of a module of the standard library by a package. A skill that wants to gets around this: it is its own code anyway."""

from pathlib import Path

from tests.escapes.packaged import open_place, tried
from tests.support.wheels import unpacked

STOPPED_BY = ("packages are asked last, until the skill changes that", "a wheel with such a name is not unpacked")
_IMPORT = "import importlib; got = hasattr(importlib.import_module('sqlite3'), 'HUNTER2')"


def in_the_jail(folder: Path) -> None:
    with open_place() as place:
        assert tried(_IMPORT, unpacked(place, "taken", {"sqlite3.py": "HUNTER2 = 2\n"})) == "False"


def without_the_wall(folder: Path) -> None:
    with open_place() as place:
        taken = unpacked(place, "taken", {"sqlite3.py": "HUNTER2 = 2\n"})
        assert tried(f"import sys; sys.path.insert(0, '/packages/taken'); {_IMPORT}", taken) == "True"
