"""Put code into a package, which the next skill that locks it would run."""

from pathlib import Path

from tests.escapes.packaged import FILES_ARE_WALLED, behind_each, open_place, tried, words

STOPPED_BY = FILES_ARE_WALLED


def in_the_jail(folder: Path) -> None:
    for without in behind_each():
        said, left = _planted(without)
        assert (said in ("OSError", "PermissionError"), left) == (True, "WORD = 'hunter2'\n")


def without_the_wall(folder: Path) -> None:
    said, left = _planted(without=STOPPED_BY)
    assert (said, left) == ("done", "planted")


def _planted(without: tuple[str, ...] = ()) -> tuple[str, str]:
    """Its modes would stop a guest of another user as well; here they do not."""
    with open_place() as place:
        package = words(place)
        file = place / "words" / "words" / "__init__.py"
        file.chmod(0o666)
        where = str(file) if "pivot_root" in without else "/packages/words/words/__init__.py"
        said: str = tried(f"open({where!r}, 'w').write('planted'); got = 'done'", package, without=without)
        return said, file.read_text()
