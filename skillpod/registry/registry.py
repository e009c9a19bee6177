"""The table name -> Route: built aside, published by one assignment, read without a lock on the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType

from skillpod.errors import NameTaken
from skillpod.model.card import Card
from skillpod.model.digest import Digest
from skillpod.model.guest import Usage
from skillpod.model.manifest import ToolSpec
from skillpod.model.reach import NOTHING
from skillpod.ports import Guests
from skillpod.registry.contract import Contract
from skillpod.registry.stable import RESERVED


class Leases:
    """The calls in flight on one route, and what they came to."""

    def __init__(self) -> None:
        self.open = 0
        self.calls = 0
        self.failures = 0
        self._wall = self._cpu = 0.0
        self._peak = 0
        self._reach = NOTHING
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> Leases:
        self.open += 1
        self.calls += 1
        self._idle.clear()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.open -= 1
        self.failures += kind is not None and not issubclass(kind, asyncio.CancelledError)
        if not self.open:
            self._idle.set()

    def charge(self, usage: Usage) -> None:
        self._wall += usage.wall
        self._cpu += usage.cpu
        self._peak = max(self._peak, usage.peak)
        if usage.reach is not NOTHING:
            self._reach += usage.reach

    @property
    def usage(self) -> Usage:
        """Of all calls that have ended: the sums of their times, the highest of their peaks, and all they reached."""
        return Usage(wall=self._wall, cpu=self._cpu, peak=self._peak, reach=self._reach)

    async def drained(self) -> None:
        """Returns when no call is in flight."""
        await self._idle.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where calls to a skill go: today, one generation and its guests."""

    card: Card
    guests: Guests
    leases: Leases = field(default_factory=Leases)

    @property
    def skill(self) -> str:
        return self.card.name

    @property
    def version(self) -> str:
        return self.card.version

    @property
    def digest(self) -> Digest:
        return self.card.digest

    @property
    def generation(self) -> int:
        return self.card.generation

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        return self.card.tools


@dataclass(frozen=True, slots=True)
class Binding:
    """One exported tool: the route its calls take and the contract they are held to."""

    route: Route
    contract: Contract


@dataclass(frozen=True, slots=True)
class Table:
    """One immutable state of the registry."""

    routes: Mapping[str, Route]
    bindings: Mapping[str, Binding]


Observer = Callable[[str, Card | None], None]
"""It must not raise and not wait: a publish has happened already when it is called."""


class Registry:
    def __init__(self) -> None:
        self._table = Table(MappingProxyType({}), MappingProxyType({}))
        self._observers: list[Observer] = []

    def observe(self, observer: Observer) -> None:
        """Have ``observer`` called after each change, on the loop's thread, with the skill's name and its card; None: it was withdrawn."""
        self._observers.append(observer)

    @property
    def table(self) -> Table:
        """All of it, as it is now: what comes later does not change it."""
        return self._table

    @property
    def routes(self) -> Mapping[str, Route]:
        return self._table.routes

    def find(self, exported: str) -> Binding | None:
        return self._table.bindings.get(exported)

    def names(self) -> Iterator[str]:
        """Exported names, sorted: a deterministic order at every door."""
        return iter(sorted(self._table.bindings))

    def bindings(self) -> list[Binding]:
        bindings = self._table.bindings
        return [bindings[name] for name in sorted(bindings)]

    def cards(self) -> list[Card]:
        """Every published skill, sorted by name."""
        routes = self._table.routes
        return [routes[name].card for name in sorted(routes)]

    def check(self, skill: str, tools: tuple[ToolSpec, ...]) -> None:
        """Raise NameTaken if another skill exports one of these names, or the pod itself does."""
        for spec in tools:
            if spec.exported in RESERVED:
                raise NameTaken(
                    f"tool `{spec.exported}` of skill `{skill}` has the name of one of the pod's own",
                    hint="rename it",
                    at=spec.exported,
                    skill=skill,
                )
            taken = self._table.bindings.get(spec.exported)
            if taken is not None and taken.route.skill != skill:
                refusal = NameTaken(
                    f"tool `{spec.exported}` of skill `{skill}` is already exported by skill `{taken.route.skill}`",
                    hint="rename one of the two functions, or unmount one of the two skills",
                    at=spec.exported,
                    skill=skill,
                )
                refusal.holder = taken.route.skill
                raise refusal

    def publish(self, route: Route) -> Route | None:
        """Point the skill's names at this route, all at once; returns the route that was there."""
        self.check(route.skill, route.tools)
        previous = self._table.routes.get(route.skill)
        bindings = self._others(route.skill)
        bindings.update({spec.exported: Binding(route, Contract(spec)) for spec in route.tools})
        self._table = Table(
            MappingProxyType({**self._table.routes, route.skill: route}),
            MappingProxyType(bindings),
        )
        self._tell(route.skill, route.card)
        return previous

    def withdraw(self, skill: str) -> Route | None:
        """Take the skill's names away; returns the route that was there."""
        previous = self._table.routes.get(skill)
        if previous is not None:
            routes = {name: route for name, route in self._table.routes.items() if name != skill}
            self._table = Table(MappingProxyType(routes), MappingProxyType(self._others(skill)))
            self._tell(skill, None)
        return previous

    def _tell(self, skill: str, card: Card | None) -> None:
        for observer in self._observers:
            observer(skill, card)

    def _others(self, skill: str) -> dict[str, Binding]:
        return {name: binding for name, binding in self._table.bindings.items() if binding.route.skill != skill}
