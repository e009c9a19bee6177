"""A function of ours as the tool of a skill: its own text, below the text of ``inside``."""

from __future__ import annotations

import inspect
import json
import platform
from collections.abc import Callable
from typing import Any

from skillpod.resources import packaged_text
from tests.escapes import inside
from tests.escapes.attack import Call, Given

_TAIL = '''\
from skillpod import tool


@tool
def run(given: dict[str, Any]) -> Any:
    """Try it."""
    return {name}(system_call, given)
'''


def handler(function: Callable[[Call, Given], Any]) -> str:
    """A handler whose only tool is ``run``. What the function needs beside ``inside`` it must import itself."""
    text = inspect.getsource(function)
    used = {name: number for name, number in numbers().items() if f'"{name}"' in text}
    texts = (inspect.getsource(inside), f"NUMBERS = {used!r}\n", text)
    return "\n\n".join((*texts, _TAIL.format(name=function.__name__)))


def numbers() -> dict[str, int]:
    """Every system call of the filter's table that this machine has."""
    return {row["name"]: row[platform.machine()] for rows in _table() for row in rows if row[platform.machine()] is not None}


def refused() -> dict[str, int]:
    """Those that the table refuses in any guest: not what one may do to files that are all its own."""
    names = {row["name"] for row in _table()[1] if "own_files" not in row}
    return {name: number for name, number in numbers().items() if name in names}


def _table() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    table = json.loads(packaged_text("sandbox/seccomp.json"))
    return table["allow"], table["refuse"]
