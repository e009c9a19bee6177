"""The data files that are shipped inside the package: schemas, the default policy, the pages of the audit's rules, the second verifier."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SUFFIXES = (".json", ".yaml", ".md")
_SHOWN = "logverify.py"
"""The one module whose source is given out, to be read and run elsewhere."""


def packaged_text(name: str) -> bytes:
    """The bytes of a shipped file by its path below the package, such as ``manifest/schema.json``.

    Raises FileNotFoundError for a name that is not shipped: a mistake of ours, never of an author or operator.
    """
    path = (_PACKAGE / name).resolve()
    if not path.is_relative_to(_PACKAGE.resolve()) or (path.suffix not in _SUFFIXES and name != _SHOWN):
        raise FileNotFoundError(f"{name!r} is not a data file of the package")
    return path.read_bytes()


def packaged_names(folder: str, *, suffix: str) -> tuple[str, ...]:
    """The names of the shipped files of a folder, without that suffix, in order."""
    return tuple(sorted(path.stem for path in (_PACKAGE / folder).glob(f"*{suffix}")))
