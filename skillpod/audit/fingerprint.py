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

    def around(self, line: int) -> str:
        found = self._enclosing(line)
        if found not in self._texts:
            digest = hashlib.sha256(normal(found).encode("utf-8", "surrogatepass"))
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


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.stmt):
            yield below
        elif isinstance(below, (ast.ExceptHandler, ast.match_case)):
            yield from _statements(below)


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min(statement.lineno, *(decorator.lineno for decorator in decorators)) if decorators else statement.lineno


def normal(nodes: Iterable[ast.AST]) -> str:
    """Syntax trees as text: equal for code that differs in layout only, and the same under every version of Python that reads it."""
    pieces: list[str] = []
    pending: list[Any] = [_End(""), *nodes]
    pending.reverse()
    while pending:
        item = pending.pop()
        if isinstance(item, _End):
            pieces.append(item)
        elif isinstance(item, ast.AST):
            pieces.append(f"{type(item).__name__}(")
            pending.append(_End(")"))
            for name, value in reversed([(name, value) for name, value in ast.iter_fields(item) if _says(name, value)]):
                pending += (value, _End(f"{name}="))
        elif isinstance(item, list):
            pieces.append("[")
            pending += (_End("]"), *reversed(item))
        else:
            pieces.append(f"{hex(item) if type(item) is int else repr(item)},")  # a number of very many digits has no decimal form
    return "".join(pieces)


class _End(str):
    """A piece of the text itself, among values that become pieces."""

    __slots__ = ()


def _says(name: str, value: Any) -> bool:
    return name not in _UNSAID and value is not None and not (isinstance(value, list) and not value)
