"""One call of a module guest: run in its thread, from the arguments to a value or a fault that holds nothing of the skill any more."""

from __future__ import annotations

import asyncio
import linecache
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from skillpod.sandbox.guest.faults import OutputExceeded, describe, limit_of
from skillpod.sandbox.guest.results import ResultInvalid, encode
from skillpod.sandbox.guest.tools import Tool
from skillpod.sandbox.module.running import CURRENT, Voice
from skillpod.sandbox.wire import parse

_LINES = threading.Lock()  # held while linecache, which is the process's, has lines of a skill in it
_OUR_FAULTS: Mapping[type, str] = {ResultInvalid: "result_invalid", OutputExceeded: "output_exceeded"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """``error`` is as the wire of a jail has it, None for a call that gave a value."""

    value: Any = None
    error: Mapping[str, str] | None = None


class ModuleCall:
    """``lanes.Job``. ``done`` hears the outcome, in the thread, once."""

    def __init__(
        self,
        tool: Tool,
        arguments: Mapping[str, Any],
        *,
        context: Callable[[], Any],
        output: int,
        place: str,
        done: Callable[[Outcome], None],
    ) -> None:
        self.voice = Voice()
        self._tool = tool
        self._arguments = arguments
        self._context = context
        self._output = output
        self._place = place
        self._done = done

    def run(self, complete: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        CURRENT.set(self.voice)
        try:
            value = self._begin()
            outcome = self._outcome(complete(value) if self._tool.is_async else value)
        except BaseException as fault:  # noqa: BLE001  # SAFE: a tool may raise anything, SystemExit too; each is its call's failure
            outcome = Outcome(error=told(fault, self._place))
        self._done(outcome)

    async def go(self) -> None:
        CURRENT.set(self.voice)
        try:
            value = self._begin()
            outcome = self._outcome(await value if self._tool.is_async else value)
        except BaseException as fault:  # noqa: BLE001  # SAFE: as above, a cancellation too
            outcome = Outcome(error=told(fault, self._place))
        self._done(outcome)

    def _begin(self) -> Any:
        return self._tool.call(self._arguments, self._context() if self._tool.context else None)

    def _outcome(self, value: Any) -> Outcome:
        """The value as JSON brings it to the host of a jail: of nothing in it does the skill keep a hold. Raises ResultInvalid,
        OutputExceeded."""
        encoded = encode(value, self._tool.returns)
        if len(encoded) > self._output:
            raise OutputExceeded(f"the result is {len(encoded)} bytes")
        return Outcome(value=parse(b'{"value":%s}' % encoded)["value"])


def told(fault: BaseException, place: str) -> dict[str, str]:
    """A fault in words; what is read of the skill's lines for it is forgotten again."""
    with _LINES:
        try:
            error = describe(fault)
        finally:
            for name in [name for name in linecache.cache if name.startswith(f"{place}/")]:
                del linecache.cache[name]
    if isinstance(fault, asyncio.CancelledError) and not error["message"]:
        error["message"] = "the call was cancelled"
    error["type"] = _OUR_FAULTS.get(type(fault)) or limit_of(fault, error["message"]) or error["type"]
    return error
