"""Members of which the arguments decide what a call of them reaches.

The list of a module holds the strongest that a member can reach. A condition here holds only where the call proves it, and lessens that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from skillpod.audit.standard.reaches import Reach
from skillpod.audit.standard.standings import standing

_READ_MODE = r"[rbtU]+"
_OWN_PACKAGE = r"__name__|__package__|(?!tests(\.|$))\w+(\.\w+)*"
"""Packages by a name that is known: what lies below tests/ is not read like the rest, and importing it by a text would run it."""


class Shape(Enum):
    """What must be proven of an argument."""

    ABSENT = "is surely not passed"
    PASSED = "is surely passed"
    TEXT = "is surely a text that matches"


@dataclass(frozen=True, slots=True)
class Passed:
    """The arguments of a call. ``names``: positions and keywords; ``told``: those which are proven texts, with all that each may be.

    ``is_open``: more may be passed than is written, by ``*`` or ``**``."""

    names: frozenset[int | str]
    told: Mapping[int | str, tuple[str, ...]]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """``reach`` is what the call reaches if the argument, by any of its names, has the shape."""

    names: tuple[int | str, ...]
    shape: Shape
    reach: Reach
    pattern: str = ""

    def holds(self, passed: Passed) -> bool:
        given = [name for name in self.names if name in passed.names]
        if self.shape is Shape.ABSENT:
            return not given and not passed.is_open
        if self.shape is Shape.PASSED:
            return bool(given)
        texts = [text for name in given for text in passed.told.get(name, ())]
        return bool(texts) and all(name in passed.told for name in given) and all(re.fullmatch(self.pattern, text) for text in texts)


def _absent(*names: int | str, reach: Reach = Reach.PLAIN) -> Condition:
    return Condition(names, Shape.ABSENT, reach)


def _passed(*names: int | str, reach: Reach = Reach.PLAIN) -> Condition:
    return Condition(names, Shape.PASSED, reach)


def _text(*names: int | str, like: str, reach: Reach) -> Condition:
    return Condition(names, Shape.TEXT, reach, like)


def _to_read(*names: int | str) -> tuple[Condition, ...]:
    """Files that are opened by a mode: without one, and by one that only reads, they are read."""
    return (_absent(*names, reach=Reach.READING), _text(*names, like=_READ_MODE, reach=Reach.READING))


_OF_A_PACKAGE = (
    _absent(0, "anchor", "package", reach=Reach.READING),
    _text(0, "anchor", "package", like=_OWN_PACKAGE, reach=Reach.READING),
)
_IN_PLACE = (_absent(1, "inplace", reach=Reach.READING),)
_IN_MEMORY = (_text(0, "database", like=":memory:", reach=Reach.PLAIN),)
_NOT_EVALUATED = (_absent("eval_str"),)

CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "aifc.open": _to_read(1, "mode"),
    "argparse.ArgumentParser": (_absent(7, "fromfile_prefix_chars"),),
    "builtins.open": _to_read(1, "mode"),
    "bz2.BZ2File": _to_read(1, "mode"),
    "bz2.open": _to_read(1, "mode"),
    "codecs.open": _to_read(1, "mode"),
    "dbm.dumb.open": (_text(1, "flag", like="r", reach=Reach.READING),),
    "dbm.gnu.open": _to_read(1, "flag"),
    "dbm.ndbm.open": _to_read(1, "flag"),
    "dbm.open": _to_read(1, "flag"),
    "dbm.sqlite3.open": _to_read(1, "flag"),
    "email.utils.make_msgid": (_passed(1, "domain"),),
    "fileinput.FileInput": _IN_PLACE,
    "fileinput.input": _IN_PLACE,
    "gzip.GzipFile": _to_read(1, "mode"),
    "gzip.open": _to_read(1, "mode"),
    "importlib.resources.contents": _OF_A_PACKAGE,
    "importlib.resources.files": _OF_A_PACKAGE,
    "importlib.resources.is_resource": _OF_A_PACKAGE,
    "importlib.resources.open_binary": _OF_A_PACKAGE,
    "importlib.resources.open_text": _OF_A_PACKAGE,
    "importlib.resources.path": _OF_A_PACKAGE,
    "importlib.resources.read_binary": _OF_A_PACKAGE,
    "importlib.resources.read_text": _OF_A_PACKAGE,
    "inspect.Signature": (_absent(),),
    "inspect.Signature.from_callable": _NOT_EVALUATED,
    "inspect.get_annotations": _NOT_EVALUATED,
    "inspect.signature": _NOT_EVALUATED,
    "io.FileIO": _to_read(1, "mode"),
    "io.open": _to_read(1, "mode"),
    "logging.basicConfig": (_absent("filename"),),
    "lzma.LZMAFile": _to_read(1, "mode"),
    "lzma.open": _to_read(1, "mode"),
    "os.fdopen": _to_read(1, "mode"),
    "pkgutil.get_data": _OF_A_PACKAGE,
    "sqlite3.connect": _IN_MEMORY,
    "sqlite3.dbapi2.connect": _IN_MEMORY,
    "sunau.open": _to_read(1, "mode"),
    "tarfile.bltn_open": _to_read(1, "mode"),
    "uuid.uuid1": (_passed(0, "node"),),
    "wave.open": _to_read(1, "mode"),
    "xml.etree.ElementTree.canonicalize": (_absent("from_file"),),
    "xml.etree.cElementTree.canonicalize": (_absent("from_file"),),
    "xml.sax.make_parser": (_absent(0, "parser_list", reach=Reach.READING),),
    "xml.sax.parse": (_text(0, "source", like="[^:]*", reach=Reach.READING),),
}
"""What is not here though it takes a path or a file: ``zipfile.ZipFile`` and ``tarfile.open``, for what they give can be extracted
wherever it says; ``tempfile``, which always makes a file. What ``make_parser()`` gives also reads an address, which only the jail sees."""

_HARMLESS_UNCALLED = frozenset({"argparse.ArgumentParser", "inspect.signature", "logging.basicConfig"})
"""Handed on uncalled they are judged as where no condition speaks against them: a class that is extended, a function that is mapped."""

HARMLESS_WHEN_SEEN = frozenset({"inspect.Signature", "types.CodeType", "types.FunctionType", "types.LambdaType"})
"""Types that honest code compares with and annotates. One that is handed on can make code out of data, or run annotations."""


def is_conditional(path: str) -> bool:
    """Whether it depends on more than the name."""
    return path in CONDITIONS or path in HARMLESS_WHEN_SEEN


def reach_of_call(path: str, passed: Passed) -> Reach:
    """What a call reaches: as the first condition says that holds, else what the member can reach at all."""
    for condition in CONDITIONS.get(path, ()):
        if condition.holds(passed):
            return condition.reach
    return standing(path).reach


def reach_of_import(path: str) -> Reach:
    """What an import of a member reaches: what its mildest call does, since each call is judged where it stands."""
    if path in HARMLESS_WHEN_SEEN:
        return Reach.PLAIN
    found = CONDITIONS.get(path)
    return found[0].reach if found else standing(path).reach


def reach_of_reference(path: str) -> Reach:
    """What a member reaches that is not called where it is named: all it can, for the call is out of sight."""
    return reach_of_import(path) if path in _HARMLESS_UNCALLED else standing(path).reach
