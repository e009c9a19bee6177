"""A bundle's modules as code objects, compiled once for a generation from its bytes: the entry, and what it imports of its own."""

from __future__ import annotations
import __future__

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType

from skillpod.errors import ModuleUnsupported
from skillpod.model.guest import Launch
from skillpod.sandbox.guest.loader import Folder
from skillpod.sandbox.module.facades import is_offered
from skillpod.sandbox.module.grammar import Fault, Import, Read, Subset
from skillpod.sandbox.module.words import JAIL, PREFIX

_LATER = __future__.annotations.compiler_flag
"""Annotations are kept as texts that the compiler makes from the rewritten tree, and evaluated once, by us: none of them is a text of the
author's own, which would be evaluated without having been looked at."""

_STANDARD = sys.stdlib_module_names
_HEX = slice(len("sha256:"), len("sha256:") + 12)
_TOLD = 64


@dataclass(frozen=True, slots=True)
class Module:
    """``file`` is empty for a package without ``__init__.py``; then there is no code either."""

    file: str
    is_package: bool
    code: CodeType | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """``modules`` by their names, which begin with ``root``; ``entry`` is one of them. ``place`` is what tracebacks call the folder."""

    root: str
    entry: str
    place: str
    modules: Mapping[str, Module]
    files: Mapping[str, bytes] = field(repr=False)

    def find(self, name: str) -> str:
        """The full name of a module of the skill that is imported by this one, absolutely; empty when there is none."""
        inside = f"{self.root}.{name}"
        return inside if inside in self.modules else ""

    def source(self, name: str) -> str:
        return self.files[self.modules[name].file].decode("utf-8", "replace")


def compiled(launch: Launch) -> Program:
    """Raises ModuleUnsupported, with each thing that is not taken as a reason."""
    return _Compiler(launch).program(launch.manifest.entry)


class _Compiler:
    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._folder = Folder(launch.manifest.name, launch.bundle.files)
        self._root = f"{PREFIX}{launch.bundle.digest[_HEX]}"
        self._modules: dict[str, Module] = {}
        self._faults: list[ModuleUnsupported] = []

    def program(self, entry: str) -> Program:
        first = self._folder.module_of(entry)
        self._take(first)
        if self._faults:
            raise _together(self._faults)
        return Program(
            root=self._root, entry=self._named(first), place=self._folder.place, modules=self._modules, files=self._launch.bundle.files
        )

    def _named(self, module: str) -> str:
        """The name a module goes by: under its digest, so that no two versions of anything share one."""
        return self._root + module.removeprefix(self._folder.package)

    def _take(self, module: str) -> None:
        """A module, the packages it is in, and what it imports."""
        package, _, _ = module.rpartition(".")
        if package and self._named(package) not in self._modules:
            self._take(package)
        if self._named(module) in self._modules:
            return
        source = self._folder.modules[module]
        self._modules[self._named(module)] = Module(source.file, source.is_package, None)  # first: two may import each other
        if not source.file:
            return
        try:
            subset = self._read(module, source.file, is_package=source.is_package)
        except RecursionError:
            deep = Fault(line=1, column=1, message="it is nested too deeply", fix="give parts of a long expression names of their own")
            self._faults.append(_unsupported(deep, source.file))
            return
        faults = [*subset.faults, *self._imports(subset.imports, module if source.is_package else package), *_unread(subset.reads)]
        faults.sort(key=lambda fault: (fault.line, fault.column))
        self._faults += [_unsupported(fault, source.file) for fault in faults]

    def _read(self, module: str, file: str, *, is_package: bool) -> Subset:
        """What a file has that is not taken; where that is nothing, its code is kept. Raises RecursionError."""
        subset = Subset()
        rewritten = subset.rewritten(ast.parse(self._folder.files[file], file))
        if not subset.faults:
            code = compile(rewritten, f"{self._folder.place}/{file}", "exec", flags=_LATER, dont_inherit=True)
            self._modules[self._named(module)] = Module(file, is_package, code)
        return subset

    def _imports(self, imports: list[Import], package: str) -> Iterator[Fault]:
        for each in imports:
            base = self._base(each, package)
            if base is None:
                if each.level or not self._is_offered(each):
                    yield Fault(line=each.line, column=each.column, message=_not_offered(each), fix=_INSTEAD)
                continue
            self._take(base)
            for name in each.names:
                if f"{base}.{name}" in self._folder.modules:
                    self._take(f"{base}.{name}")

    def _base(self, each: Import, package: str) -> str | None:
        """The skill's own module that is meant; None when it is none of its own. The standard library wins, as in the jail."""
        own = self._folder
        if each.level:
            parts = package.split(".")
            if each.level > len(parts):
                return None
            name = ".".join([*parts[: len(parts) - each.level + 1], *filter(None, [each.module])])
            return name if name in own.modules else None
        if each.module.partition(".")[0] in _STANDARD:
            return None
        return next((name for name in (each.module, f"{own.package}.{each.module}") if name in own.modules), None)

    def _is_offered(self, each: Import) -> bool:
        if each.module == "__future__":
            return True
        return is_offered(each.module) and all(is_offered(each.module, name) for name in each.names)


def _not_offered(each: Import) -> str:
    if each.level:
        return f"there is no module `{'.' * each.level}{each.module}` in the skill's folder"
    if is_offered(each.module):
        missing = [name for name in each.names if not is_offered(each.module, name)]
        return f"`{each.module}` does not offer {', '.join(f'`{name}`' for name in missing)} to module isolation"
    return f"the module `{each.module}` is not offered to module isolation"


def _unread(reads: list[Read]) -> Iterator[Fault]:
    """What is read of a module that is offered, but not that of it."""
    for each in reads:
        if is_offered(each.module) and not is_offered(each.module, each.attribute):
            message = f"`{each.module}` does not offer `{each.attribute}` to module isolation"
            yield Fault(line=each.line, column=each.column, message=message, fix=_INSTEAD)


_INSTEAD = f"see docs/module-isolation.md for what is; or {JAIL}"


def _unsupported(fault: Fault, file: str) -> ModuleUnsupported:
    return ModuleUnsupported(fault.message, at=f"{file}:{fault.line}:{fault.column}", hint=fault.fix)


def _together(faults: list[ModuleUnsupported]) -> ModuleUnsupported:
    first = faults[0]
    if len(faults) == 1:
        return first
    message = f"module isolation does not take {len(faults)} things in it, the first: {first.message}"
    return ModuleUnsupported(message, at=first.at, hint=first.hint, reasons=faults[:_TOLD])
