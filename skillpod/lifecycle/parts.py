"""What the lifecycle is built from: the seams, wired once by the manager."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from skillpod.lifecycle.judge import Judge
from skillpod.lifecycle.ledger import Ledger
from skillpod.lifecycle.news import News
from skillpod.lifecycle.pipeline import Examiner
from skillpod.model.bindings import Bindings
from skillpod.model.decision import Admission
from skillpod.model.manifest import Manifest
from skillpod.model.provision import NONE, Provision
from skillpod.ports import Clock, Journal, Sandbox, State, Store
from skillpod.registry.registry import Registry

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """From pod.yaml: ``bare_names`` are the skills whose tools go by their own names, ``configured`` gives the operator's config of one,
    ``bindings`` what names of volumes and programs are bound to, ``trial`` is in seconds. ``provide`` finds what stands behind the grants
    of an admission: it reads the disk, and raises VolumeUnusable, PackageUnusable and others of Misconfigured."""

    registry: Registry
    sandbox: Sandbox
    journal: Journal
    ledger: Ledger
    store: Store
    state: State
    clock: Clock
    news: News
    examiner: Examiner
    judge: Judge
    bare_names: Callable[[], frozenset[str]]
    configured: Callable[[str], Mapping[str, Any]]
    bindings: Callable[[], Bindings]
    provide: Callable[[Admission, Manifest], Provision]
    trial: Callable[[], float]
    threads: Executor

    async def provision(self, admission: Admission, manifest: Manifest) -> Provision:
        """What ``provide`` finds, away from the loop; nothing where nothing is to be found. Raises what it raises."""
        if admission.grants.is_empty and not manifest.requires.packages:
            return NONE
        return await self.offload(self.provide, admission, manifest)

    async def offload(
        self, function: Callable[_Arguments, _Result], /, *arguments: _Arguments.args, **options: _Arguments.kwargs
    ) -> _Result:
        """Run what reads the disk or burns the CPU away from the loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, lambda: function(*arguments, **options))
