"""Guests that answer from a function, and specs to publish: what the registry's tests need of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from skillpod.errors import JournalUnwritable
from skillpod.model.access import May, ToolAccess
from skillpod.model.bundle import Bundle
from skillpod.model.card import Card
from skillpod.model.command import Caller
from skillpod.model.entry import Entry
from skillpod.model.guest import Hear, IsolationReport, Reply, Usage, unheard
from skillpod.model.keeping import Keeping
from skillpod.model.manifest import Manifest, Parameter, ToolSpec
from skillpod.model.names import exported_name
from skillpod.model.ticket import Ticket
from skillpod.ports import Clock, Journal
from skillpod.registry.levels import Levels
from skillpod.registry.registry import Registry, Route
from skillpod.registry.seen import Seen
from skillpod.registry.tickets import Tickets


class AnsweringGuests:
    """ports.Guests over a plain function of (tool, arguments)."""

    def __init__(self, answer: Callable[[str, Mapping[str, Any]], Any]) -> None:
        self._answer = answer
        self.report: IsolationReport | None = None
        self.closed = False
        self.resting = False

    async def prove(self) -> None:
        return

    def redacted(self, text: str) -> str:
        return text

    async def call(self, tool: str, arguments: Mapping[str, Any], caller: Caller, hear: Hear = unheard) -> Reply:
        return Reply(value=self._answer(tool, arguments), usage=Usage(wall=0.001))

    def output(self) -> str:
        return ""

    def census(self) -> Mapping[str, int]:
        return {}

    async def rest(self) -> None:
        self.resting = True

    async def wake(self) -> None:
        self.resting = False

    async def close(self) -> None:
        self.closed = True


class ListedJournal:
    """ports.Journal in a list; ``broken`` makes it refuse as a full disk would."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.kept: list[Entry] = []
        self.broken = False

    def require(self) -> None:
        if self.broken:
            raise JournalUnwritable("the disk is full", hint="make room")

    async def record(self, entry: Entry) -> int:
        self.note(entry)
        return len(self.entries)

    async def record_all(self, entries: Sequence[Entry]) -> int:
        first = len(self.entries) + 1
        for entry in entries:
            self.note(entry)
        return first

    def note(self, entry: Entry) -> None:
        self.require()
        self.entries.append(entry)

    def mark(self, entry: Entry) -> None:
        (self.kept if self.broken else self.entries).append(entry)


class Rules:
    """ports.Access by a function of (principal, tool) that may be exchanged; None: there are no rules."""

    def __init__(self, rule: Callable[[str, str], May] | None = None) -> None:
        self._rule = rule
        self.version = 0

    @property
    def is_open(self) -> bool:
        return self._rule is None

    def exchange(self, rule: Callable[[str, str], May] | None) -> None:
        self._rule = rule
        self.version += 1

    def kind(self, caller: Caller) -> tuple[str, ...]:
        return () if self._rule is None else (caller.principal,)

    def of(self, caller: Caller, tool: str) -> ToolAccess:
        may = May.CALL if self._rule is None else self._rule(caller.principal, tool)
        return ToolAccess(may=may, rule=f"may-{may.word}", reason="the test says so")


def seen_of(registry: Registry) -> Seen:
    """What callers see where there are no rules."""
    return Seen(registry, Rules())


def levels_of(keeping: Keeping | None = None) -> Levels:
    """What is kept of calls by a config that never changes; without one, what is kept where nobody says."""
    kept = keeping or Keeping()
    return Levels(lambda: kept)


def tickets_of(journal: Journal, clock: Clock, asked: list[Ticket] | None = None) -> Tickets:
    """Tickets ``t1``, ``t2`` ...; those that are asked for are put into ``asked``."""
    numbers = count(1)
    told: list[Ticket] = [] if asked is None else asked
    return Tickets(journal=journal, clock=clock, mint=lambda: f"t{next(numbers)}", told=told.append)


def spec(
    skill: str, tool: str, *, properties: Mapping[str, Any] | None = None, required: Sequence[str] = (), output: Any = None
) -> ToolSpec:
    shape = dict(properties or {})
    return ToolSpec(
        skill=skill,
        name=tool,
        exported=exported_name(skill, tool),
        description=f"{tool} of {skill}",
        input_schema={"type": "object", "properties": shape, "required": list(required), "additionalProperties": False},
        output_schema=output,
        parameters=tuple(Parameter(name=name, kind="POSITIONAL_OR_KEYWORD", required=name in required) for name in shape),
    )


def route(
    skill: str, *tools: ToolSpec, number: int = 1, answer: Callable[[str, Mapping[str, Any]], Any] = lambda tool, arguments: None
) -> Route:
    return Route(card=card(skill, *tools, number=number), guests=AnsweringGuests(answer))


def card(skill: str, *tools: ToolSpec, number: int = 1, files: Mapping[str, bytes] | None = None, **said: Any) -> Card:
    """A published skill; ``said`` goes to its manifest. Without files, one that tells its number: each has a digest of its own."""
    bundle = Bundle.freeze(files if files is not None else {"handler.py": f"# {number}".encode()})
    said = {"version": "1.0.0", "description": f"What {skill} does.", "author": "Jane Doe", **said}
    return Card(manifest=Manifest(name=skill, **said), bundle=bundle, generation=number, tools=tools)
