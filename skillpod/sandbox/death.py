"""How a guest died, in words: which limit ended it where that is certain, what is likely where it is not."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from skillpod.errors import GuestDied, LimitExceeded, SkillFailed
from skillpod.model.manifest import MIB, Limits
from skillpod.sandbox.guest.faults import OUT_OF_MEMORY
from skillpod.sandbox.zygote import Exit

_RAISE = "raise it in manifest.yaml, or do less in one call"
_LOOK = "what it printed last may say why: skillpod show NAME --output"
_LIKELY: Mapping[int, str] = {
    signal.SIGKILL: "nobody here sent it: the kernel's out-of-memory killer, or a person, did",
    signal.SIGSEGV: "native code out of stack (deep recursion) or out of limits.memory often ends so",
    signal.SIGBUS: "a full scratch directory, or limits.memory in native code, often ends so",
    signal.SIGABRT: "native code that can't get memory (limits.memory) often ends so",
    signal.SIGSYS: "it made a system call that no guest may make",
    signal.SIGXFSZ: "it wrote a file larger than limits.scratch",
}


def explain(ended: Exit | None, limits: Limits, *, doing: str) -> SkillFailed:
    """The error for a guest that ended by itself while ``doing`` something (``loading``, ``running scan``)."""
    if ended is None:
        return GuestDied(f"the guest ended while {doing}; how is not known", hint=_LOOK)
    if _was_cpu(ended, limits):
        return cpu_exceeded(limits, doing=doing)
    if ended.status == OUT_OF_MEMORY:
        return memory_exceeded(limits, doing=doing)
    if not ended.signal:
        return GuestDied(
            f"the guest ended itself with exit status {ended.status} while {doing}",
            hint="a tool must return or raise, and never end its process (os._exit, a fatal error of native code)",
        )
    if ended.signal == signal.SIGKILL and not ended.peak:  # nobody reaped it: its zygote was gone first
        return GuestDied(f"the process guests are forked from ended while {doing}", hint="call again: another takes its place")
    name = _signal_name(ended.signal)
    return GuestDied(f"the guest was ended by {name} while {doing}", hint=_LIKELY.get(ended.signal, _LOOK))


def cpu_exceeded(limits: Limits, *, doing: str) -> LimitExceeded:
    return LimitExceeded(f"the guest used its {limits.cpu:g} s of processor time while {doing}", at="limits.cpu", hint=_RAISE)


def memory_exceeded(limits: Limits, *, doing: str) -> LimitExceeded:
    return LimitExceeded(f"{limits.memory / MIB:g} MiB of memory were not enough while {doing}", at="limits.memory", hint=_RAISE)


def output_exceeded(limits: Limits, what: str) -> LimitExceeded:
    allowed = f"{what}; {limits.output} bytes are allowed"
    return LimitExceeded(allowed, at="limits.output", hint="return less, or raise it in manifest.yaml")


def scratch_exceeded(limits: Limits, what: str) -> LimitExceeded:
    allowed = f"{what} of {limits.scratch / MIB:g} MiB"
    return LimitExceeded(allowed, at="limits.scratch", hint="raise it in manifest.yaml, or ship fewer and smaller files")


def _was_cpu(ended: Exit, limits: Limits) -> bool:
    return ended.signal == signal.SIGXCPU or (ended.signal == signal.SIGKILL and ended.cpu >= limits.cpu)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
