"""What the three stable tools do: find, describe, and hand a call on to the tool it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skillpod.errors import ArgumentsInvalid
from skillpod.model.command import Caller
from skillpod.model.digest import Digest, value_digest
from skillpod.model.guest import CallResult, Hear, Usage, unheard
from skillpod.ports import Clock
from skillpod.registry.catalog import Catalog
from skillpod.registry.contract import Contract
from skillpod.registry.dispatch import Dispatch
from skillpod.registry.stable import CALL, FEW, RESERVED, SEARCH, SPECS

ITSELF: Digest = value_digest([dict(spec.input_schema) for spec in SPECS])
"""What a result names as its digest when no skill made it."""


class StableTools:
    """Looking is not journaled: it runs nothing of anyone's. A call is journaled as the call of the tool it names, once."""

    def __init__(self, *, catalog: Catalog, dispatch: Dispatch, clock: Clock) -> None:
        self._catalog = catalog
        self._dispatch = dispatch
        self._clock = clock
        self._contracts = {spec.exported: Contract(spec) for spec in SPECS}

    async def invoke(self, tool: str, arguments: Any, caller: Caller, hear: Hear = unheard) -> CallResult:
        """Call one of the three by its name; the result of ``skillpod_call`` is the inner tool's own.

        Raises ArgumentsInvalid, UnknownTool and what Dispatch.invoke raises.
        """
        self._contracts[tool].check_arguments(arguments)
        if tool == CALL:
            return await self._call(arguments, caller, hear)
        started = self._clock.now()
        value = await (self._search(arguments, caller) if tool == SEARCH else self._catalog.describe(arguments["name"], caller))
        usage = Usage(wall=self._clock.now() - started)
        return CallResult(value=value, usage=usage, skill="skillpod", generation=0, digest=ITSELF)

    async def _search(self, arguments: Mapping[str, Any], caller: Caller) -> list[dict[str, Any]]:
        found = await self._catalog.search(arguments["query"], int(arguments.get("limit", FEW)), caller)
        return [result.as_dict() for result in found]

    async def _call(self, arguments: Mapping[str, Any], caller: Caller, hear: Hear) -> CallResult:
        name = arguments["name"]
        if name in RESERVED:
            raise ArgumentsInvalid(f"{CALL} calls tools of skills, and `{name}` is none", hint=f"call `{name}` itself", at="name")
        return await self._dispatch.invoke(name, arguments.get("arguments", {}), caller, hear)
