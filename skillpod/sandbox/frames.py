"""The host's side of the frames of a call: how it is put, and what a reply says once it is found in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skillpod.errors import ArgumentsInvalid, ResultInvalid, SkillpodError, ToolRaised
from skillpod.model.guest import Act, Usage
from skillpod.model.manifest import MIB, Limits
from skillpod.model.reach import Reach
from skillpod.sandbox.death import memory_exceeded, output_exceeded, scratch_exceeded, scratch_full, threads_exceeded
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.guest import observer
from skillpod.sandbox.guest.faults import NO_MEMORY, NO_SCRATCH, NO_THREAD
from skillpod.sandbox.wire import OVERHEAD, VALUE_DEPTH, FrameTooLarge, WireError, body, depth, framed

RESULT = frozenset({"t", "nonce", "value", "cpu", "peak"})
FAILED = frozenset({"t", "nonce", "error", "cpu", "peak"})
ASK = frozenset({"t", "nonce", "id", "operation", "arguments"})
TELL = frozenset({"t", "nonce", "operation", "arguments"})
_ERROR = frozenset({"type", "message", "traceback"})

_ARGUMENTS_CAP = 16 * MIB
_STATE_VALUE_CAP = 1 * MIB  # ctx.state takes values up to this, whatever limits.output says
_WORDS_CAP = 16 * 1024
_TYPE_CAP = 200
_ACTS = {act.value: act for act in Act}
MOST = 2**63
"""Of seconds and bytes that are counted: what is kept of a call has no room for more, and a larger integer may be no float at all."""


def cap_of(limits: Limits) -> int:
    """The longest frame a guest of these limits may send, in bytes."""
    return max(limits.output, _STATE_VALUE_CAP) + OVERHEAD


def call_frame(nonce: str, tool: str, arguments: Mapping[str, Any], seconds: float) -> bytes:
    """Raises ArgumentsInvalid for what can't be sent: not JSON, too deep, too large."""
    try:
        given = body(dict(arguments))
        if given.count(b"[") + given.count(b"{") > VALUE_DEPTH and depth(given) > VALUE_DEPTH:
            raise ArgumentsInvalid(f"the arguments nest more than {VALUE_DEPTH} deep", at=tool)
        head = b'{"t":"call","nonce":"%s","tool":%s,"seconds":%.3f,"arguments":' % (nonce.encode(), body(tool), seconds)
        return framed(head + given + b"}", _ARGUMENTS_CAP)
    except FrameTooLarge as fault:
        raise ArgumentsInvalid(f"the arguments are {fault.size} bytes; a call takes at most {fault.cap}", at=tool) from None
    except WireError as fault:
        raise ArgumentsInvalid(f"the arguments are {fault}", at=tool) from None


def cancel_frame(nonce: str) -> bytes:
    """Nobody waits for this call any more."""
    return framed(b'{"t":"cancel","nonce":"%s"}' % nonce.encode())


def seen_of(frame: dict[str, Any]) -> list[tuple[Act, str]]:
    """What the guest says it saw of its skill, taken out of the frame. Raises WireError."""
    seen = frame.pop("seen", [])
    if type(seen) is not list or len(seen) > observer.MOST:
        raise WireError("what was seen is no list of bounded length")
    return [_sighting(item) for item in seen]


def _sighting(item: object) -> tuple[Act, str]:
    match item:
        case [str(act), str(target)] if act in _ACTS and len(target) <= observer.LONGEST:
            return _ACTS[act], target
    raise WireError("what was seen is not in order")


def usage_of(reply: Mapping[str, Any], wall: float, reach: Reach) -> Usage:
    """What the guest says the call used, beside what the host saw it reach. Raises WireError."""
    cpu, peak = reply["cpu"], reply["peak"]
    if type(cpu) not in (int, float) or type(peak) is not int or not 0 <= cpu < MOST or not 0 <= peak < MOST:
        raise WireError("a reply without its usage")
    return Usage(wall=wall, cpu=float(cpu), peak=peak, reach=reach)


def words_of(error: object) -> tuple[str, str, str]:
    """Type, message and traceback of an exception, as a guest tells it, cut to size. Raises WireError."""
    if not isinstance(error, dict) or error.keys() != _ERROR or not all(isinstance(word, str) for word in error.values()):
        raise WireError("a failure without type, message and traceback")
    return error["type"][:_TYPE_CAP], error["message"][:_WORDS_CAP], error["traceback"][:_WORDS_CAP]


def failure_of(error: object, limits: Limits, tool: str, disclosed: Disclosed) -> SkillpodError:
    """What a ``failed`` reply means to the caller, who hears no secret that the guest was handed. Raises WireError."""
    kind, message, traceback = map(disclosed.redacted_part, words_of(error))
    if kind == "result_invalid":
        return ResultInvalid(message, at=tool, hint="return what JSON can say: objects, lists, text, numbers, true, false, null")
    if kind == "output_exceeded":
        return output_exceeded(limits, message)
    if kind == "scratch_exceeded":
        return scratch_exceeded(limits, message)
    if kind == "arguments_invalid":
        return ArgumentsInvalid(message, at=tool, hint="no command line can say this; give such a value alone, or in another form")
    doing = f"running {tool}"
    if kind == NO_MEMORY:
        return memory_exceeded(limits, doing=doing)
    if kind == NO_THREAD:
        return threads_exceeded(limits, ToolRaised(message, exception="RuntimeError", traceback=traceback, at=tool), doing=doing)
    if kind == NO_SCRATCH:
        return scratch_full(limits, ToolRaised(message, exception="OSError", traceback=traceback, at=tool), doing=doing)
    return ToolRaised(message, exception=kind, traceback=traceback, at=tool)
