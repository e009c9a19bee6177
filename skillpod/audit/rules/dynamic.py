"""DYN: text or data that becomes code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skillpod.audit.facts import Evaluated, Reading, Use, What
from skillpod.audit.standard import Reach, standing
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

_INSTEAD = {
    "eval": "read values with `ast.literal_eval` or `json.loads`; write the calculation out",
    "exec": "write the code in a file of the folder and import it",
    "compile": "write the code in a file of the folder; `re.compile` and methods named compile are not meant",
}
_JUDGED = {
    Reach.CODE: ("DYN-002", Severity.DENY, "call the function itself; what is built from text was never audited"),
    Reach.DATA_AS_CODE: ("DYN-003", Severity.DENY, "keep data as JSON: `json.dumps` and `json.loads`"),
    Reach.ANNOTATIONS: ("DYN-004", Severity.REVIEW, "write the types down once more, where they are needed"),
}


_SIGNATURES = ("inspect.signature", "inspect.Signature.from_callable")


def _may_evaluate(call: Any) -> bool:
    return call is not None and any(word.arg in ("eval_str", None) for word in call.keywords)


def check(reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
    for evaluated in reading.of(Evaluated):
        message = f"the annotation `{evaluated.spelled}` is text under another name: whoever evaluates annotations runs it as code"
        fix = "write the type itself"
        yield reading.finding("DYN-004", Severity.REVIEW, evaluated.spot, message, fix, subject=evaluated.spelled)
    for use in reading.of(Use):
        builtin = use.path.removeprefix("builtins.").partition(".")[0] if use.path.startswith("builtins.") else ""
        if builtin in _INSTEAD:
            yield reading.finding(
                "DYN-001", Severity.DENY, use.spot, f"{use.words}: {Reach.CODE.value}", _INSTEAD[builtin], subject=use.path
            )
            continue
        if use.path in _SIGNATURES and not use.is_import and _may_evaluate(use.call):
            rule, severity, fix = _JUDGED[Reach.ANNOTATIONS]
            yield reading.finding(rule, severity, use.spot, f"{use.words}: {Reach.ANNOTATIONS.value}", fix, subject=use.path)
        judged = _JUDGED.get(standing(use.path).reach) if use.what in (What.MODULE, What.MEMBER) else None
        if judged is not None:
            rule, severity, fix = judged
            yield reading.finding(rule, severity, use.spot, f"{use.words}: {standing(use.path).reach.value}", fix, subject=use.path)
