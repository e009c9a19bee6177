"""Code that nobody here wrote: the pure Python of installed packages, and the examples in their documentation, as bundles."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from benchmarks.beside import ROOT
from benchmarks.peers.shape import Absent
from skillpod.audit.run import MAX_SOURCES
from skillpod.model.bundle import Bundle

ENVIRONMENT = ROOT / ".environments" / "alarms"
PINS = Path(__file__).with_name("packages.txt")
EXAMPLES = "examples"

_LEFT_OUT = re.compile(r"(.*/)?(tests?|benchmarks)/.*|(.*/)?conftest\.py|faker/providers/\w+/(?!en_US/)[a-z]{2,3}_[A-Z]\w*/.*")
"""What nobody copies: tests, measurements, and tables of names in some seventy languages."""
_FENCED = re.compile(r"^([ \t]*)```\s*(?:py|python|python3)\b[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_LITERAL = re.compile(
    r"^\.\. (?:code-block|sourcecode|code):: (?:py|python|python3)\n(?:[ \t]+:.*\n)*\n((?:[ \t]+\S.*\n|[ \t]*\n)+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Package:
    """``bundle`` has the modules under their package's name, so that its absolute imports resolve, and the examples below ``examples/``."""

    name: str
    version: str
    modules: int
    examples: int
    bundle: Bundle


def packages() -> Iterator[Package]:
    """Every pinned package. Raises Absent when one is not installed in its version."""
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", PINS.read_text("utf-8"), re.MULTILINE))
    site = [str(path) for path in ENVIRONMENT.glob("lib/python*/site-packages")]
    installed = {found.metadata["Name"].lower(): found for found in distributions(path=site)}
    for name, version in pins.items():
        found = installed.get(name.lower())
        if found is None or found.version != version:
            raise Absent(f"{name} {version} is not installed: `make .environments/alarms/.installed`")
        yield _package(found)


def _package(found: Distribution) -> Package:
    """Examples are taken as long as the audit's limit of a skill's Python has room for them."""
    files = [file for file in found.files or () if file.suffix == ".py" and not _LEFT_OUT.fullmatch(file.as_posix())]
    modules = {file.as_posix(): file.read_binary() for file in files}
    room = MAX_SOURCES - sum(map(len, modules.values()))
    written: dict[str, bytes] = {}
    for text in examples(found.read_text("METADATA") or "", modules):
        content = text.encode()
        room -= len(content)
        if room < 0:
            break
        written[f"{EXAMPLES}/example_{len(written):04}.py"] = content
    return Package(found.metadata["Name"], found.version, len(modules), len(written), Bundle.freeze({**modules, **written}))


def examples(readme: str, modules: Mapping[str, bytes]) -> Iterator[str]:
    """What is Python as it stands: the blocks of a package's own description, and what docstrings show, each docstring's together."""
    yield from filter(_is_python, (textwrap.dedent(code) for _, code in _FENCED.findall(readme)))
    yield from filter(_is_python, (textwrap.dedent(code) for code in _LITERAL.findall(readme)))
    parser = doctest.DocTestParser()
    for text in (readme, *(docstring for content in modules.values() for docstring in _docstrings(content))):
        try:
            shown = "".join(example.source for example in parser.get_examples(text))
        except ValueError:  # a prompt without a blank behind it
            continue
        if _is_python(shown):
            yield shown


def _docstrings(content: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (text := ast.get_docstring(node)):
            yield text


def _is_python(code: str) -> bool:
    """Escapes in a docstring are characters already: what shows control characters was written without."""
    try:
        return bool(ast.parse(code).body) and code.replace("\n", "").replace("\t", "").isprintable()
    except (SyntaxError, ValueError):
        return False
