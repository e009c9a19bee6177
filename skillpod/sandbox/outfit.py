"""What the jailed guests of one generation are started with: a nursery whose broker answers for what was granted, and an output that shows
no secret."""

from __future__ import annotations

from dataclasses import dataclass, replace

from skillpod.errors import GuestDied
from skillpod.model.capability import Lifetime
from skillpod.model.guest import Attempt, Launch, Watch, unwatched
from skillpod.model.manifest import Limits
from skillpod.ports import Memory
from skillpod.sandbox.asks.conditions import ConditionAsks
from skillpod.sandbox.asks.programs import Jail, ProgramAsks
from skillpod.sandbox.asks.secrets import SecretAsks
from skillpod.sandbox.asks.state import StateAsks
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.network.bound import BoundSecrets
from skillpod.sandbox.network.dial import Lookup, Resolver, system_lookup
from skillpod.sandbox.network.fetch import FetchAsks
from skillpod.sandbox.network.gate import Gate
from skillpod.sandbox.network.switchboard import Exchange
from skillpod.sandbox.nursery import Fork, Nursery
from skillpod.sandbox.output import Output
from skillpod.sandbox.secrets import NO_SECRETS, Secrets
from skillpod.sandbox.serving import Outfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a pod has behind the grants of all its skills: ``memory`` keeps their state, ``lookup`` finds names of the network, and the file
    ``authorities`` holds certificates that are trusted beside the machine's."""

    memory: Memory
    secrets: Secrets = NO_SECRETS
    lookup: Lookup = system_lookup
    authorities: str = ""


async def no_programs(limits: Limits, lifetime: Lifetime) -> Forked:
    """Forks for programs where none was granted."""
    raise GuestDied("nothing can be started for this skill")


def outfit(launch: Launch, means: Means, *, fork: Fork, start: Fork = no_programs, watch: Watch = unwatched) -> Outfit:
    """``fork`` forks the guests, ``start`` what granted programs are started in; ``watch`` hears what a guest tries."""
    manifest, granted = launch.manifest, launch.admission.grants
    disclosed = Disclosed()
    output = Output(redact=disclosed.redacted_part)
    watch = _without_secrets(watch, disclosed)
    exchange, bound = Exchange(Gate(granted.network), Resolver(means.lookup)), BoundSecrets(means.secrets, granted=granted.secrets)
    answerers = (
        StateAsks(means.memory, skill=manifest.name, version=manifest.state_version, disclosed=disclosed),
        SecretAsks(means.secrets, granted=granted.secrets, disclosed=disclosed, watch=watch),
        FetchAsks(exchange, bound, traffic=manifest.limits.traffic, authorities=means.authorities, watch=watch),
        ConditionAsks(),
        ProgramAsks(
            launch.provision.programs,
            volumes=(volume.name for volume in launch.provision.volumes),
            limits=manifest.limits,
            jail=Jail(fork=start, output=output, watch=watch),
        ),
    )
    broker = Broker(answerers, output=output, disclosed=disclosed)
    reached = exchange if granted.network else None
    nursery = Nursery(launch, fork=fork, broker=broker, output=output, watch=watch, exchange=reached)
    return Outfit(nursery, output, disclosed)


def _without_secrets(watch: Watch, disclosed: Disclosed) -> Watch:
    def heard(attempt: Attempt) -> None:
        watch(replace(attempt, target=disclosed.redacted_part(attempt.target)) if disclosed else attempt)

    return heard
