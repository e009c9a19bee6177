"""Tools from the syntax tree: their signatures equal Python's own, nothing is run, and every fault has its place."""

from __future__ import annotations

import inspect
import time
from types import ModuleType
from typing import Any

import pytest

from skillpod.documents import Schema, meta_faults
from skillpod.errors import ManifestInvalid
from skillpod.manifest.describe import describe
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import ToolSpec
from tests.manifest.folders import HEAD, MANIFEST, bundle, faults, one, reader, reasons, tools

RICH = """
import asyncio
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal, Optional, TypedDict, Union

LIMIT = 3
Name = Annotated[str, Field(min_length=1)]

class Unit(Enum):
    PIECE = "piece"
    HOUR = "hour"

@dataclass
class Line:
    text: str
    unit: Unit = Unit.PIECE
    tags: list[str] = field(default_factory=list)

class Row(TypedDict, total=False):
    a: int

@tool
def plain(a: int, b: str = "x") -> str: ...

@tool()
async def slow(seconds: float = 0.5, *, exact: bool = False) -> None: ...

@tool(title="Many", read_only=True)
def many(ctx: Context, lines: list[Line], row: Row | None = None, *, limit: int = LIMIT, unit: Unit = Unit.HOUR) -> dict[str, Line]: ...

@tool
def middle(a: int, context: "Context", /* no: */ b: int = 1): ...

@tool
def none() -> Any: ...

@tool
def keywords(*, a: int, b: Optional[int] = None, c: Name, d: Union[int, str] = -1, ctx: Context): ...

@tool
def dynamic(when: float = asyncio.sleep and 1.0, tags: tuple[str, ...] = ("a", "b"), mode: Literal["x", "y"] = "x"): ...

def private(anything): ...
""".replace("/* no: */ ", "")


def executed(source: str) -> ModuleType:
    """The same source, run, as a guest runs it."""
    module = ModuleType(__name__)  # dataclasses look their module up by its name
    exec(compile(HEAD + source, "handler.py", "exec", dont_inherit=True), module.__dict__)
    return module


def pythons(function: Any, context: str) -> dict[str, Any]:
    """What ``inspect`` says of a function, in the shape of ``ToolSpec.signature``."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != context]
    return {
        "name": function.__name__,
        "is_async": inspect.iscoroutinefunction(function),
        "context": context,
        "parameters": [{"name": p.name, "kind": p.kind.name, "required": p.default is p.empty} for p in parameters],
    }


def test_signatures_equal_what_python_says_of_the_same_source() -> None:
    module = executed(RICH)
    contexts = {"many": "ctx", "middle": "context", "keywords": "ctx"}
    specs = tools(RICH)
    assert [spec.name for spec in specs] == ["plain", "slow", "many", "middle", "none", "keywords", "dynamic"]
    for spec in specs:
        assert spec.signature() == pythons(getattr(module, spec.name), contexts.get(spec.name, ""))


def test_every_schema_is_one_and_accepts_the_defaults() -> None:
    for spec in tools(RICH):
        assert meta_faults(spec.input_schema, name="it") == []
        assert meta_faults(spec.output_schema or {}, name="it") == []
        assert spec.input_schema["additionalProperties"] is False
        assert spec.context not in spec.input_schema["properties"]
        for name, rules in spec.input_schema["properties"].items():
            if "default" in rules:
                assert Schema({**rules, "$defs": spec.input_schema.get("$defs", {})}).accepts(rules["default"]), name


def test_what_python_would_refuse_the_schema_refuses() -> None:
    (plain, *_) = tools(RICH)
    schema = Schema(plain.input_schema)
    assert schema.accepts({"a": 1})
    assert [str(fault) for fault in schema.faults({"b": 1, "c": 2}, name="plain")] == [
        "plain:a: required, and not there (add it)",
        'plain:b: expected a string, got 1 (put it in quotes: "1")',
        "plain:c: unknown key (the keys here are: a, b)",
    ]


@pytest.mark.parametrize(
    ("default", "annotation", "value"),
    [
        ("1", "int", 1),
        ("-1.5", "float", -1.5),
        ('"a" "b"', "str", "ab"),
        ("None", "int | None", None),
        ("()", "tuple[int, ...]", []),
        ("(1, 'a')", "tuple[int, str]", [1, "a"]),
        ("{'a': [True]}", "dict[str, list[bool]]", {"a": [True]}),
        ("frozenset()", "frozenset[int]", []),
        ("LIMIT", "int", 7),
        ("settings.DEEP", "int", 8),
        ("Unit.A", "Unit", "a"),
        ("Unit.A.value", "str", "a"),
    ],
)
def test_a_default_that_can_be_read_is_in_the_schema(default: str, annotation: str, value: Any) -> None:
    before = "from enum import Enum\nfrom . import settings\nLIMIT = 7\nclass Unit(Enum):\n    A = 'a'\n"
    schema = one(f"{before}@tool\ndef f(x: {annotation} = {default}): ...\n", settings="DEEP = 8\n").input_schema
    assert schema["properties"]["x"]["default"] == value
    assert "required" not in schema


@pytest.mark.parametrize(
    "default", ["len('abc')", "1 + 1", "unknown", "f'{1}'", "[n for n in ()]", "lambda: 1", "b'x'", "float('inf')", "1e999"]
)
def test_a_default_known_only_when_the_code_runs_makes_a_parameter_optional(default: str) -> None:
    spec = one(f"from typing import Any\n@tool\ndef f(x: Any = {default}): ...\n")
    assert spec.input_schema == {"type": "object", "properties": {"x": {}}, "additionalProperties": False}
    assert not spec.parameters[0].required


def test_nothing_a_skill_wrote_is_run() -> None:
    marker = "raise SystemExit('ran')\n"
    assert (
        one(f"import os\nif os.environ.get('never'):\n    {marker}@tool\ndef f(x: int = 1): ...\nprint('no'); 1 / 0\n{marker}").name == "f"
    )


# --- the decorator ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "from skillpod import tool\n@tool\ndef f(): ...",
        "from skillpod import tool\n@tool()\ndef f(): ...",
        "from skillpod import tool as t\n@t\ndef f(): ...",
        "import skillpod\n@skillpod.tool\ndef f(): ...",
        "import skillpod as s\n@s.tool(title='F')\ndef f(): ...",
        "from skillpod import *\n@tool\ndef f(): ...",
        "from .marks import tool\n@tool\ndef f(): ...",
        "from functools import wraps\nfrom skillpod import tool\n@tool\n@wraps(print)\ndef f(): ...",
        "try:\n    from skillpod import tool\nexcept ImportError:\n    tool = None\n@tool\ndef f(): ...",
    ],
)
def test_tool_is_known_under_every_name_it_was_given(source: str) -> None:
    (spec,) = tools(source + "\n", head="", marks="from skillpod import tool\n")
    assert spec.name == "f"


def test_another_tool_is_not_ours() -> None:
    (only,) = faults("from langchain import tool\n@tool\ndef f(): ...\n", head="")
    assert "no function is marked @tool" in only


def test_the_decorators_literals_and_the_manifests_entries_are_the_hints() -> None:
    literals = "title='Scan', read_only=True, destructive=False, idempotent=True, category='a'"
    source = f"@tool({literals}, deprecated={{'replaced_by': 'g', 'until': '2.0.0'}})\ndef f(): ...\n"
    spec = tools(source, manifest="tools: {f: {approval: first}}\n")[0]
    assert dict(spec.hints) == {
        "title": "Scan",
        "read_only": True,
        "destructive": False,
        "idempotent": True,
        "category": "a",
        "deprecated": {"replaced_by": "g", "until": "2.0.0"},
        "approval": "first",
    }


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("@tool('title')", "@tool takes keywords only"),
        ("@tool(tilte='x')", "@tool has no `tilte` (did you mean `title`?)"),
        ("@tool(**{'title': 'x'})", "@tool has no `**`"),
        ("@tool(title=1)", "`title` of @tool is a string"),
        ("@tool(title='')", "`title` of @tool has 1 to 128 characters"),
        ("@tool(read_only=1)", "`read_only` of @tool is True or False"),
        ("@tool(read_only=not False)", "`read_only` of @tool can't be read"),
        ("@tool(title=NAME)", "`title` of @tool can't be read: literals only"),
        ("@tool(title=str(1))", "literals only"),
        ("@tool(deprecated=True)", "`deprecated` of @tool is a dict"),
        ("@tool(deprecated={'since': '1'})", "holds the strings `replaced_by` and `until`"),
        ("@tool(read_only=True, destructive=True)", "both read_only and destructive"),
    ],
)
def test_a_decorator_that_is_not_literal_is_refused(mark: str, said: str) -> None:
    (only,) = faults(f"NAME = 'x'\n{mark}\ndef f(): ...\n")
    assert only.startswith("handler.py:4:")
    assert "tool `f`: " in only
    assert said in only


# --- what can't be a tool ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(x: int): ...", "handler.py: no function is marked @tool"),
        ("@tool\ndef f(x): ...", "handler.py:4:7: tool `f`: parameter `x` has no annotation (write its type, such as `x: str`)"),
        ("@tool\ndef f(*rest: int): ...", "parameter `*rest` has no JSON shape (take a list)"),
        ("@tool\ndef f(**rest: int): ...", "parameter `**rest` has no JSON shape"),
        ("@tool\ndef f(x: int, /): ...", "parameter `x` is positional-only; arguments come by name (remove the `/`)"),
        ("@tool\ndef f(x: int = None): ...", "parameter `x`: its default is no int (write `int | None`)"),
        ("@tool\ndef f(x: int = 'a'): ...", "parameter `x`: its default is no int (correct the annotation or the default)"),
        ("import skillpod\n@tool\ndef f(a: Context, b: 'skillpod.Context'): ...", "parameter `b` is a second Context"),
        ("@tool\ndef f(\u00e4: int): ...", "agents accept ASCII letters"),
        ("@tool\ndef \u00fcber(): ...", "is no name agents accept"),
        ("@tool\ndef f():\n    yield 1", "a tool returns its result, it can't yield (return a list)"),
        ("@tool\nasync def f():\n    for x in ():\n        yield x", "it can't yield"),
        ("class A:\n    @tool\n    def f(self): ...\n@tool\ndef g(): ...", "`f` is marked @tool inside something else"),
        ("if True:\n    @tool\n    def f(): ...\n@tool\ndef g(): ...", "`f` is marked @tool inside something else"),
        ("def g():\n    @tool\n    def f(): ...\n@tool\ndef h(): ...", "`f` is marked @tool inside something else"),
        ("@tool\ndef f(): ...\n@tool\ndef f(x: int): ...", "`f` is a tool, and the name is given to something else here"),
        ("@tool\ndef f(): ...\nf = 1", "handler.py:5:1: `f` is a tool, and the name is given to something else here"),
        ("@tool\ndef f(): ...\nfrom os import path as f", "`f` is a tool, and the name is given to something else here"),
        ("from skillpod.sdk import tool\n@tool\ndef f(): ...", "a guest has no `skillpod.sdk` (write `from skillpod import tool`)"),
        ("@tool\ndef f(x: int):\n    '''" + "a" * 1025 + "'''", "the description has 1025 characters; at most 1024"),
        ("@tool\ndef f(x: int):\n    '''Hidden \u202e text.'''", "the description has the invisible character U+202E in it"),
        (
            "@tool\ndef f(x: int):\n    '''A.\n\n    Args:\n        x: Zero\u200bwidth.\n    '''",
            "parameter `x`, the description has the invisible",
        ),
        ("@tool\ndef f(" + ", ".join(f"a{n}: int" for n in range(65)) + "): ...", "more than 64 parameters"),
        (
            "from typing import Literal\n@tool\ndef f(x: Literal[" + ", ".join(f"'{'x' * 90}{n}'" for n in range(900)) + "]): ...",
            "its schemas have",
        ),
    ],
)
def test_what_can_not_be_a_tool_says_why(source: str, said: str) -> None:
    (only,) = faults(source + "\n")
    assert said in only


def test_a_yield_in_an_inner_function_is_no_matter() -> None:
    assert one("@tool\ndef f() -> list[int]:\n    def inner():\n        yield 1\n    return list(inner())\n").name == "f"


def test_every_fault_of_every_file_is_told_at_once() -> None:
    found = faults("@tool\ndef f(x, y: bytes): ...\n@tool\ndef g(*a: int): ...\n", broken="def f(:\n", worse="x = '\n")
    assert [line.split(":")[0] for line in found] == ["broken.py", "worse.py", "handler.py", "handler.py", "handler.py"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"def f(:\n    pass\n", "handler.py:1:7: not Python: invalid syntax: def f(:"),
        (b"x = 1\nif x:\ny = 2\n", "handler.py:3:1: not Python: expected an indented block"),
        (b"x = '\x00'\n", "handler.py"),
        (b"x = \xff\n", "handler.py:1:1: is not UTF-8 text"),
        (b"# coding: utf-7\nx = 1\n", "handler.py:1:1: declares another encoding than UTF-8"),
        (b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\n", "declares another encoding"),
        (b"-" * 100_000 + b"1", "handler.py: not Python"),
        (b"a." * 100_000 + b"b", "not Python"),
        (b"x = 1\n" * 200_000, "1200000 bytes of Python; at most 1048576"),
    ],
    ids=range(9),
)
def test_a_file_that_is_no_python_is_one_fault_with_its_place(text: bytes, said: str) -> None:
    whole = bundle(handler__py=text)
    with pytest.raises(ManifestInvalid) as caught:
        describe(whole, reader().read(whole))
    (only,) = reasons(caught)
    assert said in only


def test_a_strangers_bad_escape_is_no_warning_of_ours() -> None:
    assert one("@tool\ndef f(x: str = '\\d'): ...\n").input_schema["properties"]["x"]["default"] == "\\d"


@pytest.mark.parametrize("name", ["skillpod.py", "skillpod/__init__.py"])
def test_a_file_that_hides_skillpod_is_refused(name: str) -> None:
    (only,) = faults("@tool\ndef f(): ...\n", **{name: ""})
    assert only == f"{name}: hides the module that `tool` and `Context` come from (rename it)"


# --- words -----------------------------------------------------------------------------------------------------------------------


GOOGLE = """Scan it.

    Slowly.

    Args:
        package: The name,
            as on the index.
        version (str): Exact.

    Returns:
        A dict.
    """
NUMPY = """Scan it.

    Slowly.

    Parameters
    ----------
    package : str
        The name,
        as on the index.
    version
        Exact.
    """
SPHINX = """Scan it.

    Slowly.

    :param package: The name,
        as on the index.
    :param version: Exact.
    :returns: A dict.
    """


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_a_docstring_gives_descriptions_in_every_style(docstring: str) -> None:
    spec = one(f'@tool\ndef f(package: str, version: "str" = "1"):\n    """{docstring}"""\n')
    assert spec.description == "Scan it.\n\nSlowly."
    assert [rules["description"] for rules in spec.input_schema["properties"].values()] == ["The name, as on the index.", "Exact."]


def test_what_the_annotation_says_wins_over_the_docstring() -> None:
    docstring = '"""A.\n\n    Args:\n        x: From there.\n    """'
    before = "from typing import Annotated\n@tool\n"
    spec = one(f'{before}def f(x: Annotated[int, "From here."]):\n    {docstring}\n')
    assert spec.input_schema["properties"]["x"]["description"] == "From here."


@pytest.mark.parametrize(
    ("source", "description"),
    [
        ("@tool\ndef read_all(): ...", "Read all."),
        ("@tool(title='Read it all')\ndef read_all(): ...", "Read it all"),
        ("@tool\ndef read_all():\n    '''Say: no sections here.'''", "Say: no sections here."),
    ],
)
def test_a_tool_is_never_without_a_description(source: str, description: str) -> None:
    assert one(source + "\n").description == description


def test_the_exported_name_is_cut_to_what_every_provider_takes() -> None:
    assert one("@tool\ndef f(): ...\n").exported == "find_vulnerability__f"
    long = one(f"@tool\ndef {'f' * 80}(): ...\n").exported
    assert len(long) == 64


# --- the manifest against the code ---------------------------------------------------------------------------------------------------

SCAN = "@tool\ndef scan(package: str, count: int = 1) -> dict[str, bool]: ...\n"


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("tools: {scn: {approval: never}}", "manifest.yaml:tools.scn: there is no tool `scn` (did you mean `scan`?)"),
        ("tests: [{tool: xyz}]", "manifest.yaml:tests[0].tool: there is no tool `xyz` (the tools are: scan)"),
        ("tests: [{tool: scan}]", "manifest.yaml:tests[0].arguments.package: required, and not there"),
        (
            "tests: [{tool: scan, arguments: {package: a}}, {tool: scan, arguments: {package: 1.5}}]",
            "tests[1].arguments.package: expected a string, got 1.5",
        ),
        ("tests: [{tool: scan, arguments: {package: a, cout: 1}}]", "tests[0].arguments.cout: unknown key (did you mean `count`?)"),
        ("tests: [{tool: scan, arguments: {package: a}, expect: {v: 1}}]", "tests[0].expect.v: expected true or false, got 1"),
    ],
)
def test_the_manifest_is_held_against_the_code(manifest: str, said: str) -> None:
    (only,) = faults(SCAN, manifest=manifest + "\n")
    assert said in only


def test_tests_that_fit_are_no_fault() -> None:
    assert tools(
        SCAN, manifest="tests: [{tool: scan, arguments: {package: a}, expect: {v: true}}, {tool: scan, arguments: {package: a}}]\n"
    )


# --- speed -----------------------------------------------------------------------------------------------------------------------


def test_a_thousand_handlers_are_described_quickly() -> None:
    whole = bundle(handler__py=(HEAD + RICH).encode())
    manifest = reader().read(whole)
    describe(whole, manifest)
    began = time.process_time()
    for _ in range(20):
        describe(whole, manifest)
    assert (time.process_time() - began) / 20 < 0.020  # measured: 2 ms; the bound is for slow machines


def test_the_same_bundle_is_always_described_alike() -> None:
    def told() -> tuple[ToolSpec, ...]:
        whole = Bundle.freeze({"manifest.yaml": MANIFEST.encode(), "handler.py": (HEAD + RICH).encode()})
        return describe(whole, reader().read(whole))

    assert told() == told()
