"""What the adapters share: a pod's tool as a framework sees it, and the framework itself, which may not be there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from skillpod.blocking import Blocking
from skillpod.errors import PackageMissing
from skillpod.manager import SkillManager
from skillpod.model.command import Caller
from skillpod.model.guest import CallResult
from skillpod.model.manifest import ToolSpec
from skillpod.registry.functions.nulls import without_nulls
from skillpod.registry.functions.texts import titled

AnyPod = SkillManager | Blocking


class PodTool:
    """One tool of a pod, for one caller."""

    def __init__(self, pod: AnyPod, spec: ToolSpec, caller: Caller | None) -> None:
        self.spec = spec
        self.name = spec.exported
        self.description = titled(spec)
        self.parameters: dict[str, Any] = {"type": "object", **spec.input_schema}
        self._pod = pod
        self._caller = caller

    async def call(self, arguments: Mapping[str, Any]) -> CallResult:
        """What the tool gives; a null for what may be left out means its default. Raises SkillpodError."""
        if isinstance(self._pod, Blocking):
            return await asyncio.to_thread(self.call_and_wait, arguments)
        return await self._pod.invoke(self.name, without_nulls(self.parameters, arguments), caller=self._caller)

    def call_and_wait(self, arguments: Mapping[str, Any]) -> Any:
        """As ``call``, for a blocking pod."""
        return self._pod.invoke(self.name, without_nulls(self.parameters, arguments), caller=self._caller)


def pod_tools(pod: AnyPod, *, caller: Caller | None, offer: str) -> list[PodTool]:
    """Every tool that the caller may call now, sorted by name; ``offer`` as for ``SkillManager.tools``."""
    return [PodTool(pod, offered.spec, caller) for offered in pod.offered(caller=caller, offer=offer)]


@contextmanager
def needing(package: str) -> Iterator[None]:
    """Imports made in here say how to install what is missing. Raises PackageMissing."""
    try:
        yield
    except ImportError as fault:
        raise PackageMissing(
            f"this adapter needs `{package}`, which can't be imported: {fault}", hint=f"pip install '{package}'", at=package
        ) from fault
