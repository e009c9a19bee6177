"""What the rewritten code asks before it reads or writes an attribute, and the built-in names it has."""

from __future__ import annotations

import builtins
import logging
import threading
from collections.abc import Mapping
from functools import partial
from types import BuiltinFunctionType, CodeType, FrameType, MappingProxyType, MethodDescriptorType, ModuleType, TracebackType
from typing import Any

from skillpod.sandbox.module.facades import Facade
from skillpod.sandbox.module.running import printed
from skillpod.sandbox.module.stand_ins import Namespace, TypeOf, formatted, formatted_map, is_own
from skillpod.sandbox.module.words import INSPECTION, PREFIX, named

_LOCKS = (type(threading.Lock()), type(threading.RLock()))  # whoever held one that the host takes, too, would hold the pod
_CLOSED = (ModuleType, CodeType, FrameType, TracebackType, logging.Manager, logging.RootLogger, *_LOCKS)
_LOOKED_AT = (*_CLOSED, MappingProxyType)
_ABSENT = object()

_ASKED_TWICE = INSPECTION | {"format", "format_map", "mro", "register"}
"""Public names that are looked at more closely."""

_SHOWN: Mapping[type, frozenset[str]] = {
    logging.Logger: named("debug info warning error exception critical log isEnabledFor setLevel name level"),
}
"""Types of which a skill gets an object that leads to the rest of the process, and what it may use of it."""

_PLAIN_BASES = frozenset({object, dict, list, set, frozenset, tuple, str, bytes, int, float, BaseException, Exception})
_NAMED_TUPLE = frozenset({"_asdict", "_fields", "_make", "_replace"})


class Inside:
    """A module of the skill, as another one sees it: the names its code bound."""

    __slots__ = ("_namespace_",)  # a name that no code of a skill may import

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace_ = namespace

    def __getattr__(self, name: str) -> Any:
        if not (name.startswith("__") or (name.startswith("_") and name.endswith("_"))) and name in self._namespace_:
            return self._namespace_[name]
        raise AttributeError(f"the module {self._namespace_['__name__'].rpartition('.')[2]!r} has no {name!r}")


def read(value: Any, name: str) -> Any:
    """``value.name``. Raises AttributeError for what leads out of the skill, as for what is not there."""
    if name in _ASKED_TWICE or name[0] == "_":
        return _read_closely(value, name)
    shown = _SHOWN.get(type(value))
    if shown is not None and name not in shown:
        raise _closed(name)
    found = getattr(value, name)
    if isinstance(found, _LOOKED_AT):
        return _looked_at(value, name, found)
    return found


def _read_closely(value: Any, name: str) -> Any:
    if name[0] == "_":
        if not _may_be_private(value, name):
            raise _closed(name)
    elif name in INSPECTION:
        raise _closed(name)
    found = getattr(value, name)
    if isinstance(found, _LOOKED_AT):
        return _looked_at(value, name, found)
    if name in ("format", "format_map"):
        return _unformatting(found, name)
    if name in ("mro", "register") and _is_of_another_class(found):
        raise _closed(name)
    return found


def _looked_at(value: Any, name: str, found: Any) -> Any:
    """A view of a dictionary that others use is one of a copy: what a view is compared with is given the dictionary itself."""
    if not isinstance(found, MappingProxyType):
        raise _closed(name)
    return found if is_own(value if isinstance(value, type) else type(value)) or type(value) is Inside else MappingProxyType(dict(found))


def _unformatting(found: Any, name: str) -> Any:
    """What stands in for ``str.format``. Looked at is what was found, not of what: ``super()`` and aliases of types pass on attributes of
    something else."""
    function = formatted if name == "format" else formatted_map
    if type(found) is MethodDescriptorType and found.__objclass__ is str:
        return function
    if type(found) is BuiltinFunctionType and isinstance(found.__self__, str):
        return partial(function, found.__self__)
    return found


def _is_of_another_class(method: Any) -> bool:
    owner = getattr(method, "__self__", None)
    return isinstance(owner, type) and not is_own(owner)


def _may_be_private(value: Any, name: str) -> bool:
    """A private name of the skill's own modules and classes. Of a class that inherits from another's, that one's would be seen too."""
    if name.startswith("__") or name.endswith("_"):
        return False
    if type(value) is Inside:
        return True
    kind = value if isinstance(value, type) else type(value)
    if name in _NAMED_TUPLE and issubclass(kind, tuple):
        return True
    return is_own(kind) and all(base in _PLAIN_BASES or is_own(base) or is_marker(base) for base in kind.__mro__)


def is_marker(base: type) -> bool:
    """Classes of the standard library that bring nothing private of theirs into what inherits from them."""
    return base.__module__ in ("abc", "typing", "enum", "collections.abc", "builtins")


def _closed(name: str) -> AttributeError:
    return AttributeError(f"{name!r} is closed to module isolation")


def write(value: Any) -> Any:
    """What attributes of may be set: an object or a class that the skill made. Raises TypeError."""
    kind = value if isinstance(value, type) else type(value)
    module = getattr(kind, "__module__", "")
    if kind is Namespace or (type(module) is str and module.startswith(PREFIX)):
        return value
    raise TypeError(f"attributes of {_named(value)} can't be set here: it is not of a class of the skill's own")


def change(value: Any, name: str) -> Any:
    """Whose attribute may be changed in its place, ``value.name += 1``: it is read, too. Raises AttributeError, TypeError."""
    read(write(value), name)
    return value


def write_item(value: Any) -> Any:
    """What items of may be set: an object, never a class or what is imported. Raises TypeError."""
    if isinstance(value, (type, Facade, Inside, *_CLOSED)):
        raise TypeError(f"items of {_named(value)} can't be set here")
    return value


def _named(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"an object of type {type(value).__name__}"


# --- built-in functions that take the name of an attribute ---------------------------------------------------------------------------


def _getattr(value: Any, name: str, default: Any = _ABSENT, /) -> Any:
    try:
        return read(value, _checked(name))
    except AttributeError:
        if default is _ABSENT:
            raise
        return default


def _hasattr(value: Any, name: str, /) -> bool:
    try:
        read(value, _checked(name))
    except AttributeError:
        return False
    return True


def _setattr(value: Any, name: str, new: Any, /) -> None:
    setattr(write(value), _own_name(name), new)


def _delattr(value: Any, name: str, /) -> None:
    delattr(write(value), _own_name(name))


def _checked(name: object) -> str:
    """Of a subclass of ``str``, what is compared need not be what is looked up."""
    if type(name) is not str:
        raise TypeError(f"the name of an attribute is a text, not {type(name).__name__}")
    return name or " "


def _own_name(name: object) -> str:
    checked = _checked(name)
    if checked.startswith("__") or (checked.startswith("_") and checked.endswith("_")):
        raise _closed(checked)
    return checked


_BUILTINS = named(
    "ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BufferError "
    "BytesWarning ConnectionError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception "
    "ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError "
    "ImportError ImportWarning IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError "
    "MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError "
    "OverflowError PendingDeprecationWarning PermissionError RecursionError ReferenceError ResourceWarning RuntimeError "
    "RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TimeoutError True "
    "TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning "
    "UserWarning ValueError Warning ZeroDivisionError __build_class__ abs aiter all anext any ascii bin bool bytearray "
    "bytes callable chr classmethod complex dict divmod enumerate filter float format frozenset hash hex id int isinstance "
    "issubclass iter len list map max min next object oct ord pow property range repr reversed round set slice sorted "
    "staticmethod str sum super tuple zip"
)

BUILTINS: Mapping[str, Any] = {
    **{name: getattr(builtins, name) for name in _BUILTINS},
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "delattr": _delattr,
    "print": printed,
    "type": TypeOf,
}
