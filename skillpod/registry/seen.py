"""What a caller may see of all that is published: by its token, and by the policy's access rules. What it does not see is not there for it.

Of a skill some of whose tools are hidden only those that are seen are shown, and none of its files: its manual and its code speak of all.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from skillpod.model.access import May, ToolAccess
from skillpod.model.bundle import Bundle
from skillpod.model.card import Card
from skillpod.model.command import Caller
from skillpod.model.names import EXPORTED_LIMIT
from skillpod.ports import Access
from skillpod.registry.registry import Binding, Registry, Table

UNSHOWN_RULE = "token"
"""What is named as the rule where a token does not show the skill."""
_KEPT = 1024
"""Callers whose view is kept."""
_UNSHOWN = ToolAccess(may=May.NOTHING, rule=UNSHOWN_RULE, reason="the caller's token does not show the skill")

_Who = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _View:
    """What one caller saw, and what that was true of."""

    table: Table
    version: int
    cards: Mapping[str, Card]


class Seen:
    """For one loop. What is kept is looked at anew when the registry or the rules are others than they were."""

    def __init__(self, registry: Registry, access: Access) -> None:
        self.registry = registry
        self._access = access
        self._views: dict[_Who, _View] = {}
        self._parts: dict[tuple[str, tuple[str, ...]], tuple[Card, Card]] = {}

    def access(self, binding: Binding, caller: Caller) -> ToolAccess:
        """What a caller may do with a tool that there is, after the tool's author was heard."""
        if not caller.may_see(binding.route.skill):
            return _UNSHOWN
        return self._access.of(caller, binding.contract.spec.exported).refined(binding.contract.spec.hints)

    def tool(self, exported: str, caller: Caller) -> Binding | None:
        binding = self.registry.find(exported)
        return binding if binding is not None and self.access(binding, caller).may >= May.SEE else None

    def could_see(self, exported: str, caller: Caller) -> bool:
        """Whether a tool of this name would be seen, if there were one; no tool has a name that is longer than an exported one may be."""
        if len(exported) > EXPORTED_LIMIT:
            return False
        return caller.may_see(exported.partition("__")[0]) and self._access.of(caller, exported).may >= May.SEE

    def sees_all(self, caller: Caller) -> bool:
        """Whether nothing can be hidden from this caller."""
        return "*" in caller.sees and self._access.is_open

    def tools(self, caller: Caller) -> list[str]:
        """The exported names of all tools that a caller sees, sorted."""
        return sorted(spec.exported for card in self._cards(caller).values() for spec in card.tools)

    def card(self, skill: str, caller: Caller) -> Card | None:
        return self._cards(caller).get(skill)

    def cards(self, caller: Caller) -> list[Card]:
        """Every skill of which a caller sees something, sorted by name. A card is the same object as long as it shows the same."""
        return list(self._cards(caller).values())

    def key(self, caller: Caller) -> Hashable:
        """Equal for callers who see the same, and never again what it was once the rules have changed."""
        sees = frozenset(("*",) if "*" in caller.sees else caller.sees)
        version = self._access.version
        return (version, sees) if self._access.is_open else (version, sees, caller.principal, caller.roles)

    def _cards(self, caller: Caller) -> Mapping[str, Card]:
        table, version = self.registry.table, self._access.version
        who = (caller.principal, caller.roles, caller.sees)
        view = self._views.get(who)
        if view is None or view.table is not table or view.version != version:
            if len(self._views) >= _KEPT:
                self._views.clear()
            shown = {name: card for name in sorted(table.routes) if (card := self._shown(table.routes[name].card, caller)) is not None}
            view = self._views[who] = _View(table, version, MappingProxyType(shown))
        return view.cards

    def _shown(self, card: Card, caller: Caller) -> Card | None:
        if not caller.may_see(card.name):
            return None
        if self._access.is_open:
            return card
        if not card.tools:  # nothing but a manual: its name stands for it
            return card if self._access.of(caller, card.name).may >= May.SEE else None
        tools = tuple(spec for spec in card.tools if self._access.of(caller, spec.exported).may >= May.SEE)
        if len(tools) == len(card.tools):
            return card
        return self._part(card, tuple(spec.exported for spec in tools)) if tools else None

    def _part(self, card: Card, names: tuple[str, ...]) -> Card:
        key = (card.name, names)
        whole, part = self._parts.get(key, (None, None))
        if whole is not card or part is None:
            if len(self._parts) >= _KEPT:
                self._parts.clear()
            bundle = Bundle(digest=card.digest, files=MappingProxyType({}), sidecars=MappingProxyType({}))
            part = replace(card, bundle=bundle, tools=tuple(spec for spec in card.tools if spec.exported in names))
            self._parts[key] = (card, part)
        return part
