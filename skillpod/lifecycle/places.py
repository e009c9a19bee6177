"""From where an error says it is to a file, a line and a column that a person can look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from skillpod.model.later import later

_STEP = later(r"\[([0-9]+)\]|([^.\[\]]+)")
_LINE = later(r"([0-9]+)(?::([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Place:
    """``line`` and ``column`` count from 1; 0 means the whole file. ``path`` is the dotted path inside a document, when there is one."""

    file: str
    line: int = 0
    column: int = 0
    path: str = ""


def find(at: str, files: Mapping[str, bytes]) -> Place:
    """Where ``at`` (``handler.py:3:1``, ``manifest.yaml:limits.wall``, ``manifest.yaml``) points, among the files of a bundle."""
    file, colon, rest = at.partition(":")
    numbers = _LINE.fullmatch(rest)
    if numbers:
        return Place(file, int(numbers[1]), int(numbers[2] or 1))
    if not colon or file not in files:
        return Place(file, path=rest)
    mark = _mark(files[file], rest)
    return Place(file, *mark, path=rest) if mark else Place(file, path=rest)


def source_line(files: Mapping[str, bytes], place: Place) -> str:
    """The text of the line, or nothing when there is none to show."""
    lines = files.get(place.file, b"").decode("utf-8", "replace").split("\n")  # as Python counts: not at U+2028 or a form feed
    return lines[place.line - 1].rstrip("\r") if 0 < place.line <= len(lines) else ""


def _mark(text: bytes, path: str) -> tuple[int, int] | None:
    """Line and column of a dotted path; of the nearest ancestor that is there, for a key that is missing."""
    import yaml  # SAFE: here, so that a check that finds nothing in a document never loads it

    try:
        node = yaml.compose(text.decode("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    place = None
    for index, key in _STEP.findall(path):
        if isinstance(node, yaml.SequenceNode) and index and int(index) < len(node.value):
            node = node.value[int(index)]
            place = node.start_mark
        elif isinstance(node, yaml.MappingNode):
            found = next(((name, value) for name, value in node.value if name.value == key), None)
            if found is None:
                break
            place, node = found[0].start_mark, found[1]
        else:
            break
    return (place.line + 1, place.column + 1) if place is not None else None
