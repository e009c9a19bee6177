"""The life of a generation: every way leads to CLOSED, and no step is taken that the table does not have."""

from __future__ import annotations

import pytest

from skillpod.lifecycle.table import STEPS, Event, State, step


def reachable(start: State) -> set[State]:
    found = {start}
    pending = [start]
    while pending:
        state = pending.pop()
        for (source, _), target in STEPS.items():
            if source is state and target not in found:
                found.add(target)
                pending.append(target)
    return found


def test_a_generation_is_published_replaced_drained_and_kept_for_rollback() -> None:
    state = State.STARTING
    for event in (Event.PUBLISHED, Event.REPLACED, Event.DRAINED):
        state = step(state, event)
    assert state is State.RETIRED


@pytest.mark.parametrize("state", list(State))
def test_every_state_can_end_closed(state: State) -> None:
    assert State.CLOSED in reachable(state)


def test_nothing_leaves_closed() -> None:
    assert reachable(State.CLOSED) == {State.CLOSED}


def test_a_generation_that_never_served_can_not_be_replaced() -> None:
    with pytest.raises(LookupError, match="starting can't be replaced"):
        step(State.STARTING, Event.REPLACED)


def test_every_state_and_event_has_a_place_in_the_table() -> None:
    assert {source for source, _ in STEPS} | set(STEPS.values()) == set(State)
    assert {event for _, event in STEPS} == set(Event)
