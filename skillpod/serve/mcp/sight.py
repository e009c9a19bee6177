"""What callers are shown: lists made once a change for all who see the same, and everyone who is to be told of the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ResourceUpdated, ServerEvent, ToolsListChanged

from skillpod.model.card import Card
from skillpod.model.command import Caller
from skillpod.registry.functions.mcp import tool_shape
from skillpod.registry.stable import SPECS
from skillpod.serve.mcp.addresses import address
from skillpod.serve.mcp.exhibits import Exhibit, Exhibits

_STABLE = {spec.exported: tool_shape(spec) for spec in SPECS}


_Who = tuple[str, tuple[str, ...], tuple[str, ...]]


class Audience(Protocol):
    """Someone who is told what changed; it must not raise and not wait."""

    def tell(self, events: tuple[ServerEvent, ...]) -> None: ...


@dataclass(frozen=True, slots=True)
class Lists:
    """The result of each list method, without what the protocol adds; treated as frozen."""

    tools: tuple[Mapping[str, Any], ...]
    resources: tuple[Mapping[str, Any], ...]
    prompts: tuple[Mapping[str, Any], ...]


class Show:
    """What is shown to everyone who sees the same cards, made once."""

    def __init__(self, cards: list[Card], exhibits: Exhibits) -> None:
        self.cards = cards
        self.exhibits = {card.name: exhibits.of(card) for card in cards}
        self.lists = _lists(self.exhibits)
        self._forms: dict[tuple[str, str], dict[str, Any]] = {}

    def is_of(self, cards: list[Card]) -> bool:
        return len(cards) == len(self.cards) and all(new is old for new, old in zip(cards, self.cards, strict=True))

    def form(self, method: str, protocol: str, make: Callable[[Lists], dict[str, Any]]) -> dict[str, Any]:
        """What ``make`` makes of the lists for this method and revision of the protocol, made once."""
        key = (method, protocol)
        if key not in self._forms:
            self._forms[key] = make(self.lists)
        return self._forms[key]


class Sight:
    """What one caller is shown. It asks what that is with every look, so a rule that changed counts at once."""

    def __init__(self, look: Callable[[], Show]) -> None:
        self._look = look
        self._last = look()
        self._due: dict[ServerEvent, None] = {}  # in the order they came, each once
        self._bus = InMemorySubscriptionBus()
        self.listen = ListenHandler(self._bus)
        self.audience: set[Audience] = set()

    def show(self) -> Show:
        """What is there now. Level-triggered: it never waits for an event to be true.

        Each change that a look finds is due to be told, also when it is undone before anyone was: who looked in between knows of it.
        """
        now = self._look()
        if now is not self._last:
            self._due.update(dict.fromkeys(_changes(self._last.exhibits, now.exhibits)))
            self._last = now
        return now

    async def tell(self) -> None:
        """Tell everyone what has changed since they were told last; nothing when nothing has."""
        self.show()
        events, self._due = tuple(self._due), {}
        if not events:
            return
        for someone in tuple(self.audience):
            someone.tell(events)
        for event in events:
            await self._bus.publish(event)


class Sights:
    """One sight for every caller, whatever its sessions; how many there are, the operator's tokens say. Those who see the same share a
    show."""

    def __init__(self, cards: Callable[[Caller], list[Card]]) -> None:
        self.exhibits = Exhibits()
        self._cards = cards
        self._sights: dict[_Who, Sight] = {}
        self._shows: dict[_Who, Show] = {}

    def of(self, caller: Caller) -> Sight:
        who = (caller.principal, caller.roles, caller.sees)
        sight = self._sights.get(who)
        if sight is None:
            seen = Caller(principal=caller.principal, roles=caller.roles, sees=caller.sees)
            sight = self._sights[who] = Sight(lambda: self._show(who, seen))
        return sight

    def _show(self, who: _Who, seen: Caller) -> Show:
        cards = self._cards(seen)
        show = self._shows.get(who)
        if show is None or not show.is_of(cards):
            same = next((other for other in self._shows.values() if other.is_of(cards)), None)
            show = self._shows[who] = same or Show(cards, self.exhibits)
        return show

    async def tell(self) -> None:
        for sight in tuple(self._sights.values()):
            await sight.tell()
        self.exhibits.keep_only(card for show in self._shows.values() for card in show.cards)

    def close(self) -> None:
        """End every stream of events, after what is under way."""
        for sight in self._sights.values():
            sight.listen.close()


def _lists(shown: Mapping[str, Exhibit]) -> Lists:
    tools = {name: tool for exhibit in shown.values() for name, tool in exhibit.tools.items()} | _STABLE
    return Lists(
        tools=tuple(tools[name] for name in sorted(tools)),
        resources=tuple(resource for exhibit in shown.values() for resource in exhibit.resources),
        prompts=tuple(prompt for exhibit in shown.values() for prompt in exhibit.prompts),
    )


def _changes(before: Mapping[str, Exhibit], now: Mapping[str, Exhibit]) -> Iterator[ServerEvent]:
    pairs = [(before.get(name), now.get(name)) for name in sorted(before.keys() | now.keys()) if before.get(name) is not now.get(name)]
    if any(_part(old, "tools") != _part(new, "tools") for old, new in pairs):
        yield ToolsListChanged()
    if any(_part(old, "resources") != _part(new, "resources") for old, new in pairs):
        yield ResourcesListChanged()
    if any(_part(old, "prompts") != _part(new, "prompts") for old, new in pairs):
        yield PromptsListChanged()
    for old, new in pairs:
        for uri in sorted(_changed_files(old, new)):
            yield ResourceUpdated(uri)


def _part(exhibit: Exhibit | None, name: str) -> Any:
    return (getattr(exhibit, name) or None) if exhibit is not None else None


def _changed_files(old: Exhibit | None, new: Exhibit | None) -> set[str]:
    """The addresses under which something else is read than before, or nothing any more, or something at last."""
    former, present = _files(old), _files(new)
    return {uri for uri in former.keys() | present.keys() if former.get(uri) != present.get(uri)}


def _files(exhibit: Exhibit | None) -> dict[str, bytes]:
    return {} if exhibit is None else {address(exhibit.card, path): content for path, content in exhibit.card.bundle.files.items()}
