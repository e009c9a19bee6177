"""The bundle's files for ``importlib.resources``: a read-only tree in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable, TraversableResources
from typing import Any


class Resources(TraversableResources):
    """What ``importlib.resources.files(package)`` reads from. ``inside`` is the package's directory, empty for the root."""

    def __init__(self, files: Mapping[str, bytes], inside: str) -> None:
        self._root = Node(files, inside)

    def files(self) -> Node:
        return self._root


class Node(Traversable):
    """One file or directory of the bundle."""

    def __init__(self, files: Mapping[str, bytes], path: str) -> None:
        self._files = files
        self._path = path

    @property
    def name(self) -> str:
        return self._path.rsplit("/", 1)[-1]

    def is_file(self) -> bool:
        return self._path in self._files

    def is_dir(self) -> bool:
        return any(file.startswith(self._prefix) for file in self._files)

    def iterdir(self) -> Iterator[Node]:
        seen = dict.fromkeys(file[len(self._prefix) :].split("/")[0] for file in self._files if file.startswith(self._prefix))
        return (self._child(name) for name in seen)

    def joinpath(self, *descendants: Any) -> Node:
        node = self
        for part in "/".join(map(str, descendants)).split("/"):
            node = node._child(part) if part else node
        return node

    __truediv__ = joinpath

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        stream = io.BytesIO(self.read_bytes())
        return stream if "b" in mode else io.TextIOWrapper(stream, *args, **kwargs)

    def read_bytes(self) -> bytes:
        try:
            return self._files[self._path]
        except KeyError:
            raise FileNotFoundError(f"the skill has no file {self._path!r}") from None

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        return self.read_bytes().decode(encoding or "utf-8", errors or "strict")

    @property
    def _prefix(self) -> str:
        return f"{self._path}/" if self._path else ""

    def _child(self, name: str) -> Node:
        return Node(self._files, f"{self._prefix}{name}")
