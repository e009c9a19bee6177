"""What is gone through before anybody calls: once in the zygote, for all its guests, and once in each guest.

CPython rewrites code as it runs (PEP 659), and every object that is looked at has its count changed: pages that a forked process writes for
the first time are copied for it then. What the zygote has gone through, no guest need write.
"""

from __future__ import annotations

import asyncio
import itertools
import linecache
import sys
from collections.abc import Mapping
from typing import Any

from skillpod.sandbox.guest.arguments import Converter
from skillpod.sandbox.guest.calls import Call, Guest, load_tools
from skillpod.sandbox.guest.channel import Channel
from skillpod.sandbox.guest.contract import Context
from skillpod.sandbox.guest.observer import Observer
from skillpod.sandbox.guest.tools import Tool
from skillpod.sandbox.wire import HEADER, parse
from skillpod.sandbox.wire import encode as encode_frame

_ROUNDS = 10  # CPython rewrites a function after about eight runs (PEP 659)
_OWN_SKILL: Mapping[str, Any] = {"name": "rehearsal", "entry": "handler.py", "scripts": [], "config": {}, "volumes": {}, "output": 1024}
_OWN_FILES: Mapping[str, bytes] = {
    "handler.py": b"from skillpod import tool\n\n\n@tool\ndef say(word: str = '') -> str:\n    return word\n"
}


def rehearse() -> None:
    """In the zygote, before anything is forked: load a skill of our own and go through a call, until the interpreter has rewritten the
    code this takes. Leaves nothing behind."""
    finders, modules = list(sys.meta_path), frozenset(sys.modules)
    observer = Observer(sys.path)
    for _ in range(_ROUNDS):
        tools = load_tools(_OWN_SKILL, _OWN_FILES)
        for tool in tools.values():
            tool.describe()
        rehearse_call(Guest(tools, _OWN_SKILL, _OWN_FILES, observer), None)
        sys.meta_path[:] = finders
        for name in sys.modules.keys() - modules:
            del sys.modules[name]
    linecache.clearcache()


def rehearse_call(guest: Guest, loop: asyncio.AbstractEventLoop | None) -> None:
    """In each guest, once it is loaded: a call that nobody made. Else its first caller would wait for those pages, longer than for the
    call itself."""
    frame = encode_frame({"t": "call", "nonce": "0" * 32, "tool": "", "arguments": {"value": "text"}, "seconds": 1.0})
    call = parse(frame[HEADER:])
    rehearsed = Call(call, Tool(_echo, Converter()), Channel(_Silence(), call["nonce"], 1.0, itertools.count()), guest)
    value = rehearsed.begin()
    rehearsed.succeed(loop.run_until_complete(value) if loop is not None else value.close())


class _Silence:
    """Stands where the wire does while nobody is to hear."""

    cap = 0

    def send(self, data: bytes) -> None:
        """Nobody hears a rehearsal."""

    def answer(self, number: int) -> Mapping[str, Any]:
        raise NotImplementedError

    def is_cancelled(self, nonce: str) -> bool:
        return False


async def _echo(value: str, ctx: Context) -> str:
    return value
