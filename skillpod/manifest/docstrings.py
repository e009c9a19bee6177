"""What a docstring says of a function or class and of its parameters, in Google, NumPy or Sphinx style."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from skillpod.model.later import later

_SECTION = later(r"^[ \t]*(?:[A-Z][A-Za-z ]*:[ \t]*$|:[a-z]+[^:\n]*:|-{3,}[ \t]*$)", re.MULTILINE)
"""Anything that could begin a section: without it a docstring is only its description, and no parser is needed."""

_PARAMETERS = frozenset({"parameters", "other parameters", "attributes"})

_PLAIN_SECTIONS = frozenset({"Args:", "Returns:", "Raises:", "Yields:"})
_HEAD = later(r"[ :`]|\w[\w\s-]*:(\s|$)")
"""What no line of a plain paragraph begins with: it could be more than text."""
_PLAIN_ITEM = later(r" {4}(\w+)(?: \([\w .,|\[\]]+\))?:(.*)")
_INDENTED = later(r" {4} *[^ :]")


@dataclass(frozen=True, slots=True)
class Docstring:
    """``parameters`` maps names to descriptions; sections about results, errors and examples are left out of ``description``."""

    description: str = ""
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Docstring:
    """The docstring of a definition; empty when there is none."""
    text = ast.get_docstring(node)
    if not text:
        return Docstring()
    return (_read_plain(text) or _parse(text)) if _SECTION.search(text) else Docstring(text)


def _read_plain(text: str) -> Docstring | None:
    """Paragraphs, then the commonest sections of Google's style with nothing unusual in them, read as griffe would; None for all else."""
    description: list[str] = []
    parameters: dict[str, str] = {}
    in_sections = False
    for block in text.split("\n\n"):
        head, *rest = lines = block.split("\n")
        if not all(line.isprintable() for line in lines):
            return None
        if description and head in _PLAIN_SECTIONS:
            in_sections = True
            items = _plain_items(rest if head == "Args:" else ()) if _is_plain_body(rest) else None
            if items is None:
                return None
            parameters.update(items)
        elif in_sections or not all(line and not _HEAD.match(line) for line in lines):
            return None
        else:
            description.append(block)
    return Docstring("\n\n".join(description).strip(), parameters) if in_sections else None


def _plain_items(lines: Sequence[str]) -> dict[str, str] | None:
    """``name: text`` or ``name (type): text``, and lines further in that go on with it; None for all else."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        item = _PLAIN_ITEM.fullmatch(line)
        if item:
            found.append((item[1], item[2].split()))
        elif line[4] == " ":
            found[-1][1].extend(line.split())
        else:
            return None
    return {name: " ".join(words) for name, words in found}


def _is_plain_body(lines: Sequence[str]) -> bool:
    """Whether all are indented, the first by four columns, and none can be taken for Sphinx's style."""
    return bool(lines) and lines[0][4:5] != " " and all(map(_INDENTED.match, lines))


def _parse(text: str) -> Docstring:
    import griffe  # SAFE: here, so that skills with plain docstrings, and the command line, never pay its 30 ms

    docstring = griffe.Docstring(text)
    style, _ = griffe.infer_docstring_style(docstring)
    sections = griffe.parse(docstring, style or griffe.Parser.google, warnings=False)
    description: list[str] = []
    parameters: dict[str, str] = {}
    for section in sections:
        if section.kind.value == "text":
            description.append(section.value)
        elif section.kind.value in _PARAMETERS:
            parameters.update({item.name.lstrip("*"): " ".join(item.description.split()) for item in section.value})
    return Docstring("\n\n".join(description).strip(), parameters)
