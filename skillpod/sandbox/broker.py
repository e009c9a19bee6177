"""The part of the host that answers a guest's requests: each ask is handed to the one that answers its kind, and to nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from inspect import isawaitable
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.guest import LogLine, Progress
from skillpod.sandbox.asks.asking import Answerer, Denied, Reached
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.output import Output

LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
_TEXT_CAP = 8 * 1024


class Broker:
    """Answers for one generation. ``disclosed`` are the secrets its guests were handed: what they say is heard without them."""

    def __init__(self, answerers: Iterable[Answerer], *, output: Output, disclosed: Disclosed | None = None) -> None:
        self._output = output
        self.disclosed = Disclosed() if disclosed is None else disclosed
        self._answers = {name: answer for answerer in answerers for name, answer in answerer.operations.items()}

    def answer(self, operation: str, arguments: Mapping[str, Any], reached: Reached) -> Any | Awaitable[Any]:
        """A JSON value, or what gives one later. Both raise Denied for what may not be, what is too large, and what can't be done now."""
        answer = self._answers.get(operation)
        if answer is None:
            raise Denied(f"the host has no operation {operation[:64]!r} for this skill")
        try:
            value = answer(arguments, reached)
        except (SkillpodError, ValueError) as fault:
            raise _denied(fault) from fault
        return _later(value) if isawaitable(value) else value

    def tell(self, operation: str, arguments: Mapping[str, Any]) -> Progress | LogLine:
        """A log record or progress, kept with what the guest printed. Anything else is Denied."""
        message = self.disclosed.redacted_part(_text(arguments, "message"))
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


async def _later(value: Awaitable[Any]) -> Any:
    try:
        return await value
    except (SkillpodError, ValueError) as fault:
        raise _denied(fault) from fault


def _denied(fault: SkillpodError | ValueError) -> Denied:
    if isinstance(fault, SkillpodError):
        return Denied(f"{fault.message} ({fault.hint})" if fault.hint else fault.message)
    return Denied(str(fault))


def _share(fraction: object) -> float:
    """From 0 to 1, whatever was said: also for NaN, and for an integer no float can hold."""
    return float(min(1.0, max(0.0, fraction))) if isinstance(fraction, (int, float)) else 0.0  # in this order NaN loses to 0.0


def _text(arguments: Mapping[str, Any], name: str) -> str:
    text = arguments.get(name)
    return text[:_TEXT_CAP] if isinstance(text, str) else ""
