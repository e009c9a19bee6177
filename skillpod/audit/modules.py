"""Which file of a bundle answers to which module name, as the guest's loader has it."""

from __future__ import annotations

from collections.abc import Iterable

_SUFFIX = ".py"
_INIT = "__init__"


class Modules:
    """The bundle's Python files by dotted name below the folder (``""`` is the folder itself).

    ``package`` is the name the folder has as a package: absolute imports may begin with it, or with a top-level sibling. ``programs``
    are files run as programs: what is in such a file's folder is imported by its own name, by it and by everything below that folder.
    """

    def __init__(self, files: Iterable[str], *, package: str, programs: Iterable[str] = ()) -> None:
        self.package = package
        self._program_folders = sorted({file.rpartition("/")[0] for file in programs if "/" in file})
        self.file_of: dict[str, str] = {}
        for file in files:
            *parents, leaf = file.split("/")
            stem = leaf.removesuffix(_SUFFIX)
            if stem == leaf or any("." in part for part in (*parents, stem)):
                continue  # the loader has no name for it, either
            for depth in range(len(parents) + 1):
                self.file_of.setdefault(".".join(parents[:depth]), "")
            name = ".".join(parents if stem == _INIT else (*parents, stem))
            if stem == _INIT or not self.file_of.get(name):
                self.file_of[name] = file
        self._top = {name.split(".", 1)[0] for name in self.file_of if name}

    def absolute(self, name: str, file: str) -> str | None:
        """The own name behind an absolute import in a file, or None when it is not the bundle's."""
        top, _, rest = name.partition(".")
        for folder in self._program_folders:
            beside = folder.replace("/", ".")
            if file.startswith(f"{folder}/") and f"{beside}.{top}" in self.file_of:
                return f"{beside}.{name}"
        if top in self._top:
            return name
        return rest if top == self.package else None

    def relative(self, file: str, level: int, name: str) -> str | None:
        """The own name behind ``from ..name import`` in a file; None when it leads out of the folder."""
        parents = file.split("/")[:-1]
        if level - 1 > len(parents):
            return None
        kept = parents[: len(parents) - level + 1]
        return ".".join((*kept, *name.split("."))) if name else ".".join(kept)

    def files_along(self, name: str) -> Iterable[str]:
        """The files that importing a dotted name runs: of it, and of every package above it."""
        parts = name.split(".") if name else []
        for length in range(len(parts) + 1):
            file = self.file_of.get(".".join(parts[:length]))
            if file:
                yield file
