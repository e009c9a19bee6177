"""DYN: text or data that becomes code."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.audit.facts import Evaluated, Reading, Use, What
from skillpod.audit.judgement import judged
from skillpod.audit.standard import Reach
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

_INSTEAD = {
    "eval": "read values with `ast.literal_eval` or `json.loads`; write the calculation out",
    "exec": "write the code in a file of the folder and import it",
    "compile": "write the code in a file of the folder; `re.compile` and methods named compile are not meant",
}
_JUDGED = {
    Reach.CODE: ("DYN-002", Severity.DENY, "call the function itself, or write the code in a file of the folder"),
    Reach.DATA_AS_CODE: ("DYN-003", Severity.DENY, "keep data as JSON: `json.dumps` and `json.loads`"),
    Reach.ANNOTATIONS: ("DYN-004", Severity.REVIEW, "write the types down once more, where they are needed"),
}


def check(reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
    for evaluated in reading.of(Evaluated):
        message = f"`{evaluated.spelled}`: an annotation that is text under another name, or is evaluated, runs as code"
        fix = "write the type itself, once more where it is needed"
        yield reading.finding("DYN-004", Severity.REVIEW, evaluated.spot, message, fix, subject=evaluated.spelled)
    for use in reading.of(Use):
        builtin = use.path.removeprefix("builtins.").partition(".")[0] if use.path.startswith("builtins.") else ""
        if builtin in _INSTEAD:
            yield reading.finding(
                "DYN-001", Severity.DENY, use.spot, f"{use.words}: {Reach.CODE.value}", _INSTEAD[builtin], subject=use.path
            )
            continue
        if use.what not in (What.MODULE, What.MEMBER):
            continue
        reach = judged(use).reach
        if reach in _JUDGED:
            rule, severity, fix = _JUDGED[reach]
            yield reading.finding(rule, severity, use.spot, f"{use.words}: {reach.value}", fix, subject=use.path)
