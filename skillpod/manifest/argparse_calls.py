"""The command line of a program, read from the literal argparse calls in its syntax tree. Nothing is run.

What has no clean shape as a JSON object makes the whole command line unreadable: a schema that lies is worse than none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from skillpod.documents import Schema
from skillpod.model.later import later
from skillpod.model.legible import legible
from skillpod.model.manifest import ScriptArgument

ARGUMENTS_LIMIT = 64
HELP_LIMIT = 1024
STDIN = "stdin"
_COUNT_LIMIT = 16
_DEPTH_LIMIT = 32

_PROPERTY = later(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}")
_PLACEHOLDER = later(r"%(?:\((\w+)\)[sdrf]|%)")
_TYPES = {"int": "integer", "float": "number"}
_PARSER_WORDS = frozenset(
    {"prog", "usage", "description", "epilog", "formatter_class", "add_help", "allow_abbrev", "conflict_handler", "exit_on_error"}
)
_ARGUMENT_WORDS = frozenset(
    {"action", "nargs", "const", "default", "type", "choices", "required", "help", "metavar", "dest", "version", "deprecated"}
)
_UNLIKE_OTHERS = frozenset({"add_subparsers", "add_parser", "register", "_add_action"})
"""Methods of a parser after which its command line is no flat list of arguments."""
_BOOLEAN_ACTION = "BooleanOptionalAction"
_COLLECTING = ("*", "+")


class Unreadable(Exception):
    """The command line can't be said as a JSON object; the message says why."""


@dataclass(slots=True)
class CommandLine:
    """The arguments of a program, and the JSON Schema of each as a property, under the same name."""

    arguments: list[ScriptArgument] = field(default_factory=list)
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)


def read_command_line(tree: ast.Module, *, program: str) -> CommandLine:
    """The command line of a program; ``program`` is what it calls itself in its help. Raises Unreadable."""
    source = _Source(tree)
    parser = source.parser()
    unknown = {keyword.arg or "**" for keyword in parser.keywords} - _PARSER_WORDS
    if unknown or len(parser.args) > 1:
        raise Unreadable(f"ArgumentParser is given {', '.join(sorted(unknown)) or 'more than a name'}")
    reading = _Arguments(source, program)
    for call in source.argument_calls():
        reading.take(call)
    return reading.finished()


def parser_description(tree: ast.Module) -> str:
    """What the program's one parser says of it, when that is a literal; ``__doc__`` is left to who reads docstrings."""
    source = _Source(tree)
    try:
        said = next((word.value for word in source.parser().keywords if word.arg == "description"), None)
        text = source.literal(said) if said is not None else ""
    except Unreadable:
        return ""
    return text if isinstance(text, str) else ""


# --- the source --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """A call, the function it stands in, and whether it surely happens once when that function runs."""

    call: ast.Call
    function: ast.AST | None
    is_certain: bool


class _Source:
    """What is imported of argparse, the constants of the module, and every call in the order of the text."""

    def __init__(self, tree: ast.Module) -> None:
        self._modules: set[str] = set()
        self._members: dict[str, str] = {}
        self._own_functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        self._constants = _constants(tree)
        self._tree = tree
        self.calls = list(_calls(tree, None, is_certain=True))
        for node in ast.walk(tree):
            self._note_import(node)

    def _note_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            self._modules |= {alias.asname or alias.name for alias in node.names if alias.name == "argparse"}
        elif isinstance(node, ast.ImportFrom) and node.module == "argparse" and not node.level:
            self._members |= {alias.asname or alias.name: alias.name for alias in node.names}

    def member(self, node: ast.expr | None) -> str:
        """The name in argparse that an expression stands for; empty when it is none."""
        if isinstance(node, ast.Name):
            return self._members.get(node.id, "")
        is_member = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self._modules
        return node.attr if is_member and isinstance(node, ast.Attribute) else ""

    def parser(self) -> ast.Call:
        """The one call that makes a parser. Raises Unreadable when there is none, or several, or one that can't be followed."""
        made = [seen.call for seen in self.calls if self.member(seen.call.func) == "ArgumentParser"]
        if len(made) != 1:
            raise Unreadable("no ArgumentParser" if not made else "several parsers")
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ClassDef) and any(self.member(base) for base in node.bases):
                raise Unreadable("a class of its own below argparse's")
        return made[0]

    def argument_calls(self) -> Iterator[_Seen]:
        """Every ``add_argument``: with one parser in the file they are all its own, or its groups'."""
        parsers = self._parser_names()
        for seen in self.calls:
            method = seen.call.func.attr if isinstance(seen.call.func, ast.Attribute) else ""
            if method in _UNLIKE_OTHERS:
                raise Unreadable(f"`{method}`")
            if self._hands_on(seen.call, parsers):
                raise Unreadable("the parser is handed to code elsewhere")
            if method == "add_argument":
                yield seen

    def _parser_names(self) -> set[str]:
        names: set[str] = set()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and self.member(node.value.func) == "ArgumentParser":
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        return names

    def _hands_on(self, call: ast.Call, parsers: set[str]) -> bool:
        if isinstance(call.func, ast.Name) and call.func.id in self._own_functions:
            return False
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        return any(isinstance(argument, ast.Name) and argument.id in parsers for argument in given)

    def literal(self, node: ast.expr, depth: int = 0) -> Any:
        """The value of an expression that is one: literals, sums of texts, constants of the module. Raises Unreadable."""
        if depth > _DEPTH_LIMIT:
            raise Unreadable("nested too deeply")
        match node:
            case ast.Constant(value=None | bool() | int() | float() | str()):
                return node.value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return [self.literal(item, depth + 1) for item in items]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                first, second = self.literal(left, depth + 1), self.literal(right, depth + 1)
                if isinstance(first, str) and isinstance(second, str):
                    return first + second
            case ast.Name(id=name) if name in self._constants:
                return self.literal(self._constants[name], depth + 1)
        raise Unreadable("a value that is only known when the program runs")


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names of the module that are given a value once, at its own level, and nowhere else."""
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                if stored.count(name) == 1:
                    found[name] = value
    return found


def _calls(node: ast.AST, function: ast.AST | None, *, is_certain: bool) -> Iterator[_Seen]:
    if isinstance(node, ast.Call):
        yield _Seen(node, function, is_certain)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        function, is_certain = node, not isinstance(node, ast.Lambda)
    elif isinstance(node, ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.Match | ast.IfExp | ast.ListComp | ast.GeneratorExp):
        is_certain = is_certain and is_main_guard(node)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, function, is_certain=is_certain)


def is_main_guard(node: ast.AST) -> bool:
    """Whether this is ``if __name__ == "__main__":``, either way round."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare) or len(node.test.comparators) != 1:
        return False
    sides = (node.test.left, node.test.comparators[0])
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    texts = {side.value for side in sides if isinstance(side, ast.Constant)}
    return names == {"__name__"} and texts == {"__main__"} and isinstance(node.test.ops[0], ast.Eq)


# --- the arguments -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    """One ``add_argument``: its flags (none for a positional), its own name, and what else was said."""

    flags: tuple[str, ...]
    dest: str
    words: Mapping[str, ast.expr]

    @property
    def flag(self) -> str:
        return next((flag for flag in self.flags if flag.startswith("--")), self.flags[0] if self.flags else "")

    @property
    def flag_name(self) -> str:
        return self.flag.lstrip("-").replace("-", "_")


class _Arguments:
    """Takes one ``add_argument`` after the other, and becomes a command line. Every method raises Unreadable."""

    def __init__(self, source: _Source, program: str) -> None:
        self._source = source
        self._program = program
        self._line = CommandLine()
        self._homes: set[int] = set()
        self._has_open_end = False

    def finished(self) -> CommandLine:
        if len(self._line.arguments) > ARGUMENTS_LIMIT:
            raise Unreadable(f"more than {ARGUMENTS_LIMIT} arguments")
        return self._line

    def take(self, seen: _Seen) -> None:
        if not seen.is_certain:
            raise Unreadable("an argument that is added under a condition or in a loop")
        given = self._given(seen.call)
        action = self._action(given)
        if action in ("help", "version"):
            return
        if not given.flags:
            self._homes.add(id(seen.function))
            if len(self._homes) > 1:
                raise Unreadable("positional arguments of several functions: their order is not known")
        match action:
            case "store":
                self._take_value(given)
            case "store_true" | "store_false" | "store_const" | "boolean":
                self._take_flag(given, action)
            case "count":
                self._take_count(given)
            case "append" | "extend":
                self._take_repeated(given, action)
            case _:
                raise Unreadable(f"the action {action}")

    def _given(self, call: ast.Call) -> _Given:
        names = [self._source.literal(argument) for argument in call.args]
        words = {keyword.arg or "**": keyword.value for keyword in call.keywords}
        if set(words) - _ARGUMENT_WORDS or not all(isinstance(name, str) and name for name in names):
            raise Unreadable("an argument that is not written out")
        flags = tuple(name for name in names if name.startswith("-"))
        dest = self._source.literal(words["dest"]) if "dest" in words else ""
        if len(flags) != len(names):
            if len(names) != 1 or dest:
                raise Unreadable("an argument that is both positional and not")
            dest = names[0]
        given = _Given(flags, dest, words)
        return _Given(flags, (dest or given.flag_name).replace("-", "_"), words)

    def _action(self, given: _Given) -> str:
        said = given.words.get("action")
        if self._source.member(said) == _BOOLEAN_ACTION:
            return "boolean"
        action = self._source.literal(said) if said is not None else "store"
        return str(action)

    # one kind after the other

    def _take_value(self, given: _Given) -> None:
        nargs = self._word(given, "nargs")
        item = self._item(given)
        if nargs is None or nargs == "?":
            self._add(given, given.dest, "value", item, is_required=self._is_required(given, is_optional=nargs == "?"))
            return
        if nargs not in _COLLECTING and (not isinstance(nargs, int) or nargs < 1):
            raise Unreadable(f"nargs={nargs!r}")
        schema: dict[str, Any] = {"type": "array", "items": item}
        if nargs == "+":
            schema["minItems"] = 1
        elif isinstance(nargs, int):
            schema |= {"minItems": nargs, "maxItems": nargs}
        self._add(given, given.dest, "values", schema, is_required=self._is_required(given, is_optional=nargs == "*"))

    def _is_required(self, given: _Given, *, is_optional: bool) -> bool:
        if given.flags:
            return bool(self._word(given, "required"))
        if is_optional or self._word(given, "nargs") == "+":
            if self._has_open_end:
                raise Unreadable("two positional arguments that may take any number of words")
            self._has_open_end = True
        return not is_optional

    def _take_flag(self, given: _Given, action: str) -> None:
        """A flag alone. One that turns something off goes by its own name, unless its author named what it turns off."""
        if not given.flags:
            raise Unreadable(f"a positional argument with the action {action}")
        starts_true = action == "boolean" and self._default(given) is True
        if starts_true:
            given = _Given((f"--no-{given.flag.removeprefix('--')}",), given.dest, given.words)
        is_negated = starts_true or (action == "store_false" and "dest" in given.words)
        is_own_name = action == "store_const" or given.dest in self._line.properties
        name = given.flag_name if is_own_name and not starts_true else given.dest
        is_negated = is_negated and name == given.dest
        schema = {"type": "boolean", "default": is_negated}
        self._add(given, name, "negated" if is_negated else "nothing", schema, is_required=False)

    def _take_count(self, given: _Given) -> None:
        if not given.flags:
            raise Unreadable("a positional argument that is counted")
        self._add(given, given.dest, "count", {"type": "integer", "minimum": 0, "maximum": _COUNT_LIMIT}, is_required=False)

    def _take_repeated(self, given: _Given, action: str) -> None:
        nargs = self._word(given, "nargs")
        if not given.flags or (action == "extend" and nargs not in _COLLECTING) or (action == "append" and nargs is not None):
            raise Unreadable(f"the action {action} with nargs={nargs!r}")
        schema = {"type": "array", "items": self._item(given)}
        self._add(given, given.dest, "values" if action == "extend" else "each", schema, is_required=bool(self._word(given, "required")))

    # pieces of a schema

    def _item(self, given: _Given) -> dict[str, Any]:
        said = given.words.get("type")
        kind = _TYPES.get(said.id, "string") if isinstance(said, ast.Name) else "string"
        schema: dict[str, Any] = {"type": kind}
        choices = self._choices(given)
        if choices and all(Schema(schema).accepts(choice) for choice in choices):
            schema["enum"] = choices
        return schema

    def _choices(self, given: _Given) -> list[Any]:
        """Only known ones: what the program computes, it checks by itself."""
        try:
            found = self._source.literal(given.words["choices"]) if "choices" in given.words else []
        except Unreadable:
            return []
        return list(dict.fromkeys(found)) if isinstance(found, list) else []

    def _default(self, given: _Given) -> Any:
        try:
            return self._source.literal(given.words["default"]) if "default" in given.words else None
        except Unreadable:
            return None

    def _word(self, given: _Given, word: str) -> Any:
        return self._source.literal(given.words[word]) if word in given.words else None

    def _add(self, given: _Given, name: str, takes: str, schema: dict[str, Any], *, is_required: bool) -> None:
        if not _PROPERTY.fullmatch(name) or name == STDIN or name in self._line.properties:
            raise Unreadable(f"the argument {name!r}")
        default = self._default(given)
        if default is not None and "default" not in schema and not is_required and Schema(schema).accepts(default):
            schema = {**schema, "default": default}
        described = self._help(given, default)
        self._line.properties[name] = {**schema, "description": described} if described else schema
        self._line.arguments.append(ScriptArgument(name=name, flag=given.flag, takes=takes))
        if is_required:
            self._line.required.append(name)

    def _help(self, given: _Given, default: Any) -> str:
        try:
            said = self._source.literal(given.words["help"]) if "help" in given.words else ""
        except Unreadable:
            return ""
        known = {"default": default, "prog": self._program}
        return legible(_PLACEHOLDER.sub(lambda found: _filled(found, known), said), HELP_LIMIT) if isinstance(said, str) else ""


def _filled(found: re.Match[str], known: Mapping[str, Any]) -> str:
    if found.group() == "%%":
        return "%"
    value = known.get(found.group(1))
    return "" if value is None else str(value)
