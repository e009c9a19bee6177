"""Docstrings: the plain ones, which are read here, say what griffe reads in them."""

from __future__ import annotations

import ast
import subprocess
import sys

import griffe
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.manifest.docstrings import Docstring, read_docstring

TEXT = """
Args:
Args:
Returns:
Raises:
Yields:
Note:
Attributes:
args:
Args: these
Scan it.
Slowly: it takes long.
Usage:
a-b: c
```
:param x: The name.
http://x/ is it
Parameters
----
    x: The name.
    x: The name.
    y (int): How many.
    y (dict[str, int], optional): By name.
    y(int): Two.
    x : y
    *rest: All.
    no colon
    :param z: A trap.
    (x): y
    x (f(): y
    x (a) b: y
    x:
        and more: of it
            further in
      in between
   three
 one
    KeyError: when it is not there
    >>> x
    ```
    - x: y
    x (1 2): odd"""
UNUSUAL = ("", "", "", "    ", "\tx: a tab", "    \u00e9: \u00e8", "    x: a\u00a0b", "    x: a\x0bb")
LINES = st.sampled_from([*TEXT.split("\n"), *UNUSUAL])


def definition(text: str) -> ast.FunctionDef:
    (function,) = ast.parse(f"def f():\n    {text!r}\n").body
    assert isinstance(function, ast.FunctionDef)
    return function


def read_by_griffe(text: str) -> Docstring:
    docstring = griffe.Docstring(text)
    style, _ = griffe.infer_docstring_style(docstring)
    said, parameters = [], {}
    for section in griffe.parse(docstring, style or griffe.Parser.google, warnings=False):
        if section.kind.value == "text":
            said.append(section.value)
        elif section.kind.value in ("parameters", "other parameters", "attributes"):
            parameters.update({item.name.lstrip("*"): " ".join(item.description.split()) for item in section.value})
    return Docstring("\n\n".join(said).strip(), parameters)


@settings(max_examples=1500, deadline=None)
@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=8))
def test_a_docstring_with_a_section_says_what_griffe_reads_in_it(before: list[str], after: list[str]) -> None:
    node = definition("\n".join(["Scan it.", "", *before, "Args:", "    q: One.", *after]))
    text = ast.get_docstring(node) or ""
    assert read_docstring(node) == read_by_griffe(text)


@pytest.mark.parametrize(
    "docstring",
    [
        "Scan it.\n\nArgs:\n    x: The name,\n        as on the index.\n    y (str, optional): Exact.\n\nReturns:\n    It.",
        "Scan\nit.\n\nSlowly.\n\nArgs:\n    x: A.\n\nRaises:\n    KeyError: None there.\n    ValueError: Two.",
        "Scan it.\n\nReturns:\n    A table:\n        of many",
        "Scan it.\n\nArgs:\n    x: A.\n\nArgs:\n    x: B.\n    y:\n        C",
    ],
)
def test_a_plain_docstring_is_read_without_griffe(docstring: str) -> None:
    assert read_docstring(definition(docstring)) == read_by_griffe(docstring)
    program = (
        "import ast, sys; from skillpod.manifest.docstrings import read_docstring;"
        "read_docstring(ast.parse(f'def f():\\n    {sys.argv[1]!r}').body[0]); sys.exit('griffe' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, docstring], check=False).returncode == 0
