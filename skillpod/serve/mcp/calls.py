"""``tools/call``: from a request to the pod and back, with everything that may go wrong in the right class.

A tool that is not there for the caller is an error of the protocol (-32602); everything else is a result a model can read, marked
``isError``. A call ends in its guest when nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED, INTERNAL_ERROR, INVALID_PARAMS, CallToolRequestParams

from skillpod.errors import SkillpodError, UnknownTool
from skillpod.model.guest import CallResult
from skillpod.model.manifest import ToolSpec
from skillpod.registry.functions.mcp import error_shape, result_shape
from skillpod.registry.stable import SPECS
from skillpod.serve.mcp.callers import Context, caller_of
from skillpod.serve.mcp.exchange import EXCHANGE_KEY, Apart, Exchange, Ongoing, Stay
from skillpod.serve.mcp.hearing import Hearing
from skillpod.serve.mcp.sessions import Sessions
from skillpod.serve.pod import Pod

ERROR_KEY = "skillpod/error"
"""Where a result's ``_meta`` has our own error: ``{code, message, hint, at, skill, digest}``."""
NAME_LIMIT = 128
"""Characters of a tool's name, by the specification; of a longer one no more is repeated."""

Invoking = Coroutine[Any, Any, CallResult]

_log = logging.getLogger("skillpod.mcp")
_STABLE = {spec.exported: spec for spec in SPECS}
_NOTHING_KNOWN = ToolSpec(
    skill="", name="", exported="", description="", input_schema={"type": "object"}, output_schema=None, parameters=()
)


class Calls:
    def __init__(self, pod: Pod, sessions: Sessions) -> None:
        self._pod = pod
        self._sessions = sessions
        self._running: set[Ongoing] = set()

    async def call(self, ctx: Context, params: CallToolRequestParams) -> dict[str, Any]:
        """The handler of ``tools/call``. Raises MCPError."""
        session = self._sessions.of(ctx)
        hearing = Hearing(ctx, level=session.level if session else None)
        exchange: Exchange | None = ctx.request.scope.get(EXCHANGE_KEY) if ctx.request is not None else None
        invoking = self._pod.invoke(params.name, params.arguments or {}, caller=caller_of(ctx), hear=hearing.hear)
        try:
            if exchange is not None and exchange.is_silent:
                result = await self._stay(invoking, exchange)
            else:
                result = await self._apart(invoking, exchange)
        except (asyncio.CancelledError, MCPError):
            hearing.drop()
            raise
        except SkillpodError as error:
            await hearing.finish()
            return self._failed(params.name, error)
        except Exception as bug:  # a fault of ours: the SDK would send its text to clients of the handshake era
            hearing.drop()
            _log.exception("a call of %s failed for a reason of the pod's own", params.name[:NAME_LIMIT])
            raise MCPError(INTERNAL_ERROR, "the pod itself failed; see what it says on stderr, and please report it") from bug
        await hearing.finish()
        return {"resultType": "complete", **result_shape(_spec(params.name, result), result.value)}

    async def _stay(self, invoking: Invoking, exchange: Exchange) -> CallResult:
        """In the task of its request, which nothing but the call's end is waiting for: a task more is a tenth of a short call's time."""
        call = Stay()
        self._running.add(call)
        exchange.expect(call)
        try:
            result = await invoking
        except asyncio.CancelledError:
            if call.leave():
                raise _ended() from None
            raise
        finally:
            call.leave()
            self._running.discard(call)
            exchange.forget(call)
        return result

    async def _apart(self, invoking: Invoking, exchange: Exchange | None) -> CallResult:
        """In a task of its own: the SDK cancels a handler again at each of its awaits, and ending a guest takes several."""
        work = asyncio.create_task(invoking)
        call = Apart(work)
        self._running.add(call)
        work.add_done_callback(lambda _: self._running.discard(call))
        if exchange is not None:
            exchange.expect(call)
            work.add_done_callback(lambda _: exchange.forget(call))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            if not work.cancel():  # it was cancelled before us: by its exchange, or by the door
                raise _ended() from None
            raise

    def _failed(self, name: str, error: SkillpodError) -> dict[str, Any]:
        if isinstance(error, UnknownTool) and name not in _STABLE:  # one that skillpod_call was asked for is an argument
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {name[:NAME_LIMIT]} ({error.hint})")
        return {"resultType": "complete", **error_shape(error), "_meta": {ERROR_KEY: error.as_dict()}}

    async def end(self, patience: float) -> None:
        """Let the calls that run finish within so many seconds, then end the others."""
        if self._running:
            await asyncio.wait({call.over for call in self._running}, timeout=patience)
        left = tuple(self._running)
        for call in left:
            call.end()
        await asyncio.gather(*(call.over for call in left), return_exceptions=True)


def _ended() -> MCPError:
    return MCPError(CONNECTION_CLOSED, "the call was ended before it was done")


def _spec(name: str, result: CallResult) -> ToolSpec:
    """The tool as the generation that answered has it. What skillpod_call was answered is content when its tool's answer is."""
    spec = _STABLE.get(name) or result.spec or _NOTHING_KNOWN
    return spec if spec.is_content == result.is_content else replace(spec, is_content=result.is_content)
