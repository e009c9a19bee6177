"""``ctx.state`` of a skill: JSON by key, kept by the host under the schema version that its manifest declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skillpod.errors import Misconfigured
from skillpod.ports import Memory
from skillpod.sandbox.asks.asking import Answer, Denied, Reached
from skillpod.sandbox.disclosed import Disclosed


class StateAsks:
    """``version`` is the one the manifest declares. What was ``disclosed`` is not kept: state is on disk as it is, for as long as it is."""

    def __init__(self, memory: Memory, *, skill: str, version: int, disclosed: Disclosed | None = None) -> None:
        self._memory = memory
        self._disclosed = Disclosed() if disclosed is None else disclosed
        self._skill = skill
        self._version = version

    @property
    def operations(self) -> Mapping[str, Answer]:
        answers: dict[str, Answer] = {
            "state.get": self._get,
            "state.put": self._put,
            "state.delete": self._delete,
            "state.keys": self._keys,
            "state.version": self._read_version,
            "state.replace": self._replace,
        }
        return {name: _unless_broken(answer) for name, answer in answers.items()}

    def _get(self, arguments: Mapping[str, Any], reached: Reached) -> dict[str, Any]:
        try:
            return {"found": True, "value": self._memory.get(self._skill, _key(arguments))}
        except KeyError:
            return {"found": False, "value": None}

    def _put(self, arguments: Mapping[str, Any], reached: Reached) -> None:
        key = _key(arguments)
        self._refuse_secrets([key, arguments.get("value")])
        self._claim()
        self._memory.put(self._skill, key, arguments.get("value"))

    def _delete(self, arguments: Mapping[str, Any], reached: Reached) -> None:
        key = _key(arguments)
        self._claim()
        self._memory.delete(self._skill, key)

    def _keys(self, arguments: Mapping[str, Any], reached: Reached) -> list[str]:
        return sorted(self._memory.keys(self._skill))

    def _read_version(self, arguments: Mapping[str, Any], reached: Reached) -> int:
        return self._memory.version(self._skill)

    def _replace(self, arguments: Mapping[str, Any], reached: Reached) -> None:
        values = arguments.get("values")
        if not isinstance(values, dict):
            raise Denied("state.replace takes an object of values")
        for key in values:
            _key({"key": key})
        self._refuse_secrets(values)
        self._memory.replace(self._skill, values, self._version)

    def _refuse_secrets(self, kept: Any) -> None:
        name = self._disclosed.named_in(kept)
        if name:
            raise Denied(f"ctx.state would keep the secret {name} on disk: ask for it with ctx.secret whenever it is needed")

    def _claim(self) -> None:
        """Writing is for code of the version the state has; empty state takes the version of its first writer."""
        stored = self._memory.version(self._skill)
        if stored == self._version:
            return
        if stored and self._memory.keys(self._skill):
            raise Denied(
                f"the state was written under schema version {stored} and this code declares {self._version}: "
                "read it, convert it, and write it all at once with ctx.state.replace(...)"
            )
        self._memory.set_version(self._skill, self._version)


def _unless_broken(answer: Answer) -> Answer:
    """What a fault of the store says is the operator's business: paths, the disk."""

    def answered(arguments: Mapping[str, Any], reached: Reached) -> Any:
        try:
            return answer(arguments, reached)
        except Misconfigured as fault:
            raise Denied("the host can't keep state now; its operator can see why") from fault

    return answered


def _key(arguments: Mapping[str, Any]) -> str:
    key = arguments.get("key")
    if not isinstance(key, str) or not key:
        raise Denied("a key of ctx.state is a text that is not empty")
    return key
