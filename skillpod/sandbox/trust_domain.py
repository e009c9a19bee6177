"""A trust domain: the skills that may be forked from one zygote, because they agree in walls and volumes; and that zygote."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from skillpod.errors import GuestDied, IsolationUnavailable
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits
from skillpod.model.provision import Package, Program
from skillpod.model.volume import Volume
from skillpod.sandbox import volumes
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.zygote import Zygote

LINGER_SECONDS = 60.0
"""How long a domain that nobody uses is kept: a skill that is swapped leaves its domain and joins it again."""

_FORK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Trust:
    """What skills of one domain agree in: ``walls`` that are left out, directories, packages in the order of their import path, and
    whether they have a way to the network. The interpreter is one for all. With ``programs`` it is no domain of guests, but of those
    programs as such skills run them."""

    walls: frozenset[str]
    volumes: frozenset[Volume] = frozenset()
    packages: tuple[Package, ...] = ()
    has_network: bool = False
    programs: tuple[Program, ...] = ()


Make = Callable[[Trust, Mapping[Volume, int]], Awaitable[Zygote]]
"""A zygote that is not started yet, with the descriptors its directories are given by."""


class TrustDomain:
    """One domain's zygote, started when it is needed and replaced when it has died. ``on_leave`` hears when nobody has used it for
    ``linger`` seconds."""

    def __init__(self, trust: Trust, *, make: Make, linger: float, on_leave: Callable[[], None]) -> None:
        self._trust = trust
        self._make = make
        self._linger = linger
        self._on_leave = on_leave
        self._users = 0
        self._timer: asyncio.TimerHandle | None = None
        self._starting = asyncio.Lock()
        self._zygote: Zygote | None = None
        self._held: Mapping[Volume, int] | None = None
        self._is_closed = False

    def join(self) -> None:
        self._users += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def leave(self) -> None:
        self._users -= 1
        if not self._users and not self._is_closed:
            self._timer = asyncio.get_running_loop().call_later(self._linger, self._on_leave)

    async def fork(self, limits: Limits, lifetime: Lifetime) -> Forked:
        """Raises GuestDied, IsolationUnavailable, VolumeUnusable."""
        zygote = await self.zygote()
        try:
            async with asyncio.timeout(_FORK_SECONDS):
                return await zygote.fork(limits, lifetime=lifetime)
        except TimeoutError:
            await zygote.close()
            raise GuestDied(f"no guest was forked within {_FORK_SECONDS:g} s", hint="call again: another zygote takes its place") from None

    async def zygote(self) -> Zygote:
        """The living one; a dead one is replaced, once, whoever asks. Raises IsolationUnavailable, VolumeUnusable."""
        async with self._starting:
            if self._zygote is not None and self._zygote.alive:
                return self._zygote
            if self._is_closed:
                raise IsolationUnavailable("the sandbox is closed", at="zygote", hint="start the pod again")
            if self._zygote is not None:
                await self._zygote.close()
            if self._held is None:  # once: what comes to lie at its path later is no volume of this domain
                self._held = await asyncio.to_thread(volumes.hold, self._trust.volumes) if self._trust.volumes else {}
            zygote = await self._make(self._trust, self._held)
            await zygote.start()
            self._zygote = zygote
            return zygote

    async def close(self) -> None:
        """Kill the zygote, and with it every guest. A second call does nothing."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        async with self._starting:
            try:
                if self._zygote is not None:
                    await self._zygote.close()
            finally:
                held, self._held = self._held or {}, {}
                volumes.let_go(held)
