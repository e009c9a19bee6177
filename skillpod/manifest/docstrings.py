"""What a docstring says of a function or class and of its parameters, in Google, NumPy or Sphinx style."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_SECTION = re.compile(r"^[ \t]*(?:[A-Z][A-Za-z ]*:[ \t]*$|:[a-z]+[^:\n]*:|-{3,}[ \t]*$)", re.MULTILINE)
"""Anything that could begin a section: without it a docstring is only its description, and no parser is needed."""

_PARAMETERS = frozenset({"parameters", "other parameters", "attributes"})


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
    return _parse(text) if _SECTION.search(text) else Docstring(text)


def _parse(text: str) -> Docstring:
    import griffe  # SAFE: here, so that skills without sections in their docstrings, and the command line, never pay its 30 ms

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
