"""What reading a file tells the rules: facts without a judgement."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from skillpod.audit.nodes import walk
from skillpod.audit.standard import listed
from skillpod.model.finding import Finding, Severity


class What(Enum):
    __hash__ = object.__hash__  # an Enum's own asks for its name: these are asked for very often

    MODULE = "module"  # of the standard library
    MEMBER = "member"  # of one, or a builtin: `os.popen`, `builtins.eval`
    OWN = "own"  # a module of the bundle; path is its dotted name below the folder
    SDK = "sdk"  # skillpod, or a name of it
    FOREIGN = "foreign"  # neither
    TEXT = "text"  # a constant string; path is the string
    NAMESPACE = "namespace"  # a module's names as a mapping; path is the module, or empty for this one
    HANDLER = "handler"  # a caught exception
    SELF = "self"  # the first parameter of a method
    GUESS = "guess"  # an attribute named like a telling module, of a value that is not known
    CONTEXT = "context"  # what the host gives a call: a parameter that is annotated so
    FIELD = "field"  # a dataclasses.Field
    HOLDER = "holder"  # a literal tuple, list, set or dict, or a comprehension; held says which
    CLASS = "class"  # one of the skill's own
    FUNCTION = "function"  # of the skill's own, without decorators, or a lambda; held says which
    UNKNOWN = "unknown"


class Held(NamedTuple):
    """An expression or a function of the skill, where it stands: what is in it is asked of its file's reader."""

    reader: Any
    node: Any
    scope: Any

    @property
    def is_plain(self) -> bool:
        """Whether no name in it is of something imported."""
        imported: frozenset[str] = self.reader.imported_names
        return all(node.id not in imported for node in walk(self.node) if isinstance(node, ast.Name))


class Meaning(NamedTuple):
    """One thing that an expression may be. A tuple, as are the other values that every line of code makes some of."""

    what: What
    path: str = ""
    line: int = 0  # where the name it was read from got it; 0: it is what it is called
    held: Held | None = None

    def bound(self, line: int) -> Meaning:
        """The same, as it is read from a name that got it in that line; the first such line is kept."""
        return self if self.line or self.what in NAMELESS else Meaning(self.what, self.path, line, self.held)


NAMELESS = frozenset({What.UNKNOWN, What.TEXT, What.CLASS, What.HANDLER})
"""Kinds of which it does not matter by which name they are known. It does of SELF: ``super()`` under a name is told from the call."""

Meanings = tuple[Meaning, ...]
UNKNOWN: Meanings = (Meaning(What.UNKNOWN),)


class Spot(NamedTuple):
    """Columns count bytes of UTF-8 from 1, as syntax trees have them; ``end`` is the one after the last, 0 where it is in another line."""

    line: int
    column: int
    end: int = 0


class Use(NamedTuple):
    """The code refers to an object of the standard library, the SDK or a package from elsewhere.

    ``is_attempted``: an import whose failure is caught. ``call`` is the call of it, if it is one; ``told`` are that call's arguments, by
    position or keyword, which are proven constant texts: all that each may be. An argument that is not there is not proven.
    ``is_looked_at``: compared, or an annotation, and no more."""

    spot: Spot
    what: What
    path: str
    spelled: str
    bound: int = 0
    is_import: bool = False
    is_attempted: bool = False
    call: Any = None
    told: Mapping[int | str, tuple[str, ...]] = MappingProxyType({})
    is_looked_at: bool = False

    @property
    def words(self) -> str:
        """```load_rows` is os.popen, bound in line 2``."""
        shown = self.path.removeprefix("builtins.")
        if self.spelled == shown:
            return f"`{shown}`"
        where = f", bound in line {self.bound}" if self.bound and self.bound != self.spot.line else ""
        return f"`{self.spelled}` is {shown}{where}"


NOTABLE = frozenset(
    listed("""
        obj get_field convert_field subprocess_exec subprocess_shell enable_load_extension load_extension load_module exec_module
        find_module find_spec evaluate_forward_ref create_connection create_unix_connection create_datagram_endpoint create_server
        create_unix_server sock_connect getaddrinfo getnameinfo createDOMBuilder parseURI _module _csock _ssock _os _io _flavour _convert_
        _evaluate _make_subprocess_transport _fields
        add_signal_handler remove_signal_handler set_tunnel set_proxy full_url
    """)
)
NOTABLE_BEGINNINGS = frozenset(("tb", "f", "gi", "cr", "ag", "co", "func", "im"))
"""Attributes that are told to the rules, with all that begin with two underscores: by name, and by what stands before the first one."""


class Base(Enum):
    """What an attribute is taken from, as far as it matters for reflection."""

    SELF = "self"
    SUPER = "super"
    CLASS = "class"  # one of the skill's own
    HANDLER = "handler"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute by its name: written with a dot, or as a constant of getattr and its like. ``is_asked``: it is only looked into, by
    a constant key, ``in`` or a loop; ``is_own``: the skill itself stores something under that name."""

    spot: Spot
    name: str
    spelled: str
    base: Base = Base.OTHER
    is_changed: bool = False
    call: Any = None
    is_asked: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """``.os.system`` on a value that is not known."""

    spot: Spot
    path: str
    spelled: str


@dataclass(frozen=True, slots=True)
class Dynamic:
    """An attribute whose name is computed. ``prefix`` is the constant it begins with."""

    spot: Spot
    spelled: str
    prefix: str = ""
    base: Base = Base.OTHER


@dataclass(frozen=True, slots=True)
class Making:
    """A class that is made, or made over, while the code runs: ``type(name, bases, names)``, a metaclass, ``dataclass`` as a function."""

    spot: Spot
    spelled: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a module, or of an object (``is_weak``), taken as a mapping that is then used in a way that can't be followed."""

    spot: Spot
    spelled: str
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Something is stored into, or deleted from, a module that is not the skill's own."""

    spot: Spot
    path: str
    spelled: str


@dataclass(frozen=True, slots=True)
class Escape:
    """A module is handed on as a value; what is taken from it there can't be followed. ``is_strong``: it, or one of the skill's own that
    is handed on holds one that, can do more than a skill may unasked."""

    spot: Spot
    path: str
    spelled: str
    is_strong: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A constant string with underscores in it that is not a docstring."""

    spot: Spot
    text: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An annotation that is text under another name, or text that is put together: code for whoever evaluates annotations."""

    spot: Spot
    spelled: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text that is put together while the code runs, and then formatted with a value that is more than text or a number."""

    spot: Spot
    spelled: str


@dataclass(frozen=True, slots=True)
class Star:
    """``from path import *``."""

    spot: Spot
    path: str


@dataclass(frozen=True, slots=True)
class Aim:
    """The code uses a right to something that has a name. ``kind`` is that of a permission; ``targets`` are all that the something may
    be, empty where that is only known when the code runs. ``use`` is what does it, resolved, and ``words`` the same for people; ``access``
    is of volumes and files: read, write, or empty for either. ``is_guess``: a method by the name of one of the Context's, of a value that
    is not known to be it."""

    spot: Spot
    kind: str
    use: str
    words: str
    targets: tuple[str, ...] = ()
    access: str = ""
    is_guess: bool = False


class Voice(Enum):
    """To whom a text of the code is said, as far as it matters: a model reads both."""

    DESCRIPTION = "description"  # docstrings, annotations, defaults, titles
    OUTPUT = "output"  # results and errors


@dataclass(frozen=True, slots=True)
class Spoken:
    """A constant text that whoever calls is shown. ``subject`` is the name it was given, or what it is a part of; ``written`` are the
    lines of the file it stands in, from the spot's own on."""

    spot: Spot
    text: str
    voice: Voice
    subject: str
    written: str


Fact = Aim | Use | Attribute | Pair | Dynamic | Making | Names | Change | Escape | Words | Evaluated | Template | Star | Spoken

_FactT = TypeVar("_FactT", Aim, Use, Attribute, Pair, Dynamic, Making, Names, Change, Escape, Words, Evaluated, Template, Star, Spoken)


class Reading:
    """Everything seen in one file. ``lines`` are its text, for columns in characters."""

    def __init__(self, file: str, facts: Iterable[Fact], lines: Sequence[str]) -> None:
        self.file = file
        self._facts: dict[type, list[Any]] = {}
        self._lines = lines
        for fact in facts:
            self._facts.setdefault(fact.__class__, []).append(fact)

    def of(self, kind: type[_FactT]) -> Sequence[_FactT]:
        return self._facts.get(kind, ())

    def finding(self, rule: str, severity: Severity, spot: Spot, message: str, fix: str, *, subject: str) -> Finding:
        column, end = self._characters(spot)
        return Finding(
            rule=rule,
            severity=severity,
            file=self.file,
            line=spot.line,
            column=column,
            end_column=end,
            message=message,
            fix=fix,
            subject=subject,
        )

    def _characters(self, spot: Spot) -> tuple[int, int]:
        line = self._lines[spot.line - 1] if 0 < spot.line <= len(self._lines) else ""
        if line.isascii():
            return spot.column, spot.end
        content = line.encode("utf-8")
        return _column(content, spot.column), _column(content, spot.end) if spot.end else 0


def _column(line: bytes, column: int) -> int:
    return len(line[: column - 1].decode("utf-8", "ignore")) + 1
