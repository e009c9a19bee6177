"""What a finding is bound to beside its rule and subject: the code it stands in, whatever its lines, blanks and comments."""

from __future__ import annotations

import ast
import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from skillpod.audit.source import Source
from skillpod.model.bundle import Bundle
from skillpod.model.digest import Digest
from skillpod.model.finding import Finding

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_UNSAID = frozenset({"ctx", "kind", "type_comment"})
"""Fields of a syntax tree that say what another one says, or nothing."""


def fingerprinted(findings: Iterable[Finding], bundle: Bundle, sources: Mapping[str, Source]) -> Iterator[Finding]:
    """The findings, each with its fingerprint. One that is about a file as such has that file as its subject."""
    trees = {file: _Statements(source.tree) for file, source in sources.items()}
    codes: dict[tuple[str, int], str] = {}
    for finding in findings:
        place = (finding.file, finding.line)
        if place not in codes:
            codes[place] = _code(*place, bundle, trees.get(finding.file))
        subject = finding.subject or finding.file
        yield replace(finding, subject=subject, fingerprint=_fingerprint(finding.rule, finding.file, subject, codes[place]))


def _fingerprint(*said: str) -> Digest:
    text = "\0".join(("skillpod.finding.v1", *said))
    return Digest(f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}")


def _code(file: str, line: int, bundle: Bundle, statements: _Statements | None) -> str:
    """In Python the innermost function, outside of one the statement; in another text the line; else the file's content."""
    content = bundle.files.get(file, b"")
    if not line:
        return hashlib.sha256(content).hexdigest()
    if statements is not None:
        return statements.around(line)
    lines = content.decode("utf-8", "replace").split("\n")
    return " ".join(lines[line - 1].split()) if line <= len(lines) else ""


class _Statements:
    """The statements of one file, by where they stand; each is written out once, however many findings it holds."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._below: dict[ast.AST, tuple[list[ast.stmt], list[int]]] = {}
        self._texts: dict[tuple[ast.AST, ...], str] = {}
        self._writer = _Writer()

    def around(self, line: int) -> str:
        found = self._enclosing(line)
        if found not in self._texts:
            digest = hashlib.sha256(self._writer.text(found).encode("utf-8", "surrogatepass"))
            self._texts[found] = digest.hexdigest()
        return self._texts[found]

    def _enclosing(self, line: int) -> tuple[ast.AST, ...]:
        """Several where they share the line: what is accepted of one of them must not cover the others unseen."""
        found: tuple[ast.AST, ...] = (self._tree,)
        function: ast.AST | None = None
        while len(found) == 1:
            covering = self._covering(found[0], line)
            if not covering:
                break
            found = covering
            if len(found) == 1 and isinstance(found[0], _FUNCTIONS):
                function = found[0]
        return (function,) if function is not None else found

    def _covering(self, node: ast.AST, line: int) -> tuple[ast.stmt, ...]:
        if node not in self._below:
            statements = list(_statements(node))
            self._below[node] = statements, [_first_line(statement) for statement in statements]
        statements, starts = self._below[node]
        end = start = bisect_right(starts, line)
        while start and (statements[start - 1].end_lineno or 0) >= line:
            start -= 1
        return tuple(statements[start:end])


_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
"""Fields with statements in them, or with what has some, as they follow each other in the text."""


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for name in _BLOCKS:
        for below in getattr(node, name, ()):
            if isinstance(below, ast.stmt):
                yield below
            else:
                yield from _statements(below)


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min(statement.lineno, *(decorator.lineno for decorator in decorators)) if decorators else statement.lineno


def normal(nodes: Iterable[ast.AST]) -> str:
    """Syntax trees as text: equal for code that differs in layout only, and the same under every version of Python that reads it."""
    return _Writer().text(nodes)


class _Writer:
    """Writes each function once, also where it is a part of a class that is written as a whole."""

    def __init__(self) -> None:
        self._functions: dict[ast.AST, str] = {}

    def text(self, nodes: Iterable[ast.AST]) -> str:
        return "".join([self._function(node) if isinstance(node, _FUNCTIONS) else self._write(node) for node in nodes])

    def _function(self, node: ast.AST) -> str:
        if node not in self._functions:
            self._functions[node] = self._write(node)
        return self._functions[node]

    def _write(self, node: ast.AST) -> str:
        """From the end to the beginning, so that what is still to be written is pushed in the order of the fields."""
        pieces: list[str] = []
        pending: list[Any] = [node]  # nodes, and pieces that are text already
        while pending:
            item = pending.pop()
            kind = item.__class__
            if kind is str:
                pieces.append(item)
            elif kind is ast.Name:
                pieces.append(f"Name(id={item.id!r},)")
            elif kind is ast.Attribute:
                pieces.append(f"attr={item.attr!r},)")
                pending += ("Attribute(value=", item.value)
            elif kind in _FUNCTIONS and item is not node:
                pieces.append(self._function(item))  # SAFE: no deeper than Python lets code be indented, a hundred times
            else:
                pieces.append(")")
                _push(item, kind, pending)
        pieces.reverse()
        return "".join(pieces)


def _push(node: ast.AST, kind: type, pending: list[Any]) -> None:
    """What a node is written as, up to its end: texts, and nodes that are still to be written."""
    begin, fields = _SAID[kind]
    pending.append(begin)
    for name, label in fields:
        value = getattr(node, name, None)
        if value.__class__ is ast.Name:
            pending.append(f"{label}Name(id={value.id!r},)")
        elif value.__class__ is list:
            if value:
                pending.append(f"{label}[")
                pending += [each if isinstance(each, ast.AST) else _literal(each) for each in value]
                pending.append("]")
        elif isinstance(value, ast.AST):
            pending += (label, value)
        elif value is not None:
            pending.append(label + _literal(value))


class _Said(dict[type, tuple[str, tuple[tuple[str, str], ...]]]):
    """By the kind of a node: how it begins, and its fields that say something, each with how it begins."""

    def __missing__(self, kind: type) -> tuple[str, tuple[tuple[str, str], ...]]:
        fields: tuple[str, ...] = getattr(kind, "_fields", ())
        found = self[kind] = f"{kind.__name__}(", tuple((name, f"{name}=") for name in fields if name not in _UNSAID)
        return found


_SAID = _Said()


def _literal(value: Any) -> str:
    return f"{hex(value) if type(value) is int else repr(value)},"  # a number of very many digits has no decimal form
