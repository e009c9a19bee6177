"""The programs of a skill as tools: which files of ``scripts/`` are programs, and what each takes and gives."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skillpod.manifest.argparse_calls import STDIN, CommandLine, Unreadable, is_main_guard, parser_description, read_command_line
from skillpod.manifest.faults import Faults
from skillpod.manifest.scopes import parse_files
from skillpod.model.later import later
from skillpod.model.legible import legible
from skillpod.model.manifest import DESCRIPTION_LIMIT, SCHEMA_LIMIT, TOOLS_LIMIT, Manifest, Script, ToolSpec
from skillpod.model.names import exported_name

FOLDER = "scripts"
WORDS_LIMIT = 256
"""Words a plain program may be given."""
_TOOL_NAME = later(r"[a-zA-Z_][a-zA-Z0-9_]*")
_TESTS = later(r"(test_.*|conftest|__init__)\.py")
_STDIN_SCHEMA = {"type": "string", "description": "What the program reads from standard input."}
OUTPUT_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"stdout": {"type": "string"}, "stderr": {"type": "string"}, "exit_code": {"type": "integer"}},
    "required": ["stdout", "stderr", "exit_code"],
    "additionalProperties": False,
}


# --- which files are programs --------------------------------------------------------------------------------------------------------


def find_programs(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files directly in ``scripts/`` that are programs, by name: Python that does something when it is run.

    A module that only defines things is a library; so is one that a sibling imports, unless it has a ``__main__`` block or reads its
    command line. Tests are neither.
    """
    candidates = {name: text for name, text in files.items() if _is_candidate(name)}
    trees, _ = parse_files(candidates)  # what is not Python is a fault of the whole folder, and said there
    imported = {module for tree in trees.values() for module in _imports(tree)}
    return tuple(name for name, tree in sorted(trees.items()) if _is_program(tree, is_imported=_stem(name) in imported))


def _is_candidate(name: str) -> bool:
    folder, _, leaf = name.rpartition("/")
    return folder == FOLDER and leaf.endswith(".py") and not _TESTS.fullmatch(leaf) and _TOOL_NAME.fullmatch(tool_name(name)) is not None


def tool_name(file: str) -> str:
    """``scripts/fill-form.py`` as ``fill_form``."""
    return re.sub(r"[^a-zA-Z0-9]+", "_", _stem(file))


def _stem(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".py")


def _imports(tree: ast.Module) -> Iterator[str]:
    """The siblings a module may mean: ``import x``, ``from x import y``, ``from . import x``, ``from scripts.x import y``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix(f"{FOLDER}.").partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").removeprefix(f"{FOLDER}.")
            yield module.partition(".")[0]
            if module in ("", FOLDER):
                yield from (alias.name for alias in node.names)


def _is_program(tree: ast.Module, *, is_imported: bool) -> bool:
    if any(map(is_main_guard, tree.body)):
        return True
    try:
        acts = [statement for statement in tree.body if not _only_defines(statement)]
    except RecursionError:  # a chain of branches that nobody writes by hand
        return False
    return bool(acts) and (not is_imported or any(map(_reads_command_line, acts)))


_DEFINITIONS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Pass


def _only_defines(statement: ast.stmt) -> bool:
    """Whether it defines, imports or says something and does nothing else; so do ``if TYPE_CHECKING:`` and ``try: import ...``."""
    match statement:
        case ast.Expr(value=value):
            return isinstance(value, ast.Constant)
        case ast.Assign() | ast.AnnAssign():
            return not _reads_command_line(statement)
        case ast.If(body=body, orelse=orelse):
            return all(map(_only_defines, (*body, *orelse)))
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            handled = [inner for handler in handlers for inner in handler.body]
            return all(map(_only_defines, (*body, *handled, *orelse, *finalbody)))
    return isinstance(statement, _DEFINITIONS)


def _reads_command_line(statement: ast.stmt) -> bool:
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and node.attr in ("argv", "ArgumentParser", "parse_args", "parse_known_args"):
            return True
        if isinstance(node, ast.Name) and node.id in ("argv", "ArgumentParser"):
            return True
    return False


# --- what each takes and gives --------------------------------------------------------------------------------------------------------


def script_tools(manifest: Manifest, trees: Mapping[str, ast.Module], taken: Iterable[str], faults: Faults) -> Iterator[ToolSpec]:
    """One tool for each program of the manifest, in its order; ``taken`` are names of tools that are functions.

    A file that is not Python was a fault before, and is passed over.
    """
    owners = dict.fromkeys(taken, manifest.entry)
    count = len(owners) + len(manifest.scripts)
    if count > TOOLS_LIMIT:
        faults.add(f"{count} tools with its programs; a skill has at most {TOOLS_LIMIT}", at=FOLDER, hint="make two skills of it")
        return
    for file in manifest.scripts:
        name = tool_name(file)
        if not _TOOL_NAME.fullmatch(name):
            faults.add(f"`{name}` can't be a tool's name", at=file, hint="rename the file: letters, digits and _, a letter first")
        elif name in owners:
            faults.add(f"it and {owners[name]} would both be the tool `{name}`", at=file, hint="rename one of the two")
        elif file in trees:
            yield _spec(manifest, file, name, trees[file])
        owners.setdefault(name, file)


def _spec(manifest: Manifest, file: str, name: str, tree: ast.Module) -> ToolSpec:
    script, schema = _shape(file, tree)
    return ToolSpec(
        skill=manifest.name,
        name=name,
        exported=exported_name(manifest.name, name),
        description=_description(file, tree),
        input_schema=schema,
        output_schema=OUTPUT_SCHEMA,
        parameters=(),
        script=script,
    )


def _shape(file: str, tree: ast.Module) -> tuple[Script, dict[str, Any]]:
    try:
        line = read_command_line(tree, program=file.rpartition("/")[2])
        schema = _input_schema(line)
        if len(json.dumps(schema)) <= SCHEMA_LIMIT:
            return Script(file=file, is_plain=False, arguments=tuple(line.arguments)), schema
    except (Unreadable, RecursionError):
        pass
    return Script(file=file, is_plain=True), _plain_schema()


def _input_schema(line: CommandLine) -> dict[str, Any]:
    properties = {**line.properties, STDIN: _STDIN_SCHEMA}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": line.required} if line.required else schema


def _plain_schema() -> dict[str, Any]:
    words = {
        "type": "array",
        "items": {"type": "string"},
        "maxItems": WORDS_LIMIT,
        "description": "The words of the command line, as a shell would hand them over.",
    }
    return {"type": "object", "properties": {"args": words, STDIN: _STDIN_SCHEMA}, "additionalProperties": False}


def _description(file: str, tree: ast.Module) -> str:
    try:
        said = parser_description(tree)
    except RecursionError:
        said = ""
    docstring = (ast.get_docstring(tree) or "").strip().split("\n\n")[0]
    words = legible(said, DESCRIPTION_LIMIT) or legible(" ".join(docstring.split()), DESCRIPTION_LIMIT)
    return words or f"Run {file.rpartition('/')[2]}."
