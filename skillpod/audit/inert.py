"""Statements of a module that run nothing of the skill's own: what is defined behind them is there when any function is called."""

from __future__ import annotations

import ast
from typing import Any

from skillpod.audit.nodes import walk
from skillpod.audit.scopes import Source, names_types
from skillpod.audit.standard import is_standard
from skillpod.audit.survey import Survey

_SDK = "skillpod"


def is_inert(statement: Any, survey: Survey) -> bool:
    """Whether running a module's statement can call nothing of the skill's own."""
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        names = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else [statement.module or ""]
        is_relative = isinstance(statement, ast.ImportFrom) and statement.level
        return not is_relative and all(_is_foreign(name) for name in names)
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        arguments = statement.args
        each = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        annotations = [statement.returns, *(parameter.annotation for parameter in each if parameter)]
        return (
            all(_is_marker(decorator, survey) for decorator in statement.decorator_list)
            and all(map(_is_constant_default, (*arguments.defaults, *arguments.kw_defaults)))
            and all(_is_inert_annotation(annotation, survey) for annotation in annotations)
        )
    return isinstance(statement, (ast.Expr, ast.Assign)) and isinstance(statement.value, ast.Constant)


def _is_inert_annotation(annotation: Any, survey: Survey) -> bool:
    """One that names types which are none of the skill's: theirs could be asked for an item, or a union."""
    if annotation is None or isinstance(annotation, ast.Constant):
        return True
    names = [node.id for node in walk(annotation) if isinstance(node, ast.Name)]
    return names_types(annotation) and all(_is_of_others(name, survey) for name in names)


def _is_of_others(name: str, survey: Survey) -> bool:
    return all(
        binding.source is Source.IMPORT and _is_foreign(getattr(binding.node, "module", None) or binding.alias.name)
        for binding in survey.module.bindings.get(name, ())
        if binding.alias is not None
    ) and all(binding.alias is not None for binding in survey.module.bindings.get(name, ()))


def _is_marker(decorator: Any, survey: Survey) -> bool:
    """skillpod's ``@tool``, bare or with literals: what almost every function of a skill carries."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(called, ast.Name) or called.id != "tool" or not _is_of_others("tool", survey):
        return False
    return not isinstance(decorator, ast.Call) or (
        not decorator.args and all(isinstance(word.value, ast.Constant) for word in decorator.keywords)
    )


def _is_foreign(path: str) -> bool:
    """Whether a module is the standard library's or skillpod's."""
    return path.partition(".")[0] == _SDK or is_standard(path.partition(".")[0])


def _is_constant_default(node: Any) -> bool:
    return node is None or isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))
