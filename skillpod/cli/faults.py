"""An error in words for a person: what, where, what to do, and every reason. Pure: pieces of text with a style."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.errors import SkillpodError, ToolRaised
from skillpod.model.digest import short
from skillpod.model.finding import Severity

Span = tuple[str, str]
"""A piece of text and its style: a rich style such as ``bold red``, or nothing."""

Line = tuple[Span | str, ...]

SEVERITY_STYLES = {Severity.DENY: "bold red", Severity.REVIEW: "bold yellow", Severity.NOTICE: "bold cyan"}
"""The worst first."""

MOST = 20
"""Reasons that are told to a person; JSON has all of them."""


def fault_lines(fault: SkillpodError) -> Iterator[Line]:
    """``error[code]: message``, then what ``body_lines`` says, indented."""
    said, more = _message(fault)
    yield ((f"error[{fault.code}]", "bold red"), (f": {said}", "bold"))
    yield from ((("  | ", "dim"), line) for line in more)
    if fault.skill:
        yield (("  skill: ", "dim"), f"{fault.skill} {short(fault.digest)}".rstrip())
    yield from body_lines(fault, indent="  ")


def body_lines(fault: SkillpodError, *, indent: str) -> Iterator[Line]:
    """Where it is, what to do, each reason, and a skill's own frames."""
    first = fault.reasons[0] if len(fault.reasons) > 1 else None  # it is told below, with its own place and advice
    if fault.at and (first is None or first.at != fault.at):
        yield ((f"{indent}at: ", "dim"), fault.at)
    if fault.hint and (first is None or first.hint != fault.hint):
        yield ((f"{indent}hint: ", "dim"), fault.hint)
    if isinstance(fault, ToolRaised):
        yield from (((f"{indent}| ", "dim"), frame) for frame in fault.traceback.rstrip().splitlines())
    for reason in fault.reasons[:MOST]:
        if not _repeats(reason, fault):
            yield from _reason_lines(reason, indent, fault.code)
    if len(fault.reasons) > MOST:
        yield ((f"{indent}- ", "dim"), (f"and {len(fault.reasons) - MOST} more", "dim"))


def _reason_lines(reason: SkillpodError, indent: str, code: str) -> Iterator[Line]:
    place = f"{reason.at}: " if reason.at else ""
    deeper = indent + "  "
    said, more = _message(reason)
    yield ((f"{indent}- ", "dim"), (place, "cyan"), said, (f" [{reason.code}]" if reason.code != code else "", "dim"))
    yield from (((f"{deeper}| ", "dim"), line) for line in more)
    if reason.hint:
        yield ((f"{deeper}hint: ", "dim"), reason.hint)
    if isinstance(reason, ToolRaised):
        yield from (((f"{deeper}| ", "dim"), frame) for frame in reason.traceback.rstrip().splitlines())
    for inner in reason.reasons:
        if not _repeats(inner, reason):
            yield from _reason_lines(inner, deeper, reason.code)


def _message(fault: SkillpodError) -> tuple[str, list[str]]:
    """The message's first line, and those below it: what a program said when it failed has several."""
    first, *more = fault.message.splitlines() or [""]
    return first, more


def _repeats(reason: SkillpodError, whole: SkillpodError) -> bool:
    """Whether it says again what the whole says: the only fault of a document is also the document's fault."""
    return len(whole.reasons) == 1 and reason.message == whole.message and not isinstance(reason, ToolRaised)
