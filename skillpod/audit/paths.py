"""Paths of files: what an expression leads to, as far as it is proven, and which functions and methods read or write there."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from typing import Any

from skillpod.audit.context import is_member
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Scope
from skillpod.audit.standard import listed
from skillpod.audit.texts import NOTHING, Start, Texts, argument
from skillpod.model.comparison import ANYTHING

VOLUMES = "/volumes/"
_SCRATCH = ("/tmp", "/dev/null")  # noqa: S108  # SAFE: no file is made; the texts are compared with what a skill wrote
_MAX_STEPS = 16
_MAX_PATHS = 16

READ, WRITE, EITHER = "read", "write", ""

_CLASSES = frozenset(f"pathlib.{name}" for name in ("Path", "PosixPath", "PurePath", "PurePosixPath"))
_JOINERS = frozenset({*_CLASSES, "os.path.join", "posixpath.join"})
_SAME = frozenset({"builtins.str", "os.fspath", "os.path.abspath", "os.path.normpath", "os.path.realpath"})
_SAME_METHODS = frozenset({"resolve", "absolute", "as_posix"})

METHODS: dict[str, str] = {
    **dict.fromkeys(listed("read_text read_bytes iterdir glob rglob walk exists is_file is_dir stat lstat readlink owner samefile"), READ),
    **dict.fromkeys(
        listed("write_text write_bytes mkdir touch unlink rmdir rename replace chmod lchmod symlink_to hardlink_to link_to"), WRITE
    ),
}
"""Methods of pathlib.Path that act on the file, and ``open``, whose mode says how."""

_ARGUMENTS: dict[str, tuple[tuple[int, str], ...]] = {
    **{f"os.{name}": ((0, READ),) for name in listed("listdir scandir walk fwalk stat lstat readlink access chdir statvfs")},
    **{f"os.{name}": ((0, WRITE),) for name in listed("remove unlink mkdir makedirs rmdir removedirs chmod truncate utime")},
    **{f"os.{name}": ((0, WRITE), (1, WRITE)) for name in listed("rename renames replace symlink link")},
    **{f"shutil.{name}": ((0, READ), (1, WRITE)) for name in listed("copy copy2 copyfile copytree")},
    "shutil.move": ((0, WRITE), (1, WRITE)),
    "shutil.rmtree": ((0, WRITE),),
    "glob.glob": ((0, READ),),
    "glob.iglob": ((0, READ),),
    "linecache.getlines": ((0, READ),),
    "linecache.getline": ((0, READ),),
    "os.open": ((0, EITHER),),
    "sqlite3.connect": ((0, EITHER),),
    "dbm.open": ((0, EITHER),),
}
_OPENERS = frozenset({"builtins.open", "io.open", "io.FileIO", "codecs.open", "tarfile.open", "zipfile.ZipFile"})


class Paths:
    def __init__(self, reader: Reader, texts: Texts) -> None:
        self._reader = reader
        self._texts = texts

    # --- what is done where ------------------------------------------------------------------------------------------------------

    def touched(self, path: str, call: Any, scope: Scope) -> Iterator[tuple[tuple[str, ...], str]]:
        """What a call of the standard library's does to files: all that each may be, and whether it reads or writes."""
        if path in _CLASSES:
            made = self.named(call, scope)
            if made:  # of any other, what is done to it tells more
                yield made, EITHER
            return
        by_mode = ((0, self._by_mode(argument(call, 1, "mode"), scope)),) if path in _OPENERS else ()
        for position, access in by_mode or _ARGUMENTS.get(path, ()):
            node = argument(call, position, "file" if path in _OPENERS else "path")
            if node is not None:
                yield self.named(node, scope), access

    def touched_by_method(self, attribute: Any, call: Any, scope: Scope) -> Iterator[tuple[tuple[str, ...], str]]:
        """The same of a method, when it is one of a path that can be followed."""
        found = self._starts(attribute.value, scope, _MAX_STEPS, is_text=False)
        if found:
            access = METHODS.get(attribute.attr) or self._by_mode(argument(call, 0, "mode"), scope)
            yield tuple(dict.fromkeys(map(resource, found))), access

    def named(self, node: Any, scope: Scope) -> tuple[str, ...]:
        """The resources an expression may lead to; empty where that is not proven."""
        found = dict.fromkeys(map(resource, self._starts(node, scope, _MAX_STEPS, is_text=True)))
        return () if ANYTHING in found else tuple(found)

    def _by_mode(self, mode: Any, scope: Scope) -> str:
        if mode is None:
            return READ
        modes = self._texts.wholes(mode, scope)
        if not modes:
            return EITHER
        return WRITE if any(set(text) & set("wax+") for text in modes) else READ

    # --- where an expression leads -----------------------------------------------------------------------------------------------

    def _starts(self, node: Any, scope: Scope, steps: int, *, is_text: bool) -> tuple[Start, ...]:
        if not steps:
            return ()
        if isinstance(node, ast.Call):
            found = self._of_call(node, scope, steps - 1, is_text=is_text)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            left = self._starts(node.left, scope, steps - 1, is_text=is_text)
            found = self._joined([left, self._part(node.right, scope, steps - 1)]) if left else ()
        elif isinstance(node, ast.Attribute) and node.attr == "parent":
            above = self._starts(node.value, scope, steps - 1, is_text=False)
            found = tuple(Start(posixpath.dirname(start.text)) for start in above) if all(each.is_whole for each in above) else ()
        else:
            behind = [self._starts(each, inside, steps - 1, is_text=is_text) for each, inside in self._texts.behind(node, scope)]
            found = tuple(dict.fromkeys(start for starts in behind for start in starts)) if behind and all(behind) else ()
        return found or (self._texts.starts(node, scope) if is_text else ())

    def _of_call(self, node: Any, scope: Scope, steps: int, *, is_text: bool) -> tuple[Start, ...]:
        function = node.func
        if is_member(self._reader, function, scope, "volume"):
            names = self._texts.wholes(argument(node, 0, "name"), scope)
            return tuple(Start(VOLUMES + name) for name in names)
        if isinstance(function, ast.Attribute) and function.attr in ("joinpath", *_SAME_METHODS):
            base = self._starts(function.value, scope, steps, is_text=False)
            joined = node.args if function.attr == "joinpath" else []
            return self._joined([base, *(self._part(each, scope, steps) for each in joined)]) if base else ()
        made = {meaning.path for meaning in self._reader.value(function, scope)}
        if made and made <= (_JOINERS if is_text else _CLASSES) and node.args:
            return self._joined([self._part(each, scope, steps) for each in node.args])
        return self._part(node.args[0], scope, steps) if is_text and made and made <= _SAME and len(node.args) == 1 else ()

    def _part(self, node: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        return self._starts(node, scope, steps, is_text=True) if not isinstance(node, ast.Starred) else ()

    def _joined(self, parts: list[tuple[Start, ...]]) -> tuple[Start, ...]:
        """One below the other; an absolute one begins anew. What is not proven ends it."""
        found: tuple[Start, ...] = parts[0]
        for part in parts[1:]:
            if len(found) * len(part) > _MAX_PATHS:
                return ()
            found = tuple(_below(start, rest) for start in found for rest in part or (NOTHING,))
        return found


def _below(start: Start, rest: Start) -> Start:
    if not start.is_whole:
        return start
    if rest.text.startswith("/"):
        return rest
    return Start(f"{start.text.rstrip('/')}/{rest.text}", rest.is_whole)


def resource(start: Start) -> str:
    """What a path is a use of: a volume by its name, a file elsewhere by its path (``./`` before one that is relative), or ``*``.

    ``/volumes/data/../../etc`` is /etc. What is only proven up to a folder is that folder; a name that is cut off within is none.
    """
    text = start.text if start.is_whole else start.text[: start.text.rfind("/") + 1]
    if not text:
        return ANYTHING
    plain = posixpath.normpath(text)
    if plain.startswith("//"):
        plain = plain[1:]
    if plain.startswith(VOLUMES):
        return plain.removeprefix(VOLUMES).partition("/")[0]
    if not start.is_whole and plain in ("/", VOLUMES.rstrip("/")):
        return ANYTHING
    return plain if plain.startswith("/") else f"./{plain}"


def needs_no_asking(name: str) -> bool:
    """Whether a resource is scratch space or the skill's own files: every guest has those."""
    return (name.startswith("./") and not name.startswith("./..")) or any(name == each or name.startswith(f"{each}/") for each in _SCRATCH)
