"""The part of the host that answers a guest's requests: ``ctx.state`` of its own skill, its log and its progress; nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from skillpod.errors import Misconfigured, SkillpodError
from skillpod.model.guest import LogLine, Progress
from skillpod.ports import Memory
from skillpod.sandbox.output import Output

LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
_TEXT_CAP = 8 * 1024


class Denied(Exception):
    """No, in words the guest gets to see."""


class Broker:
    """Answers for one generation. ``version`` is the schema version its manifest declares for ``ctx.state``."""

    def __init__(self, *, memory: Memory, skill: str, version: int, output: Output) -> None:
        self._memory = memory
        self._skill = skill
        self._version = version
        self._output = output
        self._answers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "state.get": self._get,
            "state.put": self._put,
            "state.delete": self._delete,
            "state.keys": self._keys,
            "state.version": self._read_version,
            "state.replace": self._replace,
        }

    def answer(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """A JSON value. Raises Denied for what may not be, what is too large, and what the store can't do now."""
        answer = self._answers.get(operation)
        if answer is None:
            raise Denied(f"the host has no operation {operation[:64]!r} for a skill")
        try:
            return answer(arguments)
        except Misconfigured as fault:  # what it says is the operator's business: paths, the disk
            raise Denied("the host can't keep state now; its operator can see why") from fault
        except SkillpodError as fault:
            raise Denied(f"{fault.message} ({fault.hint})" if fault.hint else fault.message) from fault
        except ValueError as fault:
            raise Denied(str(fault)) from fault

    def tell(self, operation: str, arguments: Mapping[str, Any]) -> Progress | LogLine:
        """A log record or progress, kept with what the guest printed. Anything else is Denied."""
        message = _text(arguments, "message")
        if operation == "log":
            level = arguments.get("level")
            record = LogLine(level=level if isinstance(level, str) and level in LEVELS else "INFO", message=message)
            self._output.line(f"{record.level}: {message}")
            return record
        if operation == "progress":
            share = _share(arguments.get("fraction"))
            self._output.line(f"progress {share:.0%} {message}".rstrip())
            return Progress(fraction=share, message=message)
        raise Denied(f"the host does not listen to {operation[:64]!r}")

    def _get(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {"found": True, "value": self._memory.get(self._skill, _key(arguments))}
        except KeyError:
            return {"found": False, "value": None}

    def _put(self, arguments: Mapping[str, Any]) -> None:
        key = _key(arguments)
        self._claim()
        self._memory.put(self._skill, key, arguments.get("value"))

    def _delete(self, arguments: Mapping[str, Any]) -> None:
        key = _key(arguments)
        self._claim()
        self._memory.delete(self._skill, key)

    def _keys(self, arguments: Mapping[str, Any]) -> list[str]:
        return sorted(self._memory.keys(self._skill))

    def _read_version(self, arguments: Mapping[str, Any]) -> int:
        return self._memory.version(self._skill)

    def _replace(self, arguments: Mapping[str, Any]) -> None:
        values = arguments.get("values")
        if not isinstance(values, dict):
            raise Denied("state.replace takes an object of values")
        for key in values:
            _key({"key": key})
        self._memory.replace(self._skill, values, self._version)

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


def _key(arguments: Mapping[str, Any]) -> str:
    key = arguments.get("key")
    if not isinstance(key, str) or not key:
        raise Denied("a key of ctx.state is a text that is not empty")
    return key


def _share(fraction: object) -> float:
    """From 0 to 1, whatever was said: also for NaN, and for an integer no float can hold."""
    return float(min(1.0, max(0.0, fraction))) if isinstance(fraction, (int, float)) else 0.0  # in this order NaN loses to 0.0


def _text(arguments: Mapping[str, Any], name: str) -> str:
    text = arguments.get(name)
    return text[:_TEXT_CAP] if isinstance(text, str) else ""
