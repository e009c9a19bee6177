"""How a guest died, in words: which limit ended it where that is certain, what is likely where it is not."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from skillpod.errors import Certainty, GuestDied, LimitExceeded, SkillFailed, ToolRaised
from skillpod.model.manifest import KIB, MIB, Limits
from skillpod.sandbox.forked import Exit
from skillpod.sandbox.guest.faults import OUT_OF_MEMORY

_RAISE = "raise it in manifest.yaml, or do less in one call"
_LOOK = "what it printed last may say why: skillpod show NAME --output"
_LIKELY: Mapping[int, str] = {
    signal.SIGKILL: "nobody here sent it: the kernel's out-of-memory killer, or a person, did",
    signal.SIGSEGV: "native code out of stack often ends so: deep recursion, in a thread's 256 KiB or the main thread's 8 MiB",
    signal.SIGABRT: "native code that finds a fault in itself ends so, and native code that asks for much memory at once",
    signal.SIGSYS: "it made a system call that no guest may make",
}
_ENDS_OF_MEMORY = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL})


def explain(ended: Exit | None, limits: Limits, *, doing: str) -> SkillFailed:
    """The error for a guest that ended by itself while ``doing`` something (``loading``, ``running scan``)."""
    if ended is None:
        return GuestDied(f"the guest ended while {doing}; how is not known", hint=_LOOK)
    if ended.domain:
        return domain_exceeded(ended.domain, doing=doing)
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
    if ended.signal == signal.SIGXFSZ:
        return _not_enough(_scratch(limits), doing=doing, at="limits.scratch", how=f"{name} ended the guest")
    if ended.signal == signal.SIGBUS:
        how = f"{name} ended the guest, as when a mapped file finds no room"
        return _not_enough(_scratch(limits), doing=doing, at="limits.scratch", how=how, certainty="likely")
    if ended.signal in _ENDS_OF_MEMORY and ended.peak >= limits.memory:  # the limit bounds addresses, beside those of the interpreter
        how = f"{name} ended the guest at {ended.peak / MIB:.0f} MiB"
        return _not_enough(_memory(limits), doing=doing, at="limits.memory", how=how, certainty="likely")
    return GuestDied(f"the guest was ended by {name} while {doing}", hint=_LIKELY.get(ended.signal, _LOOK))


def cpu_exceeded(limits: Limits, *, doing: str) -> LimitExceeded:
    return LimitExceeded(f"the guest used its {limits.cpu:g} s of processor time while {doing}", at="limits.cpu", hint=_RAISE)


def memory_exceeded(limits: Limits, *, doing: str) -> LimitExceeded:
    return _not_enough(_memory(limits), doing=doing, at="limits.memory")


def threads_exceeded(limits: Limits, cause: ToolRaised, *, doing: str) -> LimitExceeded:
    """Likely: the kernel says the same when there is no memory for a thread's stack."""
    return _not_enough(f"{limits.threads} threads", doing=doing, at="limits.threads", certainty="likely", cause=cause)


def scratch_full(limits: Limits, cause: ToolRaised, *, doing: str) -> LimitExceeded:
    """Likely: what the tool says of a full disk, it may say of another one."""
    return _not_enough(_scratch(limits), doing=doing, at="limits.scratch", certainty="likely", cause=cause)


def domain_exceeded(most: int, *, doing: str) -> LimitExceeded:
    """Certain: the kernel counted that this bound was reached, and a process it ended for it."""
    message = f"all guests together reached their {most / MIB:g} MiB of memory, and the kernel ended this one while {doing}"
    return LimitExceeded(message, at="guests.memory", hint="raise it in HOME/pod.yaml, or let fewer and smaller guests run at once")


def traffic_exceeded(limits: Limits, *, doing: str) -> LimitExceeded:
    return LimitExceeded(
        f"the guest sent and received more than {limits.traffic / KIB:g} KiB ({limits.traffic} bytes) while {doing}",
        at="limits.traffic",
        hint="raise it in manifest.yaml, or fetch less in one call",
    )


def output_exceeded(limits: Limits, what: str) -> LimitExceeded:
    allowed = f"{what}; {limits.output / KIB:g} KiB ({limits.output} bytes) are allowed"
    return LimitExceeded(allowed, at="limits.output", hint="return less, or raise it in manifest.yaml")


def scratch_exceeded(limits: Limits, what: str) -> LimitExceeded:
    allowed = f"{what} of {limits.scratch / MIB:g} MiB"
    return LimitExceeded(allowed, at="limits.scratch", hint="raise it in manifest.yaml, or ship fewer and smaller files")


def _not_enough(
    what: str, *, doing: str, at: str, how: str = "", certainty: Certainty = "certain", cause: ToolRaised | None = None
) -> LimitExceeded:
    were = "were not enough" if certainty == "certain" else "were likely not enough"
    said = f"{what} {were} while {doing}"
    return LimitExceeded(
        f"{said}: {how}" if how else said, certainty=certainty, at=at, hint=_RAISE, reasons=() if cause is None else (cause,)
    )


def _memory(limits: Limits) -> str:
    return f"{limits.memory / MIB:g} MiB of memory"


def _scratch(limits: Limits) -> str:
    return f"{limits.scratch / MIB:g} MiB of scratch space"


def _was_cpu(ended: Exit, limits: Limits) -> bool:
    return ended.signal == signal.SIGXCPU or (ended.signal == signal.SIGKILL and ended.cpu >= limits.cpu)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
