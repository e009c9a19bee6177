"""How one guest comes to life: forked behind its walls, loaded from the bundle's bytes, and held to what the source says of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from skillpod.errors import DeadlineExceeded, Drift, GuestDied, ProbeFailed, SkillpodError, ToolRaised, WireBroken
from skillpod.model.capability import Lifetime
from skillpod.model.guest import IsolationReport, Launch, Watch, unwatched
from skillpod.model.manifest import Limits, Script
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.connection import Connection
from skillpod.sandbox.death import memory_exceeded
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.frames import cap_of, words_of
from skillpod.sandbox.guest.faults import NO_MEMORY
from skillpod.sandbox.network.switchboard import Exchange
from skillpod.sandbox.output import Output
from skillpod.sandbox.reports import read_walls
from skillpod.sandbox.wire import WireError, encode

_NOTHING = Disclosed()
_SEES = "a skill sees the standard library, its own files and `skillpod`; nothing else"

Fork = Callable[[Limits, Lifetime], Awaitable[Forked]]


class Nursery:
    """Starts the guests of one launch. ``report`` is what the newest of them said of its walls."""

    def __init__(
        self,
        launch: Launch,
        *,
        fork: Fork,
        broker: Broker,
        output: Output,
        watch: Watch = unwatched,
        exchange: Exchange | None = None,
    ) -> None:
        self._launch = launch
        self._fork = fork
        self._broker = broker
        self._output = output
        self._watch = watch
        self._exchange = exchange
        self._limits = launch.manifest.limits
        self._source = [tool.signature() for tool in launch.tools]
        self._loads: dict[tuple[int, tuple[tuple[str, str], ...]], bytes] = {}  # by how many calls at once, and where the volumes are
        self.report: IsolationReport | None = None
        self._alive: set[Connection] = set()
        self.is_closed = False

    async def start(self, lifetime: Lifetime) -> Connection:
        """A guest that may be called, within ``limits.wall``.

        Raises IsolationUnavailable, VolumeUnusable, ProbeFailed, Drift, GuestDied, LimitExceeded, WireBroken or DeadlineExceeded; the
        guest is then gone.
        """
        try:
            forked = await self._fork(self._limits, lifetime)
        except OSError as fault:  # no descriptors left, no memory
            raise GuestDied(f"no guest could be forked: {fault}", hint="look at the pod's own limits of files and memory") from fault
        guest = Connection(
            forked, limits=self._limits, broker=self._broker, output=self._output, watch=self._watch, exchange=self._exchange
        )
        self._alive.add(guest)
        guest.gone.add_done_callback(lambda _: self._alive.discard(guest))
        try:
            if self.is_closed:
                raise GuestDied("the guest was not started: its generation has been ended")
            async with asyncio.timeout(self._limits.wall):
                await self._raise(guest, lifetime)
        except TimeoutError:
            guest.kill()
            raise DeadlineExceeded(
                f"the skill did not load within {self._limits.wall:g} s",
                at="limits.wall",
                hint="importing the entry file must end; move work into the tools",
            ) from None
        except BaseException:
            guest.kill()
            raise
        return guest

    def close(self) -> None:
        """Kill every guest there is, and each that a fork still gives."""
        self.is_closed = True
        for guest in tuple(self._alive):
            guest.kill()

    async def empty(self) -> None:
        """Wait until nothing is left of any guest: they were killed, so this takes no goodwill of theirs."""
        while self._alive:
            await asyncio.wait([guest.gone for guest in self._alive])

    def _load(self, lifetime: Lifetime, places: Mapping[str, str]) -> bytes:
        """A guest of one call overlaps none, whatever the skill allows those that are kept."""
        concurrency = 1 if lifetime is Lifetime.CALL else self._launch.manifest.concurrency
        key = (concurrency, tuple(places.items()))
        if key not in self._loads:
            self._loads[key] = _load_message(self._launch, concurrency, places)
        return self._loads[key]

    async def _raise(self, guest: Connection, lifetime: Lifetime) -> None:
        self.report = read_walls(await guest.expect("walls"))
        guest.watch()
        guest.send(self._load(lifetime, {name: said["at"] for name, said in self.report.volumes.items()}))
        said = await guest.expect("described", "load_failed")
        guest.heed(said)
        if said["t"] == "load_failed":
            raise load_failure(said.get("error"), self._launch, disclosed=self._broker.disclosed)
        differs = self._broker.disclosed.redacted_part(difference(self._source, said.get("tools")))
        if differs:
            raise drift(differs, self._launch)
        guest.serve()


def _load_message(launch: Launch, concurrency: int, places: Mapping[str, str]) -> bytes:
    """The load frame and the bundle's bytes behind it. Sidecars are evidence for the host; no guest sees them."""
    manifest = launch.manifest
    frame = encode(
        {
            "t": "load",
            "name": manifest.name,
            "entry": manifest.entry,
            "scripts": [_program(tool.name, tool.script) for tool in launch.tools if tool.script is not None],
            "files": [[name, len(content)] for name, content in launch.bundle.files.items()],
            "config": dict(launch.config),
            "volumes": dict(places),
            "variables": dict(launch.provision.variables),
            "network": bool(launch.admission.grants.network),
            "concurrency": concurrency,
            "output": manifest.limits.output,
            "cap": cap_of(manifest.limits),
        }
    )
    return b"".join((frame, *launch.bundle.files.values()))


def _program(name: str, script: Script) -> dict[str, Any]:
    arguments = [[argument.name, argument.flag, argument.takes] for argument in script.arguments]
    return {"name": name, "file": script.file, "is_plain": script.is_plain, "arguments": arguments}


def load_failure(error: object, launch: Launch, *, hint: str = _SEES, disclosed: Disclosed = _NOTHING) -> SkillpodError:
    """What a guest's ``load_failed`` means; without what guests before it were handed, which they may have left where it looks."""
    try:
        kind, message, traceback = map(disclosed.redacted_part, words_of(error))
    except WireError as fault:
        return WireBroken(f"the guest broke the protocol: {fault}")
    if kind == NO_MEMORY:
        return memory_exceeded(launch.manifest.limits, doing="loading the skill")
    places = re.findall(rf'File "skill://{re.escape(launch.manifest.name)}/([^"]+)", line (\d+)', traceback)
    return ProbeFailed(
        f"the skill's code did not load: {kind}: {message}" if message else f"the skill's code did not load: {kind}",
        at=":".join(places[-1]) if places else launch.manifest.entry,
        hint=hint,
        reasons=[ToolRaised(message, exception=kind, traceback=traceback)],
    )


def drift(difference: str, launch: Launch) -> Drift:
    return Drift(
        f"the running code says otherwise than its source: {difference}",
        at=launch.manifest.entry,
        hint="declare tools as plain functions at the top level of the entry file; don't make, replace or rename them at run time",
    )


def difference(source: Sequence[Mapping[str, Any]], guest: object) -> str:
    """The first thing that differs between what the source says and what the guest says; empty when nothing does."""
    if guest == source:
        return ""
    if not isinstance(guest, list) or not all(isinstance(tool, dict) for tool in guest):
        return "its description is not a list of tools"
    expected, found = [str(tool["name"]) for tool in source], [str(tool.get("name"))[:100] for tool in guest]
    if expected != found:
        return f"the source has the tools {', '.join(expected) or '(none)'}; the guest has {', '.join(found[:50]) or '(none)'}"
    for said, tool in zip(guest, source, strict=True):
        for part, value in tool.items():
            if said.get(part) != value:
                return f"{part} of {tool['name']} is {_short(value)} in the source and {_short(said.get(part))} in the guest"
    return "it says more of its tools than it was asked"


def _short(value: object) -> str:
    if isinstance(value, list):
        return "(" + ", ".join(_parameter(part) for part in value[:32]) + ")"
    return repr(value)[:200]


def _parameter(part: object) -> str:
    if not isinstance(part, dict):
        return repr(part)[:60]
    need = "required" if part.get("required") else "optional"
    return f"{part.get('name')}: {part.get('kind')}, {need}"[:120]
