"""Run code of a package before anybody imports it: by a .pth file, or as sitecustomize."""

from pathlib import Path

from tests.escapes.packaged import open_place, tried
from tests.support.wheels import unpacked

STOPPED_BY = ("no directory of packages is one of site", "a wheel with such files is not unpacked")
_FILES = {"evil.pth": "import sys; sys.ran = 'ran'\n", "sitecustomize.py": "import sys; sys.ran = 'ran'\n", "evil.py": ""}
_LOOK = "import sys, evil; got = getattr(sys, 'ran', 'nothing ran')"


def in_the_jail(folder: Path) -> None:
    with open_place() as place:
        assert tried(_LOOK, unpacked(place, "evil", _FILES)) == "nothing ran"


def without_the_wall(folder: Path) -> None:
    with open_place() as place:
        assert tried(f"import site; site.addsitedir('/packages/evil'); {_LOOK}", unpacked(place, "evil", _FILES)) == "ran"
