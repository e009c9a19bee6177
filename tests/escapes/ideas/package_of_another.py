"""Read a package that another skill was given, by its name beside its own, and by its path on the host."""

from pathlib import Path

from tests.escapes.packaged import FILES_ARE_WALLED, behind_each, open_place, tried, words

STOPPED_BY = FILES_ARE_WALLED


def in_the_jail(folder: Path) -> None:
    for without in behind_each():
        assert _read(without) in ("FileNotFoundError", "PermissionError")


def without_the_wall(folder: Path) -> None:
    assert _read(without=STOPPED_BY) == "hunter2"


def _read(without: tuple[str, ...] = ()) -> str:
    with open_place() as place:
        own, other = words(place / "own", "own"), words(place / "other", "other")
        source = f"""
got = ''
for path in ('/packages/other', '/packages/own/../other', {other.place!r}):
    try:
        got = open(path + '/other/__init__.py').read().split("'")[1]
    except OSError as error:
        fault = error
if not got:
    raise fault
"""
        found: str = tried(source, own, without=without)
        return found
