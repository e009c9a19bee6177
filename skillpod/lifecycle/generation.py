"""One mounting of a skill, numbered upward: what it was made from, its guests, and where it is in its life."""

from __future__ import annotations

import asyncio

from skillpod.lifecycle.attempts import Attempts
from skillpod.lifecycle.pipeline import Survey
from skillpod.lifecycle.table import Event, State, step
from skillpod.model.card import Card
from skillpod.model.decision import Admission, Identity
from skillpod.model.digest import Digest
from skillpod.model.finding import Finding
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.model.provenance import Provenance
from skillpod.model.provision import NONE, Provision
from skillpod.ports import Guests
from skillpod.registry.registry import Route

DEATHS_IN_TRIAL = 3


class Generation:
    def __init__(
        self,
        *,
        number: int,
        survey: Survey,
        provenance: Provenance,
        admission: Admission,
        identity: Identity,
        guests: Guests,
        attempts: Attempts,
        manifest: Manifest,
        tools: tuple[ToolSpec, ...],
        provision: Provision = NONE,
        update: tuple[Finding, ...] = (),
    ) -> None:
        self.number = number
        self.survey = survey
        self.provenance = provenance
        self.admission = admission  # of today's rules: it is replaced when it is decided again, for the same rights
        self.identity = identity
        self.guests = guests
        self.attempts = attempts
        self.manifest = manifest
        self.provision = provision
        self.update = update  # what it changed of the version admitted before it
        self.state = State.STARTING
        self.deaths = 0
        self.keeps_crashing = False
        self._streak = 0
        self._answered_at_death = -1
        self.published_at = 0.0  # monotonic, for the trial
        self.published_epoch = 0.0
        self.route = Route(card=Card(manifest=manifest, bundle=survey.bundle, generation=number, tools=tools), guests=guests)

    @property
    def digest(self) -> Digest:
        return self.survey.bundle.digest

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        return self.route.tools

    def renew(self, admission: Admission, provenance: Provenance) -> None:
        """It was decided again, for the same rights."""
        self.admission = admission
        self.provenance = provenance

    def step(self, event: Event) -> None:
        self.state = step(self.state, event)

    def count_death(self, now: float, *, trial: float, streak: int) -> bool:
        """Count a guest that died of itself; whether the generation keeps crashing.

        Within its trial: three deaths, and at least half of its calls. After it: ``streak`` deaths with no call answered between.
        """
        leases = self.route.leases
        answered = leases.calls - leases.failures
        self._streak = self._streak + 1 if answered == self._answered_at_death else 1
        self._answered_at_death = answered
        self.deaths += 1
        if now - self.published_at <= trial:
            self.keeps_crashing = self.deaths >= DEATHS_IN_TRIAL and self.deaths * 2 >= leases.calls
        else:
            self.keeps_crashing = self._streak >= streak
        return self.keeps_crashing

    async def drain(self, patience: float) -> bool:
        """Wait for the calls in flight, at most ``patience`` seconds; whether none is left."""
        try:
            async with asyncio.timeout(patience):
                await self.route.leases.drained()
        except TimeoutError:
            return False
        return True

    async def discard(self) -> None:
        """End it: kill its guests and free what they held. Does nothing when it is closed already."""
        if self.state is not State.CLOSED:
            self.step(Event.DISCARDED)
            await self.guests.close()
