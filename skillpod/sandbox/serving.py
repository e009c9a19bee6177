"""What a pool asks of its guests and of what starts them, whether they live behind walls or in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.conditions import FREE, Conditions
from skillpod.model.guest import Hear, IsolationReport, Reply, unheard
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.output import Output


class Serving(Protocol):
    """One guest. ``on_end`` hears once that it is over, with the error when it died of itself; ``on_free`` that a call ended whose caller
    was no longer there. ``is_fit`` is false once it should take no further call."""

    on_end: Callable[[Any, SkillpodError | None], None]
    on_free: Callable[[], None]
    has_ended: bool
    is_fit: bool

    @property
    def load(self) -> int:
        """How many calls are in flight."""

    @property
    def has_checkpoints(self) -> bool:
        """Whether a call in flight has come to a checkpoint."""

    async def call(
        self, tool: str, arguments: Mapping[str, Any], seconds: float, hear: Hear = unheard, conditions: Conditions = FREE
    ) -> Reply:
        """One call within ``seconds``. Raises the SkillFailed family, ArgumentsInvalid."""

    def cancel_unseen(self) -> None:
        """Ask the calls whose callers were cancelled to end, and end the guest when they don't."""

    def kill(self) -> None:
        """End it now; it does not count as having died of itself."""


class Raising(Protocol):
    """Starts the guests of one launch. ``report`` is what the newest of them said of its walls."""

    report: IsolationReport | None
    is_closed: bool

    async def start(self, lifetime: Lifetime) -> Serving:
        """A guest that may be called. Raises what ``Guests.prove`` does; it is then gone."""

    def close(self) -> None:
        """Kill every guest there is, and each that is on its way."""

    async def empty(self) -> None:
        """Wait until nothing is left of any guest."""


class Outfit(NamedTuple):
    """What the guests of one generation are started by, what they print to, and which secrets they were handed."""

    nursery: Raising
    output: Output
    disclosed: Disclosed
