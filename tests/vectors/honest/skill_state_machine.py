# expect: none
"""An order as a state machine."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TypeAlias

from skillpod import Context, StateError, tool


class State(Enum):
    NEW = auto()
    PAID = auto()
    SENT = auto()
    CLOSED = auto()


Action: TypeAlias = Callable[[dict], State]


class Order:
    def __init__(self, record: dict) -> None:
        self.record = record
        self._actions: dict[tuple[State, str], Action] = {
            (State.NEW, "pay"): self._pay,
            (State.NEW, "cancel"): self._cancel,
            (State.PAID, "send"): self._send,
            (State.SENT, "close"): lambda event: State.CLOSED,
        }

    @property
    def state(self) -> State:
        return State[self.record.setdefault("state", State.NEW.name)]

    def handle(self, event: dict) -> State:
        action = self._actions.get((self.state, event["name"]))
        if action is None:
            allowed = sorted(name for state, name in self._actions if state is self.state)
            raise ValueError(f"{event['name']} is not possible when {self.state.name}; possible: {allowed}")
        after = action(event)
        self.record["state"] = after.name
        self.record.setdefault("history", []).append(event["name"])
        return after

    def _pay(self, event: dict) -> State:
        self.record["amount"] = event["amount"]
        return State.PAID

    def _cancel(self, event: dict) -> State:
        return State.CLOSED

    def _send(self, event: dict) -> State:
        self.record["parcel"] = event.get("parcel")
        return State.SENT


@tool
def step(order: str, event: dict, ctx: Context) -> dict:
    """Take an order one step further."""
    try:
        record = ctx.state.get(f"order/{order}", {})
    except StateError as error:
        ctx.log(f"no state: {error}")
        record = {}
    machine = Order(record)
    before, after = machine.state, machine.handle(event)
    ctx.state[f"order/{order}"] = machine.record
    ctx.state["steps"] = ctx.state.get("steps", 0) + 1
    return {"from": before.name, "to": after.name, "steps": ctx.state["steps"]}
