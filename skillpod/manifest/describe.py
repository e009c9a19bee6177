"""The tools of a bundle, read from the syntax tree: what agents see, what arguments are held to, what a guest must say of itself."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from skillpod.documents import Schema, did_you_mean, join
from skillpod.manifest import fields
from skillpod.manifest.annotations import Annotations, Direction
from skillpod.manifest.branching import branching_fault
from skillpod.manifest.classes import unquoted
from skillpod.manifest.content import is_content
from skillpod.manifest.docstrings import Docstring, read_docstring
from skillpod.manifest.faults import Faults
from skillpod.manifest.literals import literal
from skillpod.manifest.parse import MANIFEST
from skillpod.manifest.published import TITLE_LIMIT, published
from skillpod.manifest.refine import DEPTH_LIMIT, nesting, refine, said_of
from skillpod.manifest.scopes import External, Modules, Scope, Unclear, parse_files, source
from skillpod.manifest.scripts import script_tools
from skillpod.model.bundle import Bundle
from skillpod.model.later import later
from skillpod.model.manifest import DESCRIPTION_LIMIT, SCHEMA_LIMIT, TOOLS_LIMIT, Manifest, Parameter, ToolSpec
from skillpod.model.names import EXPORTED_NAME, exported_name

PARAMETERS_LIMIT = 64

_PARAMETER_NAME = later(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}")
_TOOL = External("skillpod.tool")
_CONTEXT = External("skillpod.Context")
_HINTS: Mapping[str, type] = {
    "title": str,
    "read_only": bool,
    "destructive": bool,
    "idempotent": bool,
    "category": str,
    "deprecated": dict,
}
_TYPE_WORDS: Mapping[type, str] = {str: "a string", bool: "True or False", dict: 'a dict such as {"replaced_by": "scan"}'}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def describe(bundle: Bundle, manifest: Manifest) -> tuple[ToolSpec, ...]:
    """The functions marked ``@tool`` in the entry file, in source order, then the programs of the manifest. Nothing is imported.

    Also holds the manifest's ``tools`` and ``tests`` against them. Raises ManifestInvalid with every fault as a reason.
    """
    faults = Faults()
    trees, broken = parse_files(bundle.files)
    faults.extend(broken)
    modules = Modules(manifest.name, trees)
    _check_names_of_modules(bundle, faults)
    specs: list[ToolSpec] = []
    if manifest.entry in trees:
        specs = list(_Entry(modules, manifest, trees[manifest.entry], bundle.files[manifest.entry], faults).specs())
    specs += script_tools(manifest, trees, [spec.name for spec in specs], faults)
    specs = refine(specs, manifest, modules.patterns, faults)
    if not broken:
        _check_manifest(manifest, {spec.name: spec for spec in specs}, faults)
    faults.settle(skill=manifest.name)
    return tuple(map(published, specs))


def _check_names_of_modules(bundle: Bundle, faults: Faults) -> None:
    for name in bundle.files:
        if name == "skillpod.py" or name.startswith("skillpod/"):
            faults.add("hides the module that `tool` and `Context` come from", at=name, hint="rename it")
            return


# --- the functions -----------------------------------------------------------------------------------------------------------------


class _Entry:
    """The entry file of one skill: which of its functions are tools, and what each is."""

    def __init__(self, modules: Modules, manifest: Manifest, tree: ast.Module, text: bytes, faults: Faults) -> None:
        self._modules = modules
        self._manifest = manifest
        self._tree = tree
        self._text = text
        self._faults = faults
        self._scope = modules.scope(manifest.entry)

    def specs(self) -> Iterator[ToolSpec]:
        """A tool with a fault is left out; its faults are collected."""
        marked = list(self._marked())
        self._check_all(marked)
        for function, mark in marked[:TOOLS_LIMIT]:
            try:
                spec = _Tool(self._modules, self._scope, self._manifest, function, self._faults, self._text).spec(mark)
            except RecursionError:
                self._faults.add(f"tool `{function.name}`: nested too deeply to be read", at=self._scope.place(function))
                continue
            if spec is not None:
                yield spec

    def _marked(self) -> Iterator[tuple[Function, ast.expr]]:
        for statement in self._tree.body:
            if isinstance(statement, Function):
                mark = self._mark(statement)
                if mark is not None:
                    yield statement, mark
        for function in self._elsewhere():
            if self._mark(function) is not None:
                where = self._scope.place(function)
                self._faults.add(
                    f"`{function.name}` is marked @tool inside something else", at=where, hint="move it to the module's own level"
                )

    def _elsewhere(self) -> Iterator[Function]:
        own = {id(statement) for statement in self._tree.body}
        for statement in _statements(self._tree):
            if isinstance(statement, Function) and statement.decorator_list and id(statement) not in own:
                yield statement

    def _mark(self, function: Function) -> ast.expr | None:
        for decorator in function.decorator_list:
            node = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self._is_tool(node):
                return decorator
        return None

    def _is_tool(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Name | ast.Attribute):
            return False
        try:
            target = self._modules.resolve(self._scope, node)
        except Unclear as fault:
            if source(node).rpartition(".")[2] == "tool":
                self._faults.add(fault.message, at=fault.at, hint="write `from skillpod import tool`")
            return False
        if target == External("skillpod.sdk.tool"):
            self._faults.add("a guest has no `skillpod.sdk`", at=self._scope.place(node), hint="write `from skillpod import tool`")
        return target == _TOOL

    def _check_all(self, marked: list[tuple[Function, ast.expr]]) -> None:
        entry = self._manifest.entry
        if not marked and not self._faults:
            hint = "write `from skillpod import tool` and put @tool on a function at the module's own level"
            self._faults.add("no function is marked @tool", at=entry, hint=hint)
        if len(marked) > TOOLS_LIMIT:
            self._faults.add(f"{len(marked)} tools; a skill has at most {TOOLS_LIMIT}", at=entry, hint="make two skills of it")
        for function, _ in marked:
            self._check_bound_once(function)

    def _check_bound_once(self, function: Function) -> None:
        """A name that is bound again later would be another function, or none, in the guest."""
        for statement in self._tree.body:
            again = statement is not function and function.name in _bound(statement)
            if again and statement.lineno > function.lineno:
                where = self._scope.place(statement)
                self._faults.add(f"`{function.name}` is a tool, and the name is given to something else here", at=where, hint="rename one")


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement at every depth, expressions not entered."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            pending += getattr(node, name, ())


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Function | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in statement.names}
    names = ast.walk(statement) if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Delete) else ()
    return {node.id for node in names if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}


class _Tool:
    """One function marked ``@tool``."""

    def __init__(self, modules: Modules, scope: Scope, manifest: Manifest, function: Function, faults: Faults, text: bytes) -> None:
        self._modules = modules
        self._scope = scope
        self._manifest = manifest
        self._function = function
        self._faults = faults
        self._sound = True
        self._may_yield = b"yield" in text

    def spec(self, mark: ast.expr) -> ToolSpec | None:
        """None when there was a fault."""
        function, skill = self._function, self._manifest.name
        docstring = read_docstring(function)
        self._check_function()
        hints = self._hints(mark)
        contexts = self._contexts()
        parameters = [found for found in _parameters(function) if found.arg.arg not in contexts]
        input_schema = self._input_schema(parameters, docstring)
        returns_content = self._returns_content()
        output_schema = None if returns_content else self._output_schema()
        if not self._sound:
            return None
        spec = ToolSpec(
            skill=skill,
            name=function.name,
            exported=exported_name(skill, function.name),
            description=docstring.description or str(hints.get("title", "")) or _words_of(function.name),
            input_schema=input_schema,
            output_schema=output_schema,
            parameters=tuple(Parameter(name=found.arg.arg, kind=found.kind, required=found.default is None) for found in parameters),
            is_async=isinstance(function, ast.AsyncFunctionDef),
            context=next(iter(contexts), ""),
            is_content=returns_content,
            hints=MappingProxyType({**hints, **said_of(function.name, self._manifest.tools)}),
        )
        self._check_spec(spec)
        return spec if self._sound else None

    def _add(self, message: str, node: ast.AST | None = None, hint: str = "") -> None:
        self._sound = False
        self._faults.add(f"tool `{self._function.name}`: {message}", at=self._scope.place(node or self._function), hint=hint)

    def _refuse(self, what: str, fault: Unclear) -> None:
        self._sound = False
        self._faults.add(f"tool `{self._function.name}`, {what}: {fault.message}", at=fault.at, hint=fault.hint)

    # the function as a whole

    def _check_function(self) -> None:
        function = self._function
        arguments = function.args
        exported = exported_name(self._manifest.name, function.name)
        if not EXPORTED_NAME.fullmatch(exported):
            self._add(f"`{exported}` is no name agents accept", hint="use ASCII letters, digits and _")
        if arguments.vararg:
            self._add(f"parameter `*{arguments.vararg.arg}` has no JSON shape", arguments.vararg, "take a list")
        if arguments.kwarg:
            self._add(f"parameter `**{arguments.kwarg.arg}` has no JSON shape", arguments.kwarg, "name the parameters, or take a dict")
        for argument in arguments.posonlyargs:
            self._add(f"parameter `{argument.arg}` is positional-only; arguments come by name", argument, "remove the `/`")
        if len(function.args.args) + len(function.args.kwonlyargs) > PARAMETERS_LIMIT:
            self._add(f"more than {PARAMETERS_LIMIT} parameters", hint="take a dataclass")
        if self._may_yield and _yields(function):
            self._add("a tool returns its result, it can't yield", hint="return a list")

    def _hints(self, mark: ast.expr) -> dict[str, Any]:
        if not isinstance(mark, ast.Call):
            return {}
        if mark.args:
            self._add("@tool takes keywords only", mark, f"it knows {', '.join(_HINTS)}")
        found: dict[str, Any] = {}
        for keyword in mark.keywords:
            name = keyword.arg or "**"
            if name not in _HINTS:
                self._add(f"@tool has no `{name}`", keyword, did_you_mean(name, _HINTS) or f"it knows {', '.join(_HINTS)}")
                continue
            value = self._hint(name, keyword.value)
            if value is not None:
                found[name] = value
        if found.get("read_only") and found.get("destructive"):
            self._add("@tool says both read_only and destructive", mark, "keep one of them")
        return found

    def _hint(self, name: str, node: ast.expr) -> Any:
        try:
            if isinstance(node, ast.Name | ast.Attribute | ast.Call):
                raise Unclear("literals only", at=self._scope.place(node))
            value: Any = literal(self._modules, self._scope, node)
        except Unclear as fault:
            self._add(f"`{name}` of @tool can't be read: {fault.message}", node, "write the value itself")
            return None
        if type(value) is not _HINTS[name]:
            self._add(f"`{name}` of @tool is {_TYPE_WORDS[_HINTS[name]]}", node)
            return None
        if isinstance(value, dict):
            self._check_deprecated(value, node)
        elif isinstance(value, str) and not 0 < len(value) <= TITLE_LIMIT:
            self._add(f"`{name}` of @tool has 1 to {TITLE_LIMIT} characters", node)
        return value

    def _check_deprecated(self, value: Mapping[str, Any], node: ast.expr) -> None:
        for key, text in value.items():
            if key not in ("replaced_by", "until") or not isinstance(text, str):
                self._add("`deprecated` of @tool holds the strings `replaced_by` and `until`", node)

    # parameters

    def _contexts(self) -> list[str]:
        """The parameter that takes the Context; a second one is a fault."""
        found = [parameter.arg for parameter in _parameters(self._function) if self._is_context(parameter.arg.annotation)]
        for surplus in found[1:]:
            self._add(f"parameter `{surplus.arg}` is a second Context", surplus, "one is enough")
        return [argument.arg for argument in found]

    def _is_context(self, annotation: ast.expr | None) -> bool:
        try:
            found = unquoted(self._scope, annotation) if annotation else None
            return isinstance(found, ast.Name | ast.Attribute) and self._modules.resolve(self._scope, found) == _CONTEXT
        except Unclear:
            return False  # said again, with the parameter's name, when its schema is made

    def _input_schema(self, parameters: list[_Found], docstring: Docstring) -> dict[str, Any]:
        annotations = Annotations(self._modules, Direction.IN)
        properties: dict[str, Any] = {}
        for found in parameters:
            schema = self._property(annotations, found)
            description = docstring.parameters.get(found.arg.arg)
            if description and "description" not in schema:
                schema = {**schema, "description": description}
            properties[found.arg.arg] = schema
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [found.arg.arg for found in parameters if found.default is None]
        if required:
            schema["required"] = required
        if annotations.definitions:
            schema["$defs"] = annotations.definitions
        if self._sound:
            self._check_defaults(parameters, schema)
        return schema

    def _property(self, annotations: Annotations, found: _Found) -> dict[str, Any]:
        name = found.arg.arg
        if not _PARAMETER_NAME.fullmatch(name):
            self._add(f"parameter `{name}`: agents accept ASCII letters, digits and _, at most 64", found.arg)
        if found.arg.annotation is None:
            self._add(f"parameter `{name}` has no annotation", found.arg, f"write its type, such as `{name}: str`")
            return {}
        try:
            schema = annotations.schema(self._scope, found.arg.annotation)
        except Unclear as fault:
            self._refuse(f"parameter `{name}`", fault)
            return {}
        if found.default is None:
            return schema
        try:
            return {**schema, "default": literal(self._modules, self._scope, found.default)}
        except Unclear:  # known only when the code runs: the parameter is optional, and the guest fills it in
            return schema

    def _check_defaults(self, parameters: list[_Found], schema: Mapping[str, Any]) -> None:
        for found in parameters:
            given = schema["properties"][found.arg.arg]
            if "default" not in given:
                continue
            rules = {**given, "$defs": schema.get("$defs", {})}
            if not Schema(rules).accepts(given["default"]):
                annotation = source(found.arg.annotation) if found.arg.annotation else ""
                hint = f"write `{annotation} | None`" if given["default"] is None else "correct the annotation or the default"
                self._add(f"parameter `{found.arg.arg}`: its default is no {annotation}", found.default, hint)

    def _returns_content(self) -> bool:
        try:
            return self._function.returns is not None and is_content(self._modules, self._scope, self._function.returns)
        except Unclear as fault:
            self._refuse("its result", fault)
            return True  # what is wrong with it has been said

    def _output_schema(self) -> dict[str, Any] | None:
        """None when nothing is said, or Any."""
        if self._function.returns is None:
            return None
        annotations = Annotations(self._modules, Direction.OUT)
        try:
            schema = annotations.schema(self._scope, self._function.returns)
        except Unclear as fault:
            self._refuse("its result", fault)
            return None
        if schema and annotations.definitions:
            schema = {**schema, "$defs": annotations.definitions}
        return schema or None

    # the whole

    def _check_spec(self, spec: ToolSpec) -> None:
        size = len(json.dumps([spec.input_schema, spec.output_schema]))
        if size > SCHEMA_LIMIT:
            self._add(f"its schemas have {size} bytes; at most {SCHEMA_LIMIT}", hint="make the types smaller")
        for schema in filter(None, (spec.input_schema, spec.output_schema)):
            if nesting(schema) > DEPTH_LIMIT:
                self._add(f"its schema is nested more than {DEPTH_LIMIT} deep", hint="give the inner types names of their own, as classes")
            fault = branching_fault(schema)
            if fault:
                self._add(fault, hint="use one class with optional fields in place of the union")
        described = [
            ("", spec.description),
            *((f"parameter `{name}`, ", rules.get("description", "")) for name, rules in spec.input_schema["properties"].items()),
        ]
        for what, text in described:
            if len(text) > DESCRIPTION_LIMIT:
                hint = "say the rest in README.md"
                self._add(f"{what}the description has {len(text)} characters; at most {DESCRIPTION_LIMIT}", hint=hint)
            try:
                fields.plain_text(text)
            except ValueError as error:
                self._add(f"{what}the description {error}", hint="remove it")


class _Found:
    """A parameter as it stands in the source; ``kind`` is ``inspect.Parameter.kind.name``."""

    __slots__ = ("arg", "default", "kind")

    def __init__(self, arg: ast.arg, kind: str, default: ast.expr | None) -> None:
        self.arg = arg
        self.kind = kind
        self.default = default


def _parameters(function: Function) -> list[_Found]:
    """The parameters that can be given by name, in the order of the signature."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    found = [
        _Found(arg, "POSITIONAL_OR_KEYWORD", default)
        for arg, default in zip(positional, defaults, strict=True)
        if arg not in arguments.posonlyargs
    ]
    return [
        *found,
        *(_Found(arg, "KEYWORD_ONLY", default) for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)),
    ]


def _yields(function: Function) -> bool:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(node))
    return False


def _words_of(name: str) -> str:
    return name.replace("_", " ").strip().capitalize() + "."


# --- the manifest against the code -------------------------------------------------------------------------------------------------


def _check_manifest(manifest: Manifest, specs: Mapping[str, ToolSpec], faults: Faults) -> None:
    if not specs and faults:
        return  # what is wrong with the tools has been said
    for name in manifest.tools:
        if name not in specs:
            faults.add(f"there is no tool `{name}`", at=join(MANIFEST, f"tools.{name}"), hint=_known(name, specs))
    for index, test in enumerate(manifest.tests):
        where = join(MANIFEST, f"tests[{index}]")
        spec = specs.get(test.tool)
        if spec is None:
            faults.add(f"there is no tool `{test.tool}`", at=f"{where}.tool", hint=_known(test.tool, specs))
            continue
        for schema in filter(None, (spec.refines, spec.input_schema)):
            found = Schema(schema).faults(dict(test.arguments), name=f"{where}.arguments")
            faults.extend(found)
            if found:
                break  # the narrower one would say the same again
        if test.has_expect and spec.output_schema is not None:
            faults.extend(Schema(spec.output_schema).faults(test.expect, name=f"{where}.expect"))


def _known(name: str, specs: Mapping[str, ToolSpec]) -> str:
    return did_you_mean(name, specs) or f"the tools are: {', '.join(specs)}"
