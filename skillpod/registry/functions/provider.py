"""What a provider's file says of its API: how tools are told to it, where calls are in what it gives, how they are answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.errors import CommandInvalid, SkillpodError
from skillpod.model.manifest import ToolSpec
from skillpod.registry.stable import RESERVED

Shape = dict[str, Any]
Item = Mapping[str, Any]


def items(given: Any) -> Iterator[Item]:
    """Each item of a list of them, of one item, or of nothing: dicts, or the SDK's own objects. Raises CommandInvalid for what is none."""
    if given is None:
        return
    if isinstance(given, Mapping) or hasattr(given, "model_dump"):
        yield _as_mapping(given)
    elif isinstance(given, Iterable):
        yield from map(_as_mapping, given)
    else:
        _as_mapping(given)


def _as_mapping(item: Any) -> Item:
    dumped = item if isinstance(item, Mapping) else getattr(item, "model_dump", lambda: None)()
    if not isinstance(dumped, Mapping):
        hint = "give the list of calls that the API's answer holds, or the whole answer"
        raise CommandInvalid(f"a tool call must be an object, got {type(item).__name__}", hint=hint)
    return dumped


class Defer(Enum):
    """Which tools the API keeps out of the model's sight until its own tool search finds them."""

    NOTHING = "nothing"
    SKILLS = "skills"  # those of the skills; the pod's own stay in sight


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool that is offered to a model, and arguments it was tried with."""

    spec: ToolSpec
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_stable(self) -> bool:
        return self.spec.exported in RESERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One call that a model wants. ``arguments`` are as the API gives them: an object, or its JSON text; ``item`` is all it said."""

    id: str
    name: str
    arguments: Any
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a call: ``error``, or ``value``, which is a list of content blocks when ``is_content``. ``spec`` is None for a tool
    that is not there."""

    wanted: Wanted
    spec: ToolSpec | None = None
    value: Any = None
    is_content: bool = False
    error: SkillpodError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One API. ``limit`` is how many tools it takes in one request; 0: it names none. ``may_defer``: it has a tool search of its own.

    ``define`` makes its ``tools``; ``find`` gives the calls in one item of what it gives, and in whole responses; ``answer`` makes what is
    appended to the conversation.
    """

    name: str
    define: Callable[[Sequence[Offered], Defer], list[Shape]]
    find: Callable[[Item], Iterator[Wanted]]
    answer: Callable[[Sequence[Answered]], list[Shape]]
    limit: int = 0
    may_defer: bool = False
