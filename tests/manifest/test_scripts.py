"""Which files of ``scripts/`` are tools, and the schema that is read from their argparse calls."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.documents import Schema
from skillpod.errors import ManifestInvalid
from skillpod.manifest.describe import describe
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import TOOLS_LIMIT, Script, ScriptArgument, ToolSpec
from skillpod.sandbox.guest.command_line import CommandLine
from tests.manifest.agent_skills import MAIN, SKILL, described, program, read, tools
from tests.manifest.folders import MANIFEST, reader, reasons

STDIN = {"type": "string", "description": "What the program reads from standard input."}


def scripts(files: Mapping[str, str]) -> list[str]:
    return [file.removeprefix("scripts/") for file in read(files={f"scripts/{name}": text for name, text in files.items()}).scripts]


# --- which files -------------------------------------------------------------------------------------------------------------------


def test_every_program_directly_in_scripts_is_a_tool() -> None:
    found = read(
        files={
            "scripts/fill-form.py": MAIN,
            "scripts/a.py": "print(1)\n",
            "scripts/deep/b.py": MAIN,
            "other.py": MAIN,
            "scripts/run.sh": "id\n",
            "scripts/__init__.py": "",
            "scripts/test_a.py": "def test(): ...\n",
            "scripts/conftest.py": "print(1)\n",
            "scripts/2to3.py": MAIN,
        }
    )
    assert found.scripts == ("scripts/a.py", "scripts/fill-form.py")
    assert (found.limits.wall, found.entry) == (30.0, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"""Words."""\nimport re\nLIMIT = 3\n\ndef f(): ...\n\nclass A: ...\n',
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import re\ntry:\n    import a\nexcept ImportError:\n    a = None\n",
    ],
)
def test_a_module_that_only_defines_things_is_no_tool(text: str) -> None:
    assert scripts({"shared.py": text, "run.py": MAIN}) == ["run.py"]


@pytest.mark.parametrize(
    "way", ["import shared", "from shared import f", "from . import shared", "from .shared import f", "import scripts.shared"]
)
def test_what_a_sibling_imports_is_no_tool_unless_it_reads_its_command_line(way: str) -> None:
    assert scripts({"shared.py": "print('loaded')\n", "run.py": f"{way}\n{MAIN}"}) == ["run.py"]
    assert scripts({"shared.py": MAIN, "run.py": f"{way}\n{MAIN}"}) == ["run.py", "shared.py"]
    assert scripts({"shared.py": "import sys\nprint(sys.argv)\n", "run.py": f"{way}\n{MAIN}"}) == ["run.py", "shared.py"]


def test_two_programs_of_one_name_are_a_fault() -> None:
    bundle = Bundle.freeze({"SKILL.md": SKILL.encode(), "scripts/a-b.py": MAIN.encode(), "scripts/a_b.py": MAIN.encode()})
    with pytest.raises(ManifestInvalid) as caught:
        describe(bundle, reader().read(bundle, folder="pdf-tools"))
    assert reasons(caught) == ["scripts/a_b.py: it and scripts/a-b.py would both be the tool `a_b` (rename one of the two)"]


def test_a_program_and_a_function_of_one_name_are_a_fault() -> None:
    handler = b"from skillpod import tool\n\n@tool\ndef fill() -> str:\n    return ''\n"
    manifest = MANIFEST + "scripts: [scripts/fill.py]\n"
    bundle = Bundle.freeze({"manifest.yaml": manifest.encode(), "handler.py": handler, "scripts/fill.py": MAIN.encode()})
    with pytest.raises(ManifestInvalid) as caught:
        describe(bundle, reader().read(bundle))
    assert reasons(caught) == ["scripts/fill.py: it and handler.py would both be the tool `fill` (rename one of the two)"]


def test_functions_and_programs_share_the_limit_of_tools() -> None:
    names = [f"scripts/p{number}.py" for number in range(TOOLS_LIMIT)]
    files = {"manifest.yaml": f"{MANIFEST}scripts: [{', '.join(names)}]\n".encode(), **dict.fromkeys(names, MAIN.encode())}
    alone = Bundle.freeze({**files, "SKILL.md": SKILL.encode()})
    assert len(describe(alone, reader().read(alone))) == TOOLS_LIMIT
    together = Bundle.freeze({**files, "handler.py": b"from skillpod import tool\n\n@tool\ndef scan() -> str:\n    return ''\n"})
    with pytest.raises(ManifestInvalid) as caught:
        describe(together, reader().read(together))
    assert reasons(caught) == ["scripts: 129 tools with its programs; a skill has at most 128 (make two skills of it)"]


def test_functions_come_first_and_programs_in_the_manifest_s_order() -> None:
    handler = b"from skillpod import tool\n\n@tool\ndef scan() -> str:\n    return ''\n"
    manifest = MANIFEST + "scripts: [bin/z.py, bin/a.py]\ntests:\n  - {tool: a, arguments: {args: [x]}}\n"
    files = {"manifest.yaml": manifest.encode(), "handler.py": handler, "bin/z.py": MAIN.encode(), "bin/a.py": MAIN.encode()}
    bundle = Bundle.freeze(files)
    found = describe(bundle, reader().read(bundle))
    assert [spec.exported for spec in found] == ["find_vulnerability__scan", "find_vulnerability__z", "find_vulnerability__a"]


# --- what is said of one -------------------------------------------------------------------------------------------------------------


def test_a_program_is_exported_under_the_skill_with_what_it_gives() -> None:
    spec = tools({"scripts/fill-form.py": program("parser.add_argument('form')")})["fill_form"]
    assert (spec.exported, spec.description, spec.hints, spec.parameters) == ("pdf-tools__fill_form", "Fill a form.", {}, ())
    assert spec.output_schema is not None
    assert Schema(spec.output_schema).accepts({"stdout": "", "stderr": "", "exit_code": 0})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (program("", parser='argparse.ArgumentParser(description="One " "two.")'), "One two."),
        ('"""From the\ntop.\n\nMore of it.\n"""\n' + program("", parser="argparse.ArgumentParser(description=__doc__)"), "From the top."),
        ('"""From the top."""\n' + MAIN, "From the top."),
        (program("", parser="argparse.ArgumentParser(description=f'{__file__}')"), "Run fill.py."),
        (MAIN, "Run fill.py."),
    ],
)
def test_a_tool_is_described_by_its_parser_else_by_its_docstring(text: str, said: str) -> None:
    assert tools({"scripts/fill.py": text})["fill"].description == said


def test_a_description_is_cut_and_cleaned() -> None:
    text = f'"""{"word " * 400}\u202e{chr(0xE0041)}"""\n{MAIN}'
    described = tools({"scripts/fill.py": text})["fill"].description
    assert len(described) <= 1024
    assert described.isprintable()


# --- arguments ---------------------------------------------------------------------------------------------------------------------


def only(spec: ToolSpec) -> tuple[dict[str, Any], ScriptArgument]:
    """The one argument of a tool: its property and how it becomes words."""
    assert spec.script is not None
    assert not spec.script.is_plain
    (argument,) = spec.script.arguments
    assert spec.input_schema["properties"]["stdin"] == STDIN
    assert list(spec.input_schema["properties"]) == [argument.name, "stdin"]
    return spec.input_schema["properties"][argument.name], argument


@pytest.mark.parametrize(
    ("call", "shape", "argument"),
    [
        ("'form'", {"type": "string"}, ("form", "", "value")),
        ("'input-file', type=Path", {"type": "string"}, ("input_file", "", "value")),
        ("'--page', type=int", {"type": "integer"}, ("page", "--page", "value")),
        ("'-s', '--scale', type=float, default=1.5", {"type": "number", "default": 1.5}, ("scale", "--scale", "value")),
        ("'-o', type=str, default='out.pdf'", {"type": "string", "default": "out.pdf"}, ("o", "-o", "value")),
        ("'--dry-run', action='store_true'", {"type": "boolean", "default": False}, ("dry_run", "--dry-run", "nothing")),
        ("'--no-cache', action='store_false'", {"type": "boolean", "default": False}, ("no_cache", "--no-cache", "nothing")),
        ("'--no-cache', dest='cache', action='store_false'", {"type": "boolean", "default": True}, ("cache", "--no-cache", "negated")),
        ("'--json', dest='kind', action='store_const', const=1", {"type": "boolean", "default": False}, ("json", "--json", "nothing")),
        ("'--color', action=argparse.BooleanOptionalAction", {"type": "boolean", "default": False}, ("color", "--color", "nothing")),
        (
            "'--color', action=argparse.BooleanOptionalAction, default=True",
            {"type": "boolean", "default": True},
            ("color", "--no-color", "negated"),
        ),
        ("'-v', '--verbose', action='count'", {"type": "integer", "minimum": 0, "maximum": 16}, ("verbose", "--verbose", "count")),
        ("'--tag', action='append'", {"type": "array", "items": {"type": "string"}}, ("tag", "--tag", "each")),
        ("'--tag', action='extend', nargs='+'", {"type": "array", "items": {"type": "string"}}, ("tag", "--tag", "values")),
        ("'files', nargs='+'", {"type": "array", "items": {"type": "string"}, "minItems": 1}, ("files", "", "values")),
        ("'files', nargs='*'", {"type": "array", "items": {"type": "string"}}, ("files", "", "values")),
        (
            "'--size', nargs=2, type=int",
            {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
            ("size", "--size", "values"),
        ),
        ("'--to', nargs='?', const='x'", {"type": "string"}, ("to", "--to", "value")),
        ("'--kind', choices=['a', 'b']", {"type": "string", "enum": ["a", "b"]}, ("kind", "--kind", "value")),
        ("'--kind', choices=KINDS, default='x'", {"type": "string", "enum": ["x", "y"], "default": "x"}, ("kind", "--kind", "value")),
        ("'--kind', choices=sorted(KINDS)", {"type": "string"}, ("kind", "--kind", "value")),
        ("'--page', type=int, choices=(1, 2)", {"type": "integer", "enum": [1, 2]}, ("page", "--page", "value")),
        ("'--page', type=int, default='7'", {"type": "integer"}, ("page", "--page", "value")),
        ("'--out', default=Path.cwd(), type=argparse.FileType('w')", {"type": "string"}, ("out", "--out", "value")),
        ("'--hidden', help=argparse.SUPPRESS", {"type": "string"}, ("hidden", "--hidden", "value")),
        ("'--f', metavar='F', help='Where (%(default)s), 5%%.', default='a'", None, ("f", "--f", "value")),
    ],
)
def test_an_argument_becomes_a_property(call: str, shape: dict[str, Any] | None, argument: tuple[str, str, str]) -> None:
    before = "from pathlib import Path\nKINDS = ('x', 'y')"
    found, made = only(described(f"parser.add_argument({call})", before=before))
    assert found == (shape or {"type": "string", "default": "a", "description": "Where (a), 5%."})
    assert (made.name, made.flag, made.takes) == argument


def test_required_is_what_argparse_insists_on() -> None:
    spec = described("""
        parser.add_argument("form")
        parser.add_argument("rest", nargs="*")
        parser.add_argument("--out", required=True)
        parser.add_argument("--page", type=int, required=False)
        parser.add_argument("--size", nargs=2, required=True)
    """)
    assert spec.input_schema["required"] == ["form", "out", "size"]


def test_positional_arguments_keep_their_order_and_groups_are_read_as_one() -> None:
    spec = described("""
        parser.add_argument("--version", action="version", version="1")
        group = parser.add_argument_group("output", "How it is written.")
        group.add_argument("--out", "-o")
        either = parser.add_mutually_exclusive_group(required=True)
        either.add_argument("--json", action="store_true")
        either.add_argument("--csv", action="store_true")
        parser.add_argument("source")
        parser.add_argument("target")
    """)
    assert spec.script is not None
    assert [argument.name for argument in spec.script.arguments] == ["out", "json", "csv", "source", "target"]
    assert spec.input_schema["required"] == ["source", "target"]


def test_two_flags_for_one_name_go_by_their_own_names() -> None:
    spec = described("""
        parser.add_argument("--cache", dest="cache", action="store_true")
        parser.add_argument("--no-cache", dest="cache", action="store_false")
    """)
    assert spec.script is not None
    assert [(argument.name, argument.takes) for argument in spec.script.arguments] == [("cache", "nothing"), ("no_cache", "nothing")]


@pytest.mark.parametrize("imported", ["import argparse as ap\nmake = ap.ArgumentParser", "from argparse import ArgumentParser as Make"])
def test_argparse_is_known_under_other_names(imported: str) -> None:
    name = "ap.ArgumentParser" if "ap" in imported.split() else "Make"
    text = f"{imported}\n\ndef build():\n    p = {name}()\n    p.add_argument('form')\n    return p\n\nbuild().parse_args()\n"
    assert only(tools({"scripts/fill.py": text})["fill"])[1].name == "form"


def test_arguments_that_a_function_of_the_file_adds_are_read() -> None:
    text = """
        import argparse
        import sys

        def common(parser):
            parser.add_argument("--verbose", action="store_true")

        def main(argv=None):
            parser = argparse.ArgumentParser()
            common(parser)
            parser.add_argument("form")
            known, rest = parser.parse_known_args(argv)

        if "__main__" == __name__:
            sys.exit(main())
        """
    script = tools({"scripts/fill.py": text})["fill"].script
    assert script is not None
    assert [argument.name for argument in script.arguments] == ["verbose", "form"]


PLAIN = {
    "no parser": "import sys\nprint(sys.argv)\n",
    "subcommands": program("sub = parser.add_subparsers()\nsub.add_parser('a')"),
    "parents": program("", parser="argparse.ArgumentParser(parents=[base])"),
    "other prefixes": program("", parser="argparse.ArgumentParser(prefix_chars='+')"),
    "words from a file": program("", parser="argparse.ArgumentParser(fromfile_prefix_chars='@')"),
    "keywords by two stars": program("", parser="argparse.ArgumentParser(**words)"),
    "two parsers": program("other = argparse.ArgumentParser()"),
    "a parser of its own": program("", before="class P(argparse.ArgumentParser): ..."),
    "a computed name": program("parser.add_argument(name)"),
    "a computed keyword": program("parser.add_argument('--a', **words)"),
    "a computed action": program("parser.add_argument('--a', action=chosen)"),
    "a computed nargs": program("parser.add_argument('--a', nargs=count)"),
    "an action of its own": program("parser.add_argument('--a', action='mine')"),
    "in a loop": program("for n in ('--a', '--b'):\n    parser.add_argument(n)"),
    "under a condition": program("if sys.platform == 'x':\n    parser.add_argument('--a')"),
    "the rest of the line": program("parser.add_argument('rest', nargs='...')"),
    "the rest by its name": program("parser.add_argument('rest', nargs=argparse.REMAINDER)"),
    "two open ends": program("parser.add_argument('a', nargs='?')\nparser.add_argument('b', nargs='?')"),
    "lists of lists": program("parser.add_argument('--a', action='append', nargs=2)"),
    "letters of a word": program("parser.add_argument('--a', action='extend')"),
    "a name no schema has": program("parser.add_argument('--ä')"),
    "twice the same name": program("parser.add_argument('--a')\nparser.add_argument('--b', dest='a')"),
    "a name that is taken": program("parser.add_argument('--stdin')"),
    "a parser handed elsewhere": program("common.add(parser)", before="import common"),
    "too many": program("\n".join(f"parser.add_argument('--a{number}')" for number in range(70))),
    "too deep": program("parser.add_argument(" + "+".join(["'a'"] * 900) + ")"),
}


@pytest.mark.parametrize("case", PLAIN)
def test_a_command_line_without_a_clean_shape_takes_words(case: str) -> None:
    spec = tools({"scripts/fill.py": PLAIN[case]})["fill"]
    assert spec.script == Script(file="scripts/fill.py", is_plain=True)
    assert set(spec.input_schema["properties"]) == {"args", "stdin"}
    assert Schema(spec.input_schema).accepts({"args": ["--a", "b"], "stdin": "text"})
    assert Schema(spec.input_schema).accepts({})


def test_a_schema_is_made_without_importing_anything() -> None:
    before = set(sys.modules)
    described("parser.add_argument('form')", before="import antigravity")
    assert "antigravity" not in set(sys.modules) - before


def test_a_chain_of_branches_nobody_writes_ends_no_reading() -> None:
    text = "if x:\n    pass\n" + "elif y:\n    pass\n" * 900 + MAIN
    assert scripts({"a.py": text}) == ["a.py"]
    without = text.removesuffix(MAIN)
    assert scripts({"a.py": without, "b.py": MAIN})[-1] == "b.py"


# --- as argparse itself reads it -----------------------------------------------------------------------------------------------------

PARSER = """
parser.add_argument("source")
parser.add_argument("rest", nargs="*")
parser.add_argument("-p", "--page", type=int, default=1)
parser.add_argument("--scale", type=float)
parser.add_argument("-o")
parser.add_argument("--dry-run", action="store_true")
parser.add_argument("--no-cache", dest="cache", action="store_false")
parser.add_argument("--color", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("-v", "--verbose", action="count", default=0)
parser.add_argument("--tag", action="append")
parser.add_argument("--pair", nargs=2)
parser.add_argument("--kind", choices=["a", "b"])
"""
_words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=6).filter(lambda word: word != "--")
_tame = _words.filter(lambda word: not word.startswith("-"))
_GIVEN = st.fixed_dictionaries(
    {"source": _words},
    optional={
        "rest": st.lists(_words, min_size=1, max_size=3),
        "page": st.integers(-99, 99),
        "scale": st.floats(-9, 9),
        "o": _words,
        "dry_run": st.booleans(),
        "cache": st.booleans(),
        "color": st.booleans(),
        "verbose": st.integers(1, 4),
        "tag": st.lists(_words, min_size=1, max_size=3),
        "pair": st.lists(_tame, min_size=2, max_size=2),
        "kind": st.sampled_from(["a", "b"]),
    },
)


@given(_GIVEN)
@settings(max_examples=150, deadline=None)
def test_what_a_call_says_is_what_argparse_gives_the_program(arguments: dict[str, Any]) -> None:
    spec = _REAL
    assert spec.script is not None
    assert Schema(spec.input_schema).accepts(arguments)
    plan = [(argument.name, argument.flag, argument.takes) for argument in spec.script.arguments]
    words = CommandLine(is_plain=False, arguments=plan).words(arguments)
    parser = argparse.ArgumentParser(allow_abbrev=True)
    exec(PARSER, {"parser": parser, "argparse": argparse})  # SAFE: the text above
    got = vars(parser.parse_args(words))
    assert {name: got[name] for name in arguments} == arguments


_REAL = described(PARSER)
