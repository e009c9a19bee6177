"""A YAML file of the operator's that gets one more item in one of its lists, and is else left as it is, comments and all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from skillpod.cli.replacement import Stamp, replaced, stamp
from skillpod.documents import read_yaml
from skillpod.errors import DocumentInvalid, PathUnusable

Step = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """A file as it was read; ``text`` is what a new one begins with where there was none."""

    file: Path
    path: Path
    seen: Stamp
    text: str

    def add(self, place: Sequence[Step], item: Mapping[str, Any], *, check: Callable[[bytes], object]) -> None:
        """Add the item at the end of the list at ``place``, in one step. ``check`` raises for a document that may not stand so.

        Raises PathUnusable, too, where the list is not written as a block: the file is then as it was.
        """
        added = grown(self.text, place, item)
        if added is None:
            shown = "\n".join(item_lines(item))
            hint = f"add this to it by hand:\n{shown}"
            raise PathUnusable("the file has a shape of its own and is left as it is", at=str(self.file), hint=hint)
        check(added.encode())
        if not replaced(self.path, added, seen=self.seen, mode=self.seen[-1] if self.seen else 0o644):
            raise PathUnusable("it was changed by somebody else just now; nothing was written", at=str(self.file), hint="try again")


def read_growing(file: Path, *, head: str) -> Growing:
    """The file, or a new one that is going to begin with ``head``. Raises PathUnusable for one that is not UTF-8."""
    path = Path(os.path.realpath(file))  # a link is left in its place
    seen = stamp(path)
    try:
        return Growing(file=file, path=path, seen=seen, text=path.read_bytes().decode() if seen else head)
    except UnicodeDecodeError:
        raise PathUnusable("the file is not UTF-8 text", at=str(file)) from None


def grown(text: str, place: Sequence[Step], item: Mapping[str, Any]) -> str | None:
    """The text with the item at the end of the list at ``place``, or None where that list is not a block of items."""
    bare = _without_brackets(text if text.endswith("\n") else f"{text}\n", place)
    found = _spot(bare, place)
    if found is None:
        return None
    line, indent = found
    lines = bare.splitlines(keepends=True)
    added = "".join((*lines[:line], *(f"{' ' * indent}{each}\n" for each in item_lines(item)), *lines[line:]))
    return added if _says(added, text, place, item) else None


def _without_brackets(text: str, place: Sequence[Step]) -> str:
    """An empty list is written as nothing, so that items can follow."""
    node = _nodes(text, place)[1]
    if not isinstance(node, yaml.SequenceNode) or node.value:
        return text
    return text[: node.start_mark.index].rstrip(" ") + text[node.end_mark.index :]


def _spot(text: str, place: Sequence[Step]) -> tuple[int, int] | None:
    """The line before which an item goes, counted from 0, and its column."""
    key, node = _nodes(text, place)
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _end(node), node.start_mark.column
    if key is None or not isinstance(node, yaml.ScalarNode):
        return None
    lines = text.splitlines()
    after = key.end_mark.line + 1
    is_last = all(not line.strip() or line.lstrip().startswith("#") for line in lines[after:])
    return len(lines) if is_last else after, key.start_mark.column + 2


def _nodes(text: str, place: Sequence[Step]) -> tuple[Any, Any]:
    """The node at ``place`` and, where it is in a mapping, its key's; None for what is not there."""
    key, node = None, yaml.compose(text, Loader=yaml.SafeLoader)
    for step in place:
        if isinstance(node, yaml.MappingNode):
            key, node = next(((name, value) for name, value in node.value if name.value == step), (None, None))
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            key, node = None, node.value[step]
        else:
            return None, None
    return key, node


def _end(node: Any) -> int:
    """The line after the last one of a node."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    mark = node.end_mark
    return int(mark.line if mark.column == 0 else mark.line + 1)


def _says(added: str, text: str, place: Sequence[Step], item: Mapping[str, Any]) -> bool:
    """Whether it is the old document with the item, and nothing else."""
    try:
        found, wanted = read_yaml(added.encode("utf-8", "surrogatepass"), name="added"), read_yaml(text.encode(), name="before")
    except DocumentInvalid:
        return False
    *above, last = place
    holder = wanted
    for step in above:
        holder = holder[step]
    holder[last] = [*(holder[last] or ()), dict(item)]
    return bool(found == wanted)


# --- writing YAML ------------------------------------------------------------------------------------------------------------------


def item_lines(item: Mapping[str, Any]) -> Iterator[str]:
    """One item of a block list: texts in double quotes, those of several lines as blocks, lists of texts in brackets."""
    for index, (key, value) in enumerate(item.items()):
        first, *rest = _field_lines(key, value)
        yield f"{'  ' if index else '- '}{first}"
        yield from (f"  {line}" for line in rest)


def _field_lines(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value and value.replace("\n", "").isprintable() and value.endswith("\n"):
        yield f"{key}: |"
        yield from (f"  {line}" for line in value.splitlines())
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield f"{key}:"
        for each in value:
            yield from (f"  {line}" for line in item_lines(each))
    elif isinstance(value, list):
        yield f"{key}: [{', '.join(map(quoted, value))}]"
    elif isinstance(value, bool):
        yield f"{key}: {'true' if value else 'false'}"
    else:
        yield f"{key}: {value if isinstance(value, int) else quoted(value)}"


def quoted(text: str) -> str:
    """A string in double quotes, as YAML 1.2 has them: what nobody sees is an escape."""
    escaped = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escaped.get(char) or (char if char.isprintable() else f"\\U{ord(char):08X}") for char in text) + '"'
