"""TAM: changes to what is not the skill's own: modules, classes, the interpreter."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.audit.facts import Attribute, Base, Change, Reading, Use, What
from skillpod.audit.judgement import judged
from skillpod.audit.standard import Reach
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

_OWN_BUSINESS = frozenset({"sys.setrecursionlimit", "sys.set_int_max_str_digits", "codecs.register", "codecs.unregister"})
"""Limits and encodings that a skill may have a reason to change in its own process; a person looks."""

_RESHAPED = frozenset({"__class__", "__bases__", "__code__", "__dict__", "__globals__", "__builtins__"})


_SIGNALLED = frozenset({"add_signal_handler", "remove_signal_handler"})
"""Methods of an event loop, whatever they are called on."""


def check(reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
    for change in reading.of(Change):
        message = f"`{change.spelled}` changes {change.path.removeprefix('builtins.')}, which every part of the process shares"
        yield reading.finding("TAM-001", Severity.DENY, change.spot, message, "keep it in a name of your own", subject=change.path)
    for use in reading.of(Use):
        if use.what in (What.MODULE, What.MEMBER) and judged(use).reach is Reach.HOOKS:
            severity = Severity.REVIEW if use.path in _OWN_BUSINESS else Severity.DENY
            rule = "TAM-003" if use.path in _OWN_BUSINESS else "TAM-002"
            yield reading.finding(rule, severity, use.spot, f"{use.words}: {Reach.HOOKS.value}", _fix(use.path), subject=use.path)
    for attribute in reading.of(Attribute):
        if attribute.name in _SIGNALLED and attribute.base is not Base.SELF:
            message = f"`{attribute.spelled}`: {Reach.HOOKS.value}"
            yield reading.finding("TAM-002", Severity.DENY, attribute.spot, message, _fix("signal"), subject=attribute.name)
        if attribute.is_changed and attribute.name in _RESHAPED and (attribute.base is not Base.SELF or attribute.name == "__class__"):
            message = f"`{attribute.spelled}` makes an object into one of another kind"
            yield reading.finding("TAM-004", Severity.DENY, attribute.spot, message, "make a new object", subject=attribute.name)


def _fix(path: str) -> str:
    if path.startswith("atexit"):
        return "use `with` or `try: ... finally:` inside the tool"
    if path.startswith("signal"):
        return "the host ends a call at its deadline; `ctx.remaining()` says how long that is"
    if path.startswith("unittest.mock"):
        return "keep it to files below tests/ that no module of the skill imports"
    return "remove it"
