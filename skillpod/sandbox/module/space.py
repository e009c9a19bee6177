"""The namespaces of one guest: a fresh dictionary for each module of the skill, nothing of it in ``sys.modules``."""

from __future__ import annotations

import inspect
import types
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, ForwardRef, Literal, get_args, get_origin

from skillpod.sandbox.guest.tools import Tool, find
from skillpod.sandbox.module.facades import Facades
from skillpod.sandbox.module.guards import BUILTINS, Inside, change, is_marker, read, write, write_item
from skillpod.sandbox.module.program import Program
from skillpod.sandbox.module.running import Voice, look
from skillpod.sandbox.module.stand_ins import is_own


class Space:
    """What one guest's code makes and sees; ``guest`` is over when it is. Drop it, and with it goes all that the skill made."""

    def __init__(self, program: Program, guest: Voice) -> None:
        self._program = program
        self._guest = guest
        self._facades = Facades()
        self._namespaces: dict[str, dict[str, Any]] = {}
        self._is_alarmed = False

    def tools(self) -> dict[str, Tool]:
        """Run the entry, and find its tools. Raises whatever the skill's code raises."""
        namespace = self._module(self._program.entry)
        for value in tuple(namespace.values()):
            if isinstance(value, types.FunctionType):
                self._settle(inspect.unwrap(value))
        return find(namespace)

    def _settle(self, function: object) -> None:
        """The annotations of a function that the skill wrote: of no other are the texts known to be the compiler's."""
        if isinstance(function, types.FunctionType) and any(function.__globals__ is each for each in self._namespaces.values()):
            settle(function.__annotations__, function.__globals__)

    def alarm(self) -> None:
        """From now on every function, loop and comprehension asks whether its call is over."""
        self._set(True)

    def calm(self) -> None:
        """No call is over that still runs."""
        self._set(False)

    def _set(self, is_alarmed: bool) -> None:
        self._is_alarmed = is_alarmed
        for namespace in tuple(self._namespaces.values()):
            namespace["_over_"] = is_alarmed

    def clear(self) -> None:
        """Once nothing of it runs: functions and their namespaces hold each other, and would wait for the collector."""
        for namespace in self._namespaces.values():
            namespace.clear()
        self._namespaces.clear()

    # --- modules -----------------------------------------------------------------------------------------------------------------

    def _module(self, name: str) -> dict[str, Any]:
        """The namespace of a module, its code run. Raises whatever that raises; then there is none."""
        found = self._namespaces.get(name)
        if found is not None:
            return found
        parent, _, leaf = name.rpartition(".")
        above = self._module(parent) if parent in self._program.modules else None
        namespace = self._namespaces[name] = self._fresh(name)
        code = self._program.modules[name].code
        try:
            if code is not None:
                exec(code, namespace)  # noqa: S102  # SAFE: a trusted publisher's code, compiled by ``program`` from the bundle's bytes
        except BaseException:
            del self._namespaces[name]
            raise
        namespace["__metaclass__"].settle()
        if above is not None:
            above[leaf] = Inside(namespace)
        return namespace

    def _fresh(self, name: str) -> dict[str, Any]:
        module = self._program.modules[name]
        package = name if module.is_package else name.rpartition(".")[0]
        namespace: dict[str, Any] = {"__name__": name, "__doc__": None, "__loader__": _Lines(self._program)}
        namespace["__builtins__"] = {**BUILTINS, "__import__": partial(self._import, package)}
        namespace["__metaclass__"] = _Maker(namespace)
        namespace |= {"_getattr_": read, "_write_": write, "_change_": change, "_writeitem_": write_item}
        namespace |= {"_over_": self._is_alarmed, "_stop_": partial(look, self._guest)}
        return namespace

    def _import(
        self,
        package: str,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> Any:
        """``__import__``, as the code of one package has it. Raises ImportError."""
        if level:
            base = package.rsplit(".", level - 1)[0]
            return self._own(f"{base}.{name}" if name else base, fromlist or ())
        facade = self._facades.find(name)
        if facade is not None:
            return facade if fromlist or "." not in name else self._facades.find(name.partition(".")[0])
        if name == "__future__":
            return Inside({"__name__": name, **dict.fromkeys(fromlist or ())})
        found = self._program.find(name)
        if not found:
            raise ModuleNotFoundError(f"no module {name!r} is offered to module isolation", name=name)
        if fromlist:
            return self._own(found, fromlist)
        self._own(found, ())
        return self._own(self._program.find(name.partition(".")[0]), ())

    def _own(self, name: str, wanted: tuple[str, ...]) -> Inside:
        namespace = self._module(name)
        for each in wanted:
            if each not in namespace and f"{name}.{each}" in self._program.modules:
                self._module(f"{name}.{each}")
            elif each not in namespace:
                raise ImportError(f"cannot import name {each!r} from {name.rpartition('.')[2]!r}", name=name)
        return Inside(namespace)


class _Lines:
    """``__loader__``: what tracebacks ask for the lines of the skill's files."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def get_source(self, name: str) -> str:
        return self._program.source(name)


class _Maker:
    """What makes the classes of one module: by the metaclass of their bases, once their annotations are values."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._unsettled: list[tuple[type, dict[str, str]]] = []

    def __prepare__(self, name: str, bases: tuple[type, ...], /, **options: Any) -> Any:
        return _metaclass(bases).__prepare__(name, bases, **options)

    def __call__(self, name: str, bases: tuple[type, ...], body: Any, /, **options: Any) -> Any:
        _require_honest(bases, body)
        left = settle(body.get("__annotations__", {}), self._namespace, body)
        made = _metaclass(bases)(name, bases, body, **options)
        if left:
            self._unsettled.append((made, left))
        return made

    def settle(self) -> None:
        """The module is complete: what names a class that was not there yet can be said now."""
        for made, left in self._unsettled:
            annotations: dict[str, Any] = dict(left)
            settle(annotations, self._namespace)
            made.__annotations__ = inspect.get_annotations(made) | annotations
        self._unsettled.clear()


_UNKEYED = frozenset({object, dict, list, set, tuple, bytearray, OrderedDict, Counter, ChainMap, defaultdict, deque})
"""Classes of others of which no table of the process has keys: what inherits from them may say what it equals."""


def _require_honest(bases: tuple[type, ...], body: Mapping[str, Any]) -> None:
    """The tables that the standard library keeps for the process (``struct``'s formats, whether an address is private) ask their keys
    what they equal; a text that says it is another text would change them for everyone. Raises TypeError."""
    above = {base for kind in bases for base in kind.__mro__}
    own = {base for base in above if is_own(base)}
    if not any("__eq__" in names for names in (body, *map(vars, own))):
        return
    for base in {base for base in above - own - _UNKEYED if not issubclass(base, BaseException)}:
        if base.__module__ == "builtins" or not is_marker(base):
            raise TypeError(f"a class that inherits from {base.__name__} can't define __eq__ here")


def _metaclass(bases: tuple[type, ...]) -> Any:
    """The most derived metaclass of all bases. Raises TypeError when there is none."""
    winner: type = type
    for base in bases:
        kind = type(base)
        if issubclass(kind, winner):
            winner = kind
        elif not issubclass(winner, kind):
            raise TypeError("the metaclasses of the bases exclude each other")
    return winner


# --- annotations -------------------------------------------------------------------------------------------------------------------


def settle(annotations: dict[str, Any], names: dict[str, Any], local: Mapping[str, Any] = MappingProxyType({})) -> dict[str, str]:
    """Put values in the place of the texts that the compiler made. What names something that is not there yet has ``object`` in its place
    for now; the texts of those are returned."""
    left = {}
    for name, hint in annotations.items():
        if type(hint) is str:
            try:
                found = eval(hint, names, local)  # noqa: S307  # SAFE: of the rewritten tree (``program._LATER``), so it asks the guards
            except NameError:
                left[name] = hint
                found = eval(hint, names, _Guesses({**names["__builtins__"], **names, **local}))  # noqa: S307  # SAFE: as above
            annotations[name] = object if _holds_text(found) else found
    return left


class _Guesses(dict[str, Any]):
    """Names, where one that is not there is ``object``: whether a hint is a ClassVar or NotRequired is known before what is inside it."""

    def __missing__(self, name: str) -> Any:
        return object


def _holds_text(hint: Any) -> bool:
    """Whether there is a text in it, which ``typing`` would evaluate without asking anyone."""
    if isinstance(hint, (str, ForwardRef)):
        return True
    if isinstance(hint, (list, tuple)):  # the parameters of a Callable
        return any(map(_holds_text, hint))
    if get_origin(hint) is Literal:
        return False
    inner = get_args(hint)
    return any(map(_holds_text, inner[:1] if get_origin(hint) is Annotated else inner))
