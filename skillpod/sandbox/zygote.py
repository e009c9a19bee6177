"""The host's end of the zygote: it is started, asked for guests, and killed from here.

Everything runs on one event loop's thread: the zygote's parent-death signal follows the thread that started it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from skillpod.errors import GuestDied, IsolationUnavailable, PackageUnusable, SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.guest import Act
from skillpod.model.manifest import Limits
from skillpod.model.provision import Package, Program
from skillpod.model.volume import Volume
from skillpod.sandbox import bootstrap, frames, landlock, programs, seccomp, volumes
from skillpod.sandbox.control import ZygoteProcess
from skillpod.sandbox.domain import Enter, unbounded
from skillpod.sandbox.forked import Asked, Exit, Forked, process_of
from skillpod.sandbox.guest.walls.board import WALLS
from skillpod.sandbox.reports import Shortcoming, read_start, unavailable
from skillpod.sandbox.wire import WireError
from skillpod.sandbox.witness import Witness

SERVE = "skillpod.sandbox.guest.serve"
START_PROGRAMS = "skillpod.sandbox.guest.programs"

_WORDS_CAP = 1024
_STATUSES = range(-64, 256)
"""Of a process that ended, as subprocess has it: what it said, or the signal that ended it, below zero."""
_KILLED = Exit(-signal.SIGKILL)


class Zygote:
    """One zygote process and its guests.

    ``without`` names walls that are left out; ``entry`` is the module whose ``main(wire, limits)`` a guest calls once its walls are up.
    ``held`` are the directories its guests get, each with the descriptor it is given by; ``packages`` what they may import beside the
    standard library; with ``has_network`` each guest has a line to ask for connections on, and beside the certificates of the machine it
    trusts those in the file ``authorities``. With ``programs`` it is a zygote for them, and ``entry`` is ``START_PROGRAMS``. ``enter`` puts
    its process into a cgroup that bounds all its guests together. Raises
    IsolationUnavailable for no such wall.
    """

    def __init__(
        self,
        *,
        without: frozenset[str] = frozenset(),
        entry: str = SERVE,
        held: Mapping[Volume, int] = MappingProxyType({}),
        packages: Sequence[Package] = (),
        programs: Sequence[Program] = (),
        has_network: bool = False,
        authorities: str = "",
        enter: Enter = unbounded,
    ) -> None:
        unknown = without.difference(WALLS)
        if unknown:
            names = ", ".join(sorted(unknown))
            raise IsolationUnavailable(f"no such wall to do without: {names}", at=names, hint=f"the walls are {', '.join(WALLS)}")
        self._without = without
        self._entry = entry
        self._held = held
        self._packages = packages
        self._programs = programs
        self._has_network = has_network
        self._authorities = authorities
        self._enter = unbounded if "cgroup" in without else enter
        self._process: ZygoteProcess | None = None
        self._serial = 0
        self._asked: dict[int, Asked] = {}
        self._living: dict[int, Asked] = {}
        self._witness: Witness | None = None
        self.ended = asyncio.Event()
        """Set when the process has ended or was closed; all its guests are dead then. A new one must be made."""
        """What stands around the zygote and so around every guest; a guest's own report has all."""

    @property
    def alive(self) -> bool:
        return self._process is not None and not self.ended.is_set()

    async def start(self) -> None:
        """A best-effort wall that can't be put up costs one more attempt without it: nothing goes on half shut in.

        Raises IsolationUnavailable, VolumeUnusable, PackageUnusable, ProgramUnusable. Call it from the event loop's own thread.
        """
        if self._process is not None:
            raise RuntimeError("a zygote is started once")
        missing: dict[str, str] = {}
        while True:
            process = ZygoteProcess(self._environment(), tuple(self._held.values()), self._program())
            listeners: list[int] = []
            try:
                answer, listeners = await process.begin(self._start_message(missing), self._enter)
                said = read_start(answer)
                if not isinstance(said, Shortcoming):
                    self._witness = next((Witness(listener, self._told) for listener in listeners), None)
                    break
            except BaseException:
                await _give_up(process, listeners)
                raise
            await _give_up(process, listeners)
            if said.kind:
                raise self._unusable(said)
            if said.wall in missing or said.wall in self._without:
                raise unavailable(said.wall, said.detail)
            missing[said.wall] = said.detail
        self._process = process
        process.listen(self._hear, self._end)

    async def fork(self, limits: Limits, *, lifetime: Lifetime = Lifetime.CALL) -> Forked:
        """A new guest; its walls go up while this returns.

        A guest for one call has ``limits.cpu`` as RLIMIT_CPU. That counts a whole life, so a guest of many calls has none: compare
        ``Forked.cpu`` at a call's start and while it runs, and kill. Raises GuestDied.
        """
        if self._process is None or self.ended.is_set():
            raise _zygote_ended()
        self._serial += 1
        number, asked = self._serial, self._ask()
        self._asked[number] = asked
        request = {"t": "fork", "id": number, "limits": asdict(limits), "one_call": lifetime is Lifetime.CALL}
        try:
            await self._process.send(request, asked.guest_ends())
        except BaseException as fault:
            self._asked.pop(number, None)
            asked.close()
            if isinstance(fault, OSError):
                raise _zygote_ended() from fault
            raise
        finally:
            asked.close_guest_ends()
        return await asked.wait()

    async def close(self) -> None:
        """Kill it and every guest, at once; returns when the process was reaped."""
        if self._process is not None:
            await self._process.close()
            self._end()

    def _ask(self) -> Asked:
        try:
            return Asked(with_line=self._has_network)
        except OSError as fault:
            raise GuestDied(f"no guest could be asked for: {fault}", hint="raise the pod's limit of open files (ulimit -n)") from fault

    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, **bootstrap.ENVIRONMENT} if "environment" in self._without else bootstrap.ENVIRONMENT

    def _start_message(self, missing: Mapping[str, str]) -> dict[str, Any]:
        """What ``guest.zygote.main`` gets. ``missing`` are walls an earlier attempt could not put up, with the reason."""
        return {
            "entry": self._entry,
            "without": sorted(self._without),
            "missing": missing,
            "environment": dict(bootstrap.ENVIRONMENT),
            "landlock": landlock.plan(landlock.abi()).as_dict(),
            "filters": self._filters(),
            "volumes": [
                {"name": volume.name, "path": volume.path, "access": volume.access.value, "descriptor": descriptor}
                for volume, descriptor in self._held.items()
            ],
            "packages": [{"name": package.name, "path": package.place, "native": bool(package.native)} for package in self._packages],
            "programs": [
                {"name": each.name, "path": each.path, "device": each.device, "inode": each.inode, "reads": each.reads, "links": each.links}
                for each in self._programs
            ],
            "network": {"authorities": self._authorities} if self._has_network else None,
        }

    def _program(self) -> str:
        if self._programs:
            return bootstrap.BARE
        return bootstrap.REACHING if self._has_network else bootstrap.PLAIN

    def _filters(self) -> dict[str, Any]:
        if self._programs:
            return seccomp.for_programs().as_dict()
        return (seccomp.for_reaching() if self._has_network else seccomp.build()).as_dict()

    def _unusable(self, said: Shortcoming) -> SkillpodError:
        volume = next((volume for volume in self._held if volume.name == said.name), None)
        if said.kind == "volume" and volume is not None:
            return volumes.unusable(volume, said.detail, said.remedy)
        if said.kind == "program" and any(each.name == said.name for each in self._programs):
            return programs.unusable(said.name, said.detail, said.remedy)
        if said.kind == "package" and any(each.name == said.name for each in self._packages):
            return _package_unusable(said)
        return IsolationUnavailable("the process guests are forked from speaks of what it was not given", at="zygote")

    def _hear(self, message: Mapping[str, Any], descriptors: list[int]) -> None:
        """Raises WireError for a message that is not in order; nothing was taken then."""
        match message:
            case {"t": "exit", "id": int(number), "status": int(status), "cpu": int() | float() as cpu, "peak": int(peak)}:
                if status not in _STATUSES or not 0 <= cpu < frames.MOST or not 0 <= peak < frames.MOST:
                    raise WireError("an end that is not in order")
                if number not in self._living or descriptors:
                    raise WireError("the end of a guest there is not")
                asked = self._living.pop(number)
                asked.end(Exit(status, cpu, peak, self._domain_of(asked.given, status)))
            case {"t": "refused", "id": int(number), "detail": str(detail)} if number in self._asked and not descriptors:
                why = f"no guest could be forked: {detail[:_WORDS_CAP]}"
                self._asked.pop(number).fail(GuestDied(why, hint=self._why_no_fork()))
            case {"t": "forked", "id": int(number)} if number in self._asked:
                self._forked(number, descriptors)
            case _:
                raise WireError("a message that is none of the zygote's")

    def _forked(self, number: int, descriptors: list[int]) -> None:
        """Without a descriptor when this process had room for no more (unix(7), MSG_CTRUNC): the guest ends with its wire."""
        try:
            process = process_of(descriptors[0]) if descriptors else -1
        except OSError:  # no room to look whose it is either
            process = -1
            os.close(descriptors.pop())
        asked = self._living[number] = self._asked.pop(number)
        if descriptors:
            asked.succeed(descriptors[0], process)
        else:
            asked.fail(GuestDied("no guest could be taken", hint="raise the pod's limit of open files (ulimit -n)"))

    def _domain_of(self, forked: Forked | None, status: int) -> int:
        """The bound that made the kernel kill it, in bytes; 0 when something else did."""
        domain = self._process.domain if self._process is not None else None
        if domain is None or not domain.bounds.memory or status != -signal.SIGKILL:
            return 0
        was_it = domain.claim_killed()  # of one that was killed here too: else the next that somebody kills would be put down to the bound
        return domain.bounds.memory if was_it and forked is not None and not forked.was_killed else 0

    def _why_no_fork(self) -> str:
        domain = self._process.domain if self._process is not None else None
        bound = domain.bounds.processes if domain is not None else 0
        own = f", and at guests.processes in HOME/pod.yaml ({bound})" if bound else ""
        return f"look at the host's process and memory limits{own}"

    def _end(self) -> None:
        self.ended.set()
        for asked in self._asked.values():
            asked.fail(_zygote_ended())
        for asked in self._living.values():
            asked.end(_KILLED)
        self._asked.clear()
        self._living.clear()
        if self._witness is not None:
            self._witness.close()

    def _told(self, process: int, act: Act, target: str) -> None:
        """The kernel refused a guest something. Who is not (or no longer) known here is heard by nobody."""
        for asked in self._living.values():
            if asked.given is not None and asked.given.process == process:
                asked.given.on_refused(act, target)


async def _give_up(process: ZygoteProcess, listeners: list[int]) -> None:
    try:
        await process.close()
    finally:
        for listener in listeners:
            os.close(listener)


def _package_unusable(said: Shortcoming) -> PackageUnusable:
    why = f"the package {said.name}: {said.detail}"
    return PackageUnusable(why, at="requires.packages", hint="build it again: `skillpod deps build FOLDER`")


def _zygote_ended() -> GuestDied:
    return GuestDied("the process guests are forked from has ended", hint="it is started again; try once more")
