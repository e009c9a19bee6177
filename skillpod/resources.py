"""The data files that are shipped inside the package: schemas and the default policy."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def packaged_text(name: str) -> bytes:
    """The bytes of a shipped file by its path below the package, such as ``manifest/schema.json``.

    Raises FileNotFoundError for a name that is not shipped: a mistake of ours, never of an author or operator.
    """
    path = (_PACKAGE / name).resolve()
    if not path.is_relative_to(_PACKAGE.resolve()) or path.suffix not in (".json", ".yaml"):
        raise FileNotFoundError(f"{name!r} is not a data file of the package")
    return path.read_bytes()
