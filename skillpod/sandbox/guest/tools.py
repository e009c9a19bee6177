"""The entry module's tools: what each says of itself, and how it is called with JSON."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from skillpod.sandbox.guest.arguments import Convert, Converter, Unfit, is_idle
from skillpod.sandbox.guest.contract import MARK, Context
from skillpod.sandbox.guest.hints import function_hints


class Tool:
    """One function marked ``@tool``."""

    def __init__(self, function: Callable[..., Any], converter: Converter) -> None:
        self.function = function
        self.name = function.__name__
        self.is_async = inspect.iscoroutinefunction(function)
        parameters = inspect.signature(function).parameters.values()
        annotations = function_hints(inspect.unwrap(function))
        self.returns = annotations.get("return", Any)
        self.context = next((p.name for p in parameters if annotations.get(p.name) is Context), "")
        self._own = [p for p in parameters if p.name != self.context]
        self._plans: dict[str, Convert] = {
            p.name: converter.plan(annotations[p.name]) for p in self._own if p.name in annotations and not is_idle(annotations[p.name])
        }

    def describe(self) -> dict[str, Any]:
        """The signature the host compares with the source's."""
        return {
            "name": self.name,
            "is_async": self.is_async,
            "context": self.context,
            "parameters": [{"name": p.name, "kind": p.kind.name, "required": p.default is p.empty} for p in self._own],
        }

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


def find(module: ModuleType) -> dict[str, Tool]:
    """The tools a module defines itself, in source order: functions made here and marked, under their own names."""
    converter = Converter()
    return {name: Tool(value, converter) for name, value in vars(module).items() if _is_tool(name, value, module)}


def _is_tool(name: str, value: Any, module: ModuleType) -> bool:
    if not isinstance(value, FunctionType):
        return False
    return MARK in value.__dict__ and value.__name__ == name and value.__module__ == module.__name__
