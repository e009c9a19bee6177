"""The entry module's tools: what each says of itself, and how it is called with JSON."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from skillpod.sandbox.guest.arguments import Convert, Converter, Unfit, is_idle
from skillpod.sandbox.guest.content import returned
from skillpod.sandbox.guest.contract import MARK, Context
from skillpod.sandbox.guest.hints import function_hints


class Tool:
    """One function marked ``@tool``."""

    def __init__(self, function: Callable[..., Any], converter: Converter) -> None:
        written: Any = inspect.unwrap(function)  # what the author wrote, under decorators that say so
        annotations = function_hints(written)
        self.function = function
        self.name = function.__name__
        self.is_async = inspect.iscoroutinefunction(function)
        self.returns = returned(annotations.get("return", Any))
        self.context = next((name for name, hint in annotations.items() if hint is Context and name != "return"), "")
        self._parameters = [part for part in _parameters(written) if part["name"] != self.context]
        self._plans: dict[str, Convert] = {
            name: converter.plan(hint) for name, hint in annotations.items() if not is_idle(hint) and name not in ("return", self.context)
        }

    def describe(self) -> dict[str, Any]:
        """The signature the host compares with the source's."""
        return {"name": self.name, "is_async": self.is_async, "context": self.context, "parameters": self._parameters}

    def call(self, arguments: Mapping[str, Any], context: Any) -> Any:
        """What the function gives: a value, or a coroutine when it is async. Raises what it raises; TypeError for an unknown argument."""
        given = dict(arguments)
        for name, plan in self._plans.items():
            if name in given:
                try:
                    given[name] = plan(given[name])
                except Unfit:
                    continue
        if self.context:
            given[self.context] = context
        return self.function(**given)


def find(namespace: Mapping[str, Any]) -> dict[str, Tool]:
    """The tools a module's code defines itself, in source order: functions made here and marked, under their own names."""
    converter, module = Converter(), namespace["__name__"]
    return {name: Tool(value, converter) for name, value in namespace.items() if _is_tool(name, value, module)}


def _is_tool(name: str, value: Any, module: str) -> bool:
    if not isinstance(value, FunctionType):
        return False
    return MARK in value.__dict__ and value.__name__ == name and value.__module__ == module


def _parameters(function: FunctionType) -> list[dict[str, Any]]:
    """As ``inspect.signature`` has them, at a tenth of its cost: every fresh guest pays it. Kinds are ``inspect.Parameter``'s names."""
    code = function.__code__
    plain, named = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    optional = plain - len(function.__defaults__ or ())
    found = [
        _parameter(name, "POSITIONAL_ONLY" if place < code.co_posonlyargcount else "POSITIONAL_OR_KEYWORD", place < optional)
        for place, name in enumerate(code.co_varnames[:plain])
    ]
    rest = named
    if code.co_flags & inspect.CO_VARARGS:
        found.append(_parameter(code.co_varnames[rest], "VAR_POSITIONAL", required=True))
        rest += 1
    found += [_parameter(name, "KEYWORD_ONLY", name not in (function.__kwdefaults__ or {})) for name in code.co_varnames[plain:named]]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        found.append(_parameter(code.co_varnames[rest], "VAR_KEYWORD", required=True))
    return found


def _parameter(name: str, kind: str, required: bool) -> dict[str, Any]:
    return {"name": name, "kind": kind, "required": required}
