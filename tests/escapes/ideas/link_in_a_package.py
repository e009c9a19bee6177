"""Follow a link that lies in a package to a file of the host."""

from pathlib import Path

from skillpod.model.provision import Package
from tests.escapes.packaged import FILES_ARE_WALLED, behind_each, open_place, tried, words

STOPPED_BY = FILES_ARE_WALLED


def in_the_jail(folder: Path) -> None:
    for without in behind_each():
        assert _read(without) in ("OSError", "PermissionError")  # ELOOP: no link is followed on that mount


def without_the_wall(folder: Path) -> None:
    assert _read(STOPPED_BY) == "a secret"


def _read(without: tuple[str, ...]) -> str:
    with open_place() as place:
        package = _with_a_link(place)
        inside = package.place if "pivot_root" in without else "/packages/words"
        found: str = tried(f"got = open({inside + '/link'!r}).read()", package, without=without)
        return found


def _with_a_link(place: Path) -> Package:
    package = words(place)
    (place / "secret").write_text("a secret")
    (place / "words" / "link").symlink_to(place / "secret")
    return package
