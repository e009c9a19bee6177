"""``skillpod.ports.Sandbox``: which jail a launch gets. The zygotes guests are forked from live here, and are replaced when they die."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from skillpod.errors import GuestDied, IsolationUnavailable, ProgramUnusable, SkillpodError, VolumeUnusable, WireBroken
from skillpod.model.capability import Isolation, Lifetime
from skillpod.model.domain import DomainBounds
from skillpod.model.guest import IsolationReport, Launch, Watch, unwatched
from skillpod.model.manifest import Limits
from skillpod.model.volume import Volume
from skillpod.ports import Guests, Memory
from skillpod.sandbox.domain import Domains
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.network import authorities
from skillpod.sandbox.outfit import Means, no_programs, outfit
from skillpod.sandbox.pool import IDLE_SECONDS, GuestPool
from skillpod.sandbox.reports import read_walls
from skillpod.sandbox.trust_domain import LINGER_SECONDS, Trust, TrustDomain
from skillpod.sandbox.wire import OVERHEAD, Decoder, WireError
from skillpod.sandbox.zygote import SERVE, START_PROGRAMS, Zygote

Walls = frozenset[str]
_REPORT_SECONDS = 10.0
_REPORT_CAP = OVERHEAD  # a report is a few KiB
_BOUNDS = DomainBounds()


class JailSandbox:
    """Guests behind kernel walls. ``without`` names walls the operator does without everywhere; a policy's opt-outs come on top.
    ``means`` are the pod's, of which each skill gets what it was granted.

    One zygote per trust domain, whose guests are held by ``bounds`` together; one that no skill has used for ``linger`` seconds
    is ended, but the plain one."""

    def __init__(
        self,
        means: Means,
        *,
        without: Walls = frozenset(),
        idle: float = IDLE_SECONDS,
        linger: float = LINGER_SECONDS,
        bounds: DomainBounds = _BOUNDS,
    ) -> None:
        self._means = means
        self._idle = idle
        self._linger = linger
        self._cgroups = Domains(bounds)
        self._plain = Trust(without)
        self._trusted: dict[Trust, TrustDomain] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def bound(self) -> None:
        self._cgroups.open()

    async def start(self) -> None:
        """Raises IsolationUnavailable."""
        await self._domain_of(self._plain).zygote()

    def open(
        self, launch: Launch, *, on_death: Callable[[SkillpodError], None], watch: Watch = unwatched, memory: Memory | None = None
    ) -> Guests:
        """The guests of one generation; none is started yet. ``memory`` keeps what they keep, None: the pod's own does.

        Raises IsolationUnavailable for module isolation; VolumeUnusable for a granted volume without a directory, ProgramUnusable for a
        granted program without a file, SecretUnusable for a granted secret without a source.
        """
        _require_possible(launch)
        admission = launch.admission
        self._means.secrets.require(admission.grants.secrets)
        trust = Trust(
            walls=self._plain.walls | {wall for wall, _ in admission.opted_out},
            volumes=frozenset(launch.provision.volumes),
            packages=launch.provision.packages,
            has_network=bool(admission.grants.network),
        )
        domains = [self._domain_of(trust)]
        if launch.provision.programs:
            domains.append(self._domain_of(replace(trust, packages=(), has_network=False, programs=launch.provision.programs)))
        for domain in domains:
            domain.join()

        def leave() -> None:
            for domain in domains:
                domain.leave()

        start = domains[-1].fork if launch.provision.programs else no_programs
        means = self._means if memory is None else replace(self._means, memory=memory)
        made = outfit(launch, means, fork=domains[0].fork, start=start, watch=watch)
        return GuestPool(
            launch,
            made,
            on_death=on_death,
            idle=self._idle,
            on_close=leave,
        )

    async def report(self) -> IsolationReport:
        """The walls of an empty guest. Raises IsolationUnavailable when one that is required is missing, GuestDied, WireBroken."""
        forked = await self._domain_of(self._plain).fork(Limits(), Lifetime.CALL)
        try:
            return read_walls(await _first_frame(forked))
        finally:
            forked.close()
            await forked.exited

    async def close(self) -> None:
        self._is_closed = True
        domains, self._trusted = self._trusted, {}
        await asyncio.gather(*(domain.close() for domain in domains.values()))
        if self._closing:
            await asyncio.wait(self._closing)
        await asyncio.to_thread(self._cgroups.close)

    def _domain_of(self, trust: Trust) -> TrustDomain:
        if self._is_closed:
            raise IsolationUnavailable("the sandbox is closed", at="zygote", hint="start the pod again")
        if trust not in self._trusted:
            domain = TrustDomain(trust, make=self._make, linger=self._linger, on_leave=lambda: self._end(trust))
            if trust == self._plain:
                domain.join()  # the sandbox itself: there is always one ready
            self._trusted[trust] = domain
        return self._trusted[trust]

    async def _make(self, trust: Trust, held: Mapping[Volume, int]) -> Zygote:
        if "cgroup" not in trust.walls:
            await asyncio.to_thread(self._cgroups.open)
        if trust.has_network and self._means.authorities:
            await asyncio.to_thread(authorities.require, self._means.authorities)
        return Zygote(
            without=trust.walls,
            entry=START_PROGRAMS if trust.programs else SERVE,
            held=held,
            packages=trust.packages,
            programs=trust.programs,
            has_network=trust.has_network,
            authorities=self._means.authorities if trust.has_network else "",
            enter=self._cgroups.enter,
        )

    def _end(self, trust: Trust) -> None:
        domain = self._trusted.pop(trust, None)
        if domain is None:
            return  # the sandbox is being closed, and it with it
        task = asyncio.get_running_loop().create_task(domain.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _require_possible(launch: Launch) -> None:
    admission = launch.admission
    if admission.isolation is not Isolation.JAIL:
        raise IsolationUnavailable(
            f"there is no {admission.isolation.value} isolation here", at="isolation", hint="admit the skill into the jail"
        )
    unbound = sorted({ask.name for ask in admission.grants.volumes} - {volume.name for volume in launch.provision.volumes})
    if unbound:
        raise VolumeUnusable(
            f"no directory is bound to {' and '.join(f'`{name}`' for name in unbound)} here",
            at="permissions.volumes",
            hint="a pod binds volumes in its HOME/pod.yaml, `skillpod test` by --volume NAME=DIR",
        )
    missing = sorted(admission.grants.programs - {program.name for program in launch.provision.programs})
    if missing:
        raise ProgramUnusable(
            f"no file is bound to {' and '.join(f'the program `{name}`' for name in missing)} here",
            at="permissions.programs",
            hint="a pod binds programs in its HOME/pod.yaml, `skillpod test` by --program NAME=PATH",
        )


async def _first_frame(forked: Forked) -> dict[str, Any]:
    """The walls' own code sends it; a guest that dies before is the machine's fault. Raises WireBroken, GuestDied."""
    decoder = Decoder(_REPORT_CAP)
    try:
        async with asyncio.timeout(_REPORT_SECONDS):
            while data := await asyncio.get_running_loop().sock_recv(forked.wire, 65_536):
                decoder.feed(data)
                for frame in decoder.frames():
                    return frame
    except WireError as fault:
        raise WireBroken(f"the guest broke the protocol: {fault}", hint="only the skillpod runtime may write to its wire") from fault
    except OSError:  # TimeoutError is one
        pass
    raise GuestDied("the guest ended before it reported its walls", hint="run `skillpod doctor`")
