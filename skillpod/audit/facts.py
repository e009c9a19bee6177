"""What reading a file tells the rules: facts without a judgement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar

from skillpod.model.finding import Finding, Severity


class What(Enum):
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
    FIELD = "field"  # a dataclasses.Field
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    what: What
    path: str = ""
    line: int = 0  # where the name it was read from got it; 0: it is what it is called

    def bound(self, line: int) -> Meaning:
        return self if self.line or self.what in (What.UNKNOWN, What.TEXT) else Meaning(self.what, self.path, line)


Meanings = tuple[Meaning, ...]
UNKNOWN: Meanings = (Meaning(What.UNKNOWN),)
_SUPER: Meanings = (Meaning(What.SELF, "super"),)


@dataclass(frozen=True, slots=True)
class Spot:
    line: int
    column: int  # from 1


@dataclass(frozen=True, slots=True)
class Use:
    """The code refers to an object of the standard library, the SDK or a package from elsewhere.

    ``call`` is the call of it, if it is one; ``told`` are that call's arguments, by position or keyword, which are proven constant texts:
    all that each may be. An argument that is not there is not proven."""

    spot: Spot
    what: What
    path: str
    spelled: str
    bound: int = 0
    is_import: bool = False
    call: Any = None
    told: Mapping[int | str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def words(self) -> str:
        """```load_rows` is os.popen, bound in line 2``."""
        shown = self.path.removeprefix("builtins.")
        if self.spelled == shown:
            return f"`{shown}`"
        where = f", bound in line {self.bound}" if self.bound and self.bound != self.spot.line else ""
        return f"`{self.spelled}` is {shown}{where}"


class Base(Enum):
    """What an attribute is taken from, as far as it matters for reflection."""

    SELF = "self"
    SUPER = "super"
    HANDLER = "handler"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute by its name: written with a dot, or as a constant of getattr and its like."""

    spot: Spot
    name: str
    spelled: str
    base: Base = Base.OTHER
    is_changed: bool = False
    call: Any = None


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


@dataclass(frozen=True, slots=True)
class Making:
    """A class that is made, or made over, while the code runs: ``type(name, bases, names)``, a metaclass, ``dataclass`` as a function."""

    spot: Spot
    spelled: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a module, taken as a mapping that is then used in a way that can't be followed."""

    spot: Spot
    spelled: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something is stored into, or deleted from, a module that is not the skill's own."""

    spot: Spot
    path: str
    spelled: str


@dataclass(frozen=True, slots=True)
class Escape:
    """A module is handed on as a value; what is taken from it there can't be followed."""

    spot: Spot
    path: str
    spelled: str


@dataclass(frozen=True, slots=True)
class Words:
    """A constant string with underscores in it that is not a docstring."""

    spot: Spot
    text: str


@dataclass(frozen=True, slots=True)
class Star:
    """``from path import *``."""

    spot: Spot
    path: str


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


Fact = Use | Attribute | Pair | Dynamic | Making | Names | Change | Escape | Words | Star | Spoken

_FactT = TypeVar("_FactT", Use, Attribute, Pair, Dynamic, Making, Names, Change, Escape, Words, Star, Spoken)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything seen in one file."""

    file: str
    facts: tuple[Fact, ...]

    def of(self, kind: type[_FactT]) -> Iterator[_FactT]:
        return (fact for fact in self.facts if isinstance(fact, kind))

    def finding(self, rule: str, severity: Severity, spot: Spot, message: str, fix: str, *, subject: str) -> Finding:
        return Finding(
            rule=rule, severity=severity, file=self.file, line=spot.line, column=spot.column, message=message, fix=fix, subject=subject
        )
