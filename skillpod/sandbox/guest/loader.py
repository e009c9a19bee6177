"""The bundle's files as importable modules, from bytes only: nothing is opened, no ``.pyc`` is read or written.

The skill's folder is a package named after the skill, so relative imports work; a sibling can also be imported absolutely, and is the
same module object. The standard library wins over a sibling of the same name, always, whether or not it was loaded before; and a
sibling over a package.
"""

from __future__ import annotations

import importlib
import importlib.util
import linecache
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from skillpod.sandbox.guest import packages
from skillpod.sandbox.guest.faults import SCHEME

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # importlib.abc would bring a dozen modules along, a twentieth of what a guest holds

_SUFFIX = ".py"
_INIT = "__init__"


class Folder:
    """The skill's files, and which module names they answer to."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.place = f"{SCHEME}{name}"
        self.package = _package_name(name, files)
        self.modules = {self.package: _Source(_if_there(files, f"{_INIT}{_SUFFIX}"), is_package=True)}
        for file in files:
            self._add(file)

    def _add(self, file: str) -> None:
        *parents, leaf = file.split("/")
        stem = leaf.removesuffix(_SUFFIX)
        if stem == leaf or any("." in part for part in (*parents, stem)):
            return
        for depth in range(1, len(parents) + 1):  # a directory with Python files is a package, with or without __init__.py
            init = "/".join((*parents[:depth], f"{_INIT}{_SUFFIX}"))
            self._claim((self.package, *parents[:depth]), _Source(_if_there(self.files, init), is_package=True))
        if stem != _INIT:
            self._claim((self.package, *parents, stem), _Source(file, is_package=False))

    def _claim(self, parts: Sequence[str], source: _Source) -> None:
        """A package with __init__.py beats a module, a module beats a package without: as in CPython's own path finder."""
        name = ".".join(parts)
        other = self.modules.get(name)
        if other is None or source.rank > other.rank:
            self.modules[name] = source

    def module_of(self, file: str) -> str:
        """The module name of one of the folder's files."""
        parts = file.removesuffix(_SUFFIX).split("/")
        return ".".join((self.package, *(parts[:-1] if parts[-1] == _INIT else parts)))

    def install(self) -> None:
        """Make the modules importable."""
        sys.meta_path.insert(0, _OwnFinder(self))
        sys.meta_path.insert(sys.meta_path.index(PathFinder) + 1, _SiblingFinder(self))  # before packages

    def load(self, entry: str) -> ModuleType:
        """Import the entry file. Raises whatever its code raises."""
        return importlib.import_module(self.module_of(entry))


class _Source:
    __slots__ = ("file", "is_package")

    def __init__(self, file: str, *, is_package: bool) -> None:
        self.file = file
        self.is_package = is_package

    @property
    def rank(self) -> int:
        return (2 if self.file else 0) if self.is_package else 1


class _Loader(Loader):
    """What the import system wants of every loader."""

    def create_module(self, spec: ModuleSpec) -> None:
        """As usual."""


def keep_off_import_path(directories: Iterable[str]) -> None:
    """Nothing below these is imported by being put on ``sys.path``: no audit has read it. A skill that wants to gets around this."""
    places = tuple(os.path.join(directory, "") for directory in directories)

    def refuse(entry: str) -> _Nothing:
        if os.path.join(os.path.normpath(entry), "").startswith(places):
            return _Nothing()
        raise ImportError  # the next hook's

    sys.path_hooks.insert(0, refuse)


class _Nothing:
    """Finds no module."""

    def find_spec(self, fullname: str, target: object = None) -> None:
        return None


class _OwnFinder:
    """Answers for the skill's package and what is in it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._loader = SourceLoader(folder)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        source = self._folder.modules.get(fullname)
        if source is None:
            return None
        spec = ModuleSpec(fullname, self._loader, origin=self._loader.get_filename(fullname), is_package=source.is_package)
        spec.has_location = True
        if source.is_package:
            inside = fullname.split(".")[1:]
            spec.submodule_search_locations = ["/".join((self._folder.place, *inside))]
        return spec


class _SiblingFinder:
    """Answers, after the standard library, for a sibling that is imported absolutely."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        inside = f"{self._folder.package}.{fullname}"
        if inside not in self._folder.modules:
            return None
        return ModuleSpec(fullname, _SameModule(inside), is_package=self._folder.modules[inside].is_package)


class _SameModule(Loader):
    """Gives the module that is already there under its name in the package."""

    def __init__(self, inside: str) -> None:
        self._inside = inside
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._inside)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system has just put the alias's spec in its place

    def get_source(self, fullname: str) -> str | None:
        return None


class SourceLoader(_Loader):
    """Compiles from the bundle's bytes; tracebacks, ``inspect``, ``pkgutil.get_data`` and ``importlib.resources`` see the same bytes."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def is_package(self, fullname: str) -> bool:
        return self._source(fullname).is_package

    def get_filename(self, fullname: str) -> str:
        """``skill://name/file``; of a package without ``__init__.py``, where that would be: ``pkgutil.get_data`` goes by it."""
        inside = "/".join((*fullname.split(".")[1:], f"{_INIT}{_SUFFIX}"))
        return f"{self._folder.place}/{self._source(fullname).file or inside}"

    def get_source(self, fullname: str) -> str:
        file = self._source(fullname).file
        return importlib.util.decode_source(self._folder.files[file]) if file else ""

    def get_code(self, fullname: str) -> CodeType:
        file = self._source(fullname).file
        content = self._folder.files[file] if file else b""
        return compile(content, self.get_filename(fullname), "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        if self._source(name).file:
            _execute(self.get_code(name), module)

    def get_data(self, path: str) -> bytes:
        """A file by ``skill://name/file``, as ``pkgutil.get_data`` asks for it. Raises FileNotFoundError."""
        try:
            return self._folder.files[path.removeprefix(f"{self._folder.place}/")]
        except KeyError:
            raise FileNotFoundError(f"the skill has no file {path!r}") from None

    def get_resource_reader(self, fullname: str) -> Any:
        from skillpod.sandbox.guest.resources import Resources  # SAFE: here, so that only a skill that asks pays for importlib.resources

        if not self.is_package(fullname):
            return None
        return Resources(self._folder.files, "/".join(fullname.split(".")[1:]))

    def _source(self, fullname: str) -> _Source:
        try:
            return self._folder.modules[fullname]
        except KeyError:
            raise ImportError(f"the skill has no module {fullname!r}", name=fullname) from None


class Copy:
    """The folder written out below ``place``, for programs that read what lies beside them. What they import from there comes from the
    bundle's bytes all the same: a changed or added file is data, never a module."""

    def __init__(self, folder: Folder, place: str) -> None:
        self.folder = folder
        self.place = place

    def path(self, file: str) -> str:
        return f"{self.place}/{file}"

    def write(self) -> None:
        """Raises OSError; what was written until then stays."""
        made: set[str] = set()
        os.mkdir(self.place)  # not what is above it: where the guest has no scratch of its own, that would be the host's
        for name, content in self.folder.files.items():
            path = self.path(name)
            parent = os.path.dirname(path)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            with open(path, "xb") as file:
                file.write(content)

    def install(self) -> None:
        """Any directory of the copy may be put on ``sys.path`` from now on."""
        sys.path_hooks.insert(0, self._directory)

    def loader(self, file: str) -> _CopyLoader:
        return _CopyLoader(self, file)

    def execute(self, file: str, module: ModuleType) -> None:
        """Run the file's bytes as this module. Raises whatever its code raises."""
        _execute(_CopyLoader(self, file).get_code(module.__name__), module)

    def _directory(self, path: str) -> _CopyDirectory:
        """``sys.path_hooks``: takes what is below ``place``, whatever links and dots lead there."""
        real, place = os.path.realpath(path), os.path.realpath(self.place)
        if real != place and not real.startswith(f"{place}/"):
            raise ImportError(f"{path!r} is not in the skill's folder", path=path)
        return _CopyDirectory(self, real[len(place) + 1 :])


class _CopyDirectory:
    def __init__(self, copy: Copy, inside: str) -> None:
        self._copy = copy
        self._inside = inside

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        *parents, name = fullname.split(".")
        if not parents and name in sys.stdlib_module_names:
            return None
        files = self._copy.folder.files
        base = f"{self._inside}/{name}".removeprefix("/")
        for file, is_package in ((f"{base}/{_INIT}{_SUFFIX}", True), (f"{base}{_SUFFIX}", False)):
            if file in files:
                return self._spec(fullname, _CopyLoader(self._copy, file), base if is_package else "")
        return self._spec(fullname, None, base) if any(file.startswith(f"{base}/") for file in files) else None

    def _spec(self, fullname: str, loader: _CopyLoader | None, package: str) -> ModuleSpec:
        """``package`` is its directory, empty for a module; without a loader it is a portion of a package without ``__init__.py``."""
        spec = ModuleSpec(fullname, loader, origin=loader.get_filename(fullname) if loader else None)
        spec.has_location = loader is not None
        if package:
            spec.submodule_search_locations = [self._copy.path(package)]
        return spec


class _CopyLoader(_Loader):
    """One file. ``__file__`` is where the copy lies; tracebacks say ``skill://name/file``, as everywhere."""

    def __init__(self, copy: Copy, file: str) -> None:
        self._copy = copy
        self._file = file

    def is_package(self, fullname: str) -> bool:
        return os.path.basename(self._file) == f"{_INIT}{_SUFFIX}"

    def get_filename(self, fullname: str) -> str:
        return self._copy.path(self._file)

    def get_source(self, fullname: str) -> str:
        return importlib.util.decode_source(self._copy.folder.files[self._file])

    def get_code(self, fullname: str) -> CodeType:
        folder = self._copy.folder
        return compile(folder.files[self._file], f"{folder.place}/{self._file}", "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        _execute(self.get_code(module.__name__), module)

    def get_data(self, path: str) -> bytes:
        """As ``pkgutil.get_data`` asks for it: what lies in the copy now, which may be the program's own. Raises OSError."""
        with open(path, "rb") as file:
            return file.read()


def _execute(code: CodeType, module: ModuleType) -> None:
    linecache.lazycache(code.co_filename, module.__dict__)  # tracebacks show source lines; a fresh guest does not pay for reading them
    exec(code, module.__dict__)  # noqa: S102  # SAFE: this is the guest; running the skill's code is what it is for


def _package_name(name: str, files: Mapping[str, bytes]) -> str:
    """The skill's name as a package; never one that is taken, by the standard library, a package or a file of the skill itself."""
    wanted = name.replace("-", "_")
    own = f"{wanted}{_SUFFIX}" in files or any(file.startswith(f"{wanted}/") for file in files)
    is_taken = own or wanted in sys.stdlib_module_names or wanted in sys.modules or packages.have(wanted)
    return f"skill_{wanted}" if is_taken else wanted


def _if_there(files: Mapping[str, bytes], name: str) -> str:
    return name if name in files else ""
