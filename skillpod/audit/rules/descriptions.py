"""TXT, in code: docstrings, descriptions of parameters, titles, defaults. Agents are shown them with every request."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.audit.facts import Reading, Spoken, Voice
from skillpod.audit.text.invisible import unseen
from skillpod.audit.text.judge import Weight, judge
from skillpod.audit.text.written import written_at
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest


def check(reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
    for said in reading.of(Spoken):
        if said.voice is not Voice.DESCRIPTION:
            continue
        spot = (said.spot.line, said.spot.column)
        for saying in judge(said.text):
            severity = Severity.DENY if saying.weight is Weight.CERTAIN else Severity.REVIEW
            yield saying.finding(severity, reading.file, written_at(saying.said, said.written, spot, first_line=spot[0]))
        for _, what in unseen(said.text) if not said.text.isprintable() else ():
            message = f"the description of {said.subject or 'a parameter'} has {what}"
            fix = "remove them: what a model is told, a person must be able to see"
            severity = Severity.REVIEW if what.startswith("control") else Severity.DENY
            yield reading.finding("TXT-111", severity, said.spot, message, fix, subject=said.subject)
