"""The life of a generation as a table of states and events; a step that is not here is a bug in us."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    STARTING = "starting"  # built aside: no call reaches it
    LIVE = "live"  # published: new calls go to it
    DRAINING = "draining"  # replaced or withdrawn: it finishes the calls it holds
    RETIRED = "retired"  # holds no call, kept ready for rollback
    CLOSED = "closed"  # its guests are gone, or another generation has them


class Event(Enum):
    PUBLISHED = "published"
    FAILED = "failed"  # it did not prove itself
    REPLACED = "replaced"  # a successor was published
    WITHDRAWN = "withdrawn"  # unmounted, quarantined or waiting again
    DRAINED = "drained"
    RECALLED = "recalled"  # a later generation of the same identity takes its guests over
    DISCARDED = "discarded"  # no longer kept for rollback


STEPS: dict[tuple[State, Event], State] = {
    (State.STARTING, Event.PUBLISHED): State.LIVE,
    (State.STARTING, Event.FAILED): State.CLOSED,
    (State.STARTING, Event.DISCARDED): State.CLOSED,
    (State.LIVE, Event.REPLACED): State.DRAINING,
    (State.LIVE, Event.WITHDRAWN): State.DRAINING,
    (State.LIVE, Event.DISCARDED): State.CLOSED,
    (State.DRAINING, Event.DRAINED): State.RETIRED,
    (State.DRAINING, Event.RECALLED): State.CLOSED,
    (State.DRAINING, Event.DISCARDED): State.CLOSED,
    (State.RETIRED, Event.RECALLED): State.CLOSED,
    (State.RETIRED, Event.DISCARDED): State.CLOSED,
}


def step(state: State, event: Event) -> State:
    """The next state. Raises LookupError for a step the table does not have."""
    try:
        return STEPS[state, event]
    except KeyError:
        raise LookupError(f"a generation that is {state.value} can't be {event.value}") from None
