"""OUT: constant texts in what functions give back or raise: a model reads them as the tool's result, and may take them for more."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.audit.facts import Reading, Spoken, Voice
from skillpod.audit.text.invisible import unseen
from skillpod.audit.text.judge import Saying, Weight, judge
from skillpod.audit.text.written import written_at
from skillpod.model.finding import Finding, Severity
from skillpod.model.later import later
from skillpod.model.manifest import Manifest

_FRAMES = frozenset({"TXT-104", "TXT-105"})
_LAYOUT = frozenset({"TXT-106", "TXT-110"})
"""What is only suspicious in a page that is shown, not in a value."""
_PATTERN = later(r"\\[sbwdSBWD]|\(\?[:=!iP<]|\.\*|\[\^|\\\.")
_TERMINAL = later("[\x1b\x9b][\\[\\]()#%a-zA-Z0-9;?]")
_PROGRAMS = "scripts/"
_DESCRIPTIVE = later(r"(?<=[a-z])(?=[A-Z])|[_\W]+")


def check(reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
    for said in reading.of(Spoken):
        if said.voice is Voice.OUTPUT and not _PATTERN.search(said.text):
            yield from _instructions(reading, said)
            yield from _characters(reading, said)


def _instructions(reading: Reading, said: Spoken) -> Iterator[Finding]:
    spot = (said.spot.line, said.spot.column)
    for saying in judge(said.text, subject=_DESCRIPTIVE.sub(" ", said.subject)):
        rule, severity = _standing(saying)
        if rule:
            yield saying.finding(severity, reading.file, written_at(saying.said, said.written, spot, first_line=spot[0]), rule=rule)


def _standing(saying: Saying) -> tuple[str, Severity]:
    """The rule and the severity that a saying has in a result; no rule when it means nothing there."""
    if saying.rule in _FRAMES:
        return "OUT-001", Severity.REVIEW
    if saying.rule.startswith("TXT-2"):
        return "OUT-002", Severity.REVIEW
    if saying.weight is Weight.DOUBTFUL:
        return ("", Severity.NOTICE) if saying.rule in _LAYOUT else ("OUT-004", Severity.REVIEW)
    return "OUT-004", Severity.DENY


def _characters(reading: Reading, said: Spoken) -> Iterator[Finding]:
    if said.text.isprintable():
        return
    fix = "give plain text; colours are for what is printed on a terminal"
    if _TERMINAL.search(said.text):
        if reading.file.startswith(_PROGRAMS):
            return  # what a program builds to print, on a terminal or not
        message = "a result with commands for a terminal in it, which can hide or forge what a person sees"
        yield reading.finding("OUT-003", Severity.REVIEW, said.spot, message, fix, subject="terminal commands")
        return
    for _, what in unseen(said.text):
        severity = Severity.REVIEW if what.startswith("control") else Severity.DENY
        yield reading.finding("OUT-003", severity, said.spot, f"a result with {what}", fix, subject=what.partition(",")[0])
