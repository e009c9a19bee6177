"""What the journal is told of an error: none of the operator's values, and nothing of a skill's words that is known to be secret."""

from __future__ import annotations

from typing import Any

from skillpod.errors import ConfigRefused, ProbeFailed, SkillFailed, SkillpodError
from skillpod.model.redaction import Redaction, redacted_text

_UNFIT = "the config does not fit config.schema of the skill's manifest"


def words_of(error: SkillpodError) -> dict[str, Any]:
    """As ``error.as_dict()``, which whoever asks the pod is told; the log is for ever, and is given away."""
    if isinstance(error, ConfigRefused):  # its faults quote the value that does not fit
        return _without_values(error.as_dict()) | {"hint": "`skillpod show` says what is wrong with it"}
    if isinstance(error, ProbeFailed | SkillFailed):  # code that raises has read its config, and quotes what it likes
        told: dict[str, Any] = Redaction().of(error.as_dict())
        return told | {"message": redacted_text(error.message)}
    return error.as_dict()


def _without_values(shape: dict[str, Any]) -> dict[str, Any]:
    reasons = [_without_values(reason) for reason in shape.get("reasons", ())]
    return {**shape, "message": _UNFIT, "hint": "", **({"reasons": reasons} if reasons else {})}
