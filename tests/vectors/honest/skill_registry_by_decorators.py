# expect: none
"""A registry of checks, filled by decorators."""

from __future__ import annotations

import functools
import inspect
from typing import Callable, ParamSpec, TypeVar

from skillpod import tool

P = ParamSpec("P")
R = TypeVar("R")
CHECKS: dict[str, Callable[..., list[str]]] = {}


def check(name: str | None = None, *, severity: str = "warning"):
    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            result = function(*args, **kwargs)
            wrapper.calls += 1
            return result

        wrapper.calls = 0
        wrapper.severity = severity
        CHECKS[name or function.__name__.replace("_", "-")] = wrapper
        return wrapper

    return decorate


@check()
def trailing_space(lines):
    """Lines that end in a blank."""
    return [f"line {number}" for number, line in enumerate(lines, 1) if line != line.rstrip()]


@check("length", severity="error")
def too_long(lines, limit: int = 100):
    """Lines that are too long."""
    return [f"line {number}" for number, line in enumerate(lines, 1) if len(line) > limit]


class Fixer:
    registry: dict[str, type[Fixer]] = {}

    def __init_subclass__(cls, /, name: str = "", **kwargs) -> None:
        super().__init_subclass__(**kwargs)
        Fixer.registry[name or cls.__name__.lower()] = cls

    def fix(self, text: str) -> str:
        raise NotImplementedError


class Strip(Fixer):
    def fix(self, text: str) -> str:
        return "\n".join(line.rstrip() for line in text.split("\n"))


class Tabs(Fixer, name="untab"):
    def fix(self, text: str) -> str:
        return text.expandtabs(4)


@tool(read_only=True)
def run(text: str, only: list[str] | None = None) -> dict:
    """Run all checks, or some."""
    lines = text.split("\n")
    chosen = {name: CHECKS[name] for name in only} if only else CHECKS
    return {name: {"severity": each.severity, "found": each(lines), "about": inspect.getdoc(each)} for name, each in chosen.items()}


@tool(read_only=True)
def fix(text: str, fixers: list[str]) -> str:
    """Apply fixers, one after the other."""
    for name in fixers:
        if name not in Fixer.registry:
            raise KeyError(name)
        text = Fixer.registry[name]().fix(text)
    return text
