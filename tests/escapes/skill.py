"""A function of ours as the tool of a skill: its own text, in a handler that has the bare system call."""

from __future__ import annotations

import ctypes
import inspect
import json
import os
import platform
from collections.abc import Callable, Mapping
from typing import Any

from skillpod.resources import packaged_text
from tests.escapes.attack import Call, Given

NUMBERS: Mapping[str, int] = {}
"""System calls by name; filled in the skill, where the text of ``system_call`` goes."""

_HEAD = """\
from __future__ import annotations

import ctypes
import os
from typing import Any

from skillpod import tool

"""
_TAIL = '''\
@tool
def run(given: dict[str, Any]) -> Any:
    """Try it."""
    return {name}(system_call, given)
'''


def handler(function: Callable[[Call, Given], Any]) -> str:
    """A handler whose only tool is ``run``. What the function needs it must import itself."""
    texts = (_HEAD, f"NUMBERS = {numbers()!r}\n", inspect.getsource(system_call), inspect.getsource(function))
    return "\n\n".join((*texts, _TAIL.format(name=function.__name__)))


def numbers() -> dict[str, int]:
    """Every system call of the filter's table that this machine has."""
    table = json.loads(packaged_text("sandbox/seccomp.json"))
    found = {row["name"]: row[platform.machine()] for row in (*table["allow"], *table["refuse"])}
    return {name: number for name, number in found.items() if number is not None}


def refused() -> dict[str, int]:
    """Those that the table refuses."""
    names = {row["name"] for row in json.loads(packaged_text("sandbox/seccomp.json"))["refuse"]}
    return {name: number for name, number in numbers().items() if name in names}


def system_call(name: str, *arguments: Any) -> int:
    """By its number, past what the C library checks."""
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    answer: int = libc.syscall(ctypes.c_long(NUMBERS[name]), *words)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer
