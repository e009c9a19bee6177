"""What a dotted name of the standard library stands for, and what that reaches: the tables, asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from skillpod.audit.standard.members import files, language, markup, network, numbers, other_versions, process, text
from skillpod.audit.standard.modules import GUARDED, MODULES, PRIVATE, SUBMODULES, is_private
from skillpod.audit.standard.reaches import PERMITTED, Reach, Standing, listed
from skillpod.model.later import later

_LISTS: dict[str, str] = {
    **files.MEMBERS,
    **language.MEMBERS,
    **markup.MEMBERS,
    **network.MEMBERS,
    **numbers.MEMBERS,
    **process.MEMBERS,
    **text.MEMBERS,
}
_SAME = {
    "ntpath": "os.path",
    "posixpath": "os.path",
    "sqlite3.dbapi2": "sqlite3",
    "sre_compile": "sre_constants",
    "sre_parse": "sre_constants",
    "xml.etree.cElementTree": "xml.etree.ElementTree",
    "xml.parsers.expat": "pyexpat",
}
"""Modules with the members of another."""

_ENCODINGS = "encodings."
CONSTANTS = "CONSTANTS"
"""In a list: every name in capitals, which is a number, a text or a table of them."""

_CONSTANT = later(r"[A-Z][A-Z0-9_]*")
_ORDINARY = frozenset(
    {
        "__name__",
        "__doc__",
        "__version__",
        "__all__",
        "__file__",
        "__author__",
        "__package__",
        "__date__",
        "__credits__",
        "__copyright__",
        "__license__",
        "__status__",
    }
)

_NOT_MODULES = frozenset(
    listed("""
        random._bisect sched._time threading._time importlib._abc importlib.metadata._collections importlib.metadata._functools
        importlib.metadata._itertools importlib.resources._itertools socket.socket ssl.socket
    """)
)
"""Members that have the name of a module and are none, or another."""

_ALIASES = {
    "collections.abc.ABCMeta": "abc.ABCMeta",
    "collections.abc.FunctionType": "types.FunctionType",
    "concurrent.futures.process.mp": "multiprocessing",
    "contextlib.wraps": "functools.wraps",
    "dataclasses.FunctionType": "types.FunctionType",
    "email.charset.partial": "functools.partial",
    "enum.bltns": "builtins",
    "hmac._hashopenssl": "_hashlib",
    "importlib.resources.readers.abc": "importlib.resources.abc",
    "inspect.attrgetter": "operator.attrgetter",
    "numbers.ABCMeta": "abc.ABCMeta",
    "os.st": "stat",
    "pathlib.attrgetter": "operator.attrgetter",
    "pkgutil.simplegeneric": "functools.singledispatch",
    "tokenize._builtin_open": "builtins.open",
    "typing.ABCMeta": "abc.ABCMeta",
    "typing.stdlib_re": "re",
    "unittest.result.wraps": "functools.wraps",
    "xdrlib.wraps": "functools.wraps",
}
"""Members that are a module, a builtin or a member with a rule of its own, under another name."""

HARMLESS_PRIVATE = frozenset(
    listed("""
        argparse._SubParsersAction argparse._ArgumentGroup logging._nameToLevel logging._levelToName
        sys._is_gil_enabled sys._MEIPASS
        _thread.LockType _thread.RLock _thread.TIMEOUT_MAX _thread.allocate_lock _thread.error _thread.get_ident _thread.get_native_id
    """)
)
"""Private members of public modules, and members of private ones, that honest code names and that reach nothing."""


def members(module: str) -> Mapping[str, Reach] | None:
    """What is known of a module's members by name, dotted for those of a class; None if it is judged as a whole."""
    module = _SAME.get(module, module)
    return _members("encodings.*" if module.startswith(_ENCODINGS) else module)


@lru_cache(maxsize=512)
def _members(module: str) -> Mapping[str, Reach] | None:
    texts = [lists[module] for lists in (other_versions.BEFORE, other_versions.AFTER, _LISTS) if module in lists]
    if not texts:
        return None
    reach = Reach.PLAIN
    table: dict[str, Reach] = {}
    for word in " ".join(texts).split():
        if word.endswith(":"):
            reach = Reach[word[:-1].upper()]
        else:
            table[word] = reach
    return table


BUILTINS: dict[str, Reach] = {name: reach for name, reach in (_members("builtins") or {}).items() if reach is not Reach.PLAIN}
"""Builtins, and names every module has, that reach something. The others compute."""


def is_member(path: str) -> bool:
    """Whether a name is on a module's list of members, or is one of its constants."""
    *head, name = path.split(".")
    module, rest = _split(head) if head else ("", [])
    table = members(module)
    return table is not None and _looked_up(table, ".".join([*rest, name])) is not None


def _looked_up(table: Mapping[str, Reach], name: str) -> Reach | None:
    found = table.get(name)
    return Reach.PLAIN if found is None and CONSTANTS in table and _CONSTANT.fullmatch(name) else found


@lru_cache(maxsize=8192)
def transit(path: str, name: str) -> str:
    """What ``path.name`` really is, when it is another module or builtin (``logging.os`` is ``os``); else ``path.name``."""
    whole = f"{path}.{name}"
    if whole in _ALIASES:
        return _ALIASES[whole]
    if whole in SUBMODULES or whole in _NOT_MODULES or is_member(whole):
        return whole
    if name in MODULES or name in PRIVATE:
        return name
    plain = name.lstrip("_")
    return plain if name.startswith("_") and plain in MODULES else whole


@lru_cache(maxsize=4096)
@lru_cache(maxsize=4096)
def standing(path: str) -> Standing:
    """What a dotted name of the standard library reaches: of its longest part that is known.

    ``os.environ.get`` is judged as ``os.environ``; ``os.nothing`` is refused for not being listed; so is ``json.nothing``.
    """
    parts = path.split(".")
    if is_private(parts[0]):
        return Standing(Reach.PLAIN) if path in HARMLESS_PRIVATE else Standing(Reach.INSIDES, is_listed=False)
    module, rest = _split(parts)
    whole = SUBMODULES.get(module) or MODULES[parts[0]]
    table = members(module)
    if not rest or table is None or rest[0] in _ORDINARY:
        return Standing(whole)
    for length in range(len(rest), 0, -1):
        found = _looked_up(table, ".".join(rest[:length]))
        if found is not None:
            return Standing(found)
    if whole not in PERMITTED and module != "builtins":
        return Standing(whole)
    is_private_member = rest[0].startswith("_") and not rest[0].startswith("__") and module not in GUARDED
    return Standing(Reach.PLAIN) if is_private_member else Standing(Reach.INSIDES, is_listed=False)


def _split(parts: list[str]) -> tuple[str, list[str]]:
    """The module a dotted name begins with, and the rest of it."""
    if parts[0] == "encodings" and len(parts) > 1 and parts[1] not in (_members("encodings") or {}):
        return ".".join(parts[:2]), parts[2:]
    for length in range(len(parts), 1, -1):
        if (head := ".".join(parts[:length])) in SUBMODULES:
            return head, parts[length:]
    return parts[0], parts[1:]
