"""How each family of errors is answered: the HTTP status and the exit code. The only such table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from skillpod import errors


class Exit(IntEnum):
    """What the command line ends with; one number, one meaning (``docs/cli.md``)."""

    DONE = 0
    REFUSED = 1
    MISUSED = 2
    MISCONFIGURED = 3
    SKILL_FAILED = 4
    HELD = 5
    JOURNAL = 6
    INTERNAL = 70  # EX_SOFTWARE of sysexits.h: a bug of ours
    INTERRUPTED = 130  # 128 + SIGINT, as shells say it
    PIPE_CLOSED = 141  # 128 + SIGPIPE


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` is an HTTP status code (RFC 9110 section 15)."""

    status: int
    exit: Exit


_ANSWERS: tuple[tuple[type[errors.SkillpodError], Answer], ...] = (
    # Most derived first: the first row an error is an instance of is its answer.
    (errors.UnknownTool, Answer(404, Exit.MISUSED)),
    (errors.UnknownSkill, Answer(404, Exit.MISUSED)),
    (errors.UnknownEntry, Answer(404, Exit.MISUSED)),
    (errors.UnknownDigest, Answer(404, Exit.MISUSED)),
    (errors.ArgumentsInvalid, Answer(422, Exit.MISUSED)),
    (errors.NotASkill, Answer(422, Exit.MISUSED)),
    (errors.UnknownToken, Answer(404, Exit.MISUSED)),
    (errors.UnknownCall, Answer(404, Exit.MISUSED)),
    (errors.TooLarge, Answer(413, Exit.MISUSED)),
    (errors.TooSlow, Answer(408, Exit.MISUSED)),
    (errors.TooManyRequests, Answer(429, Exit.MISUSED)),
    (errors.Misused, Answer(400, Exit.MISUSED)),
    (errors.TokenRefused, Answer(401, Exit.REFUSED)),
    (errors.HostRefused, Answer(403, Exit.REFUSED)),
    (errors.OriginRefused, Answer(403, Exit.REFUSED)),
    (errors.NotAllowed, Answer(403, Exit.REFUSED)),
    (errors.PolicyRefused, Answer(403, Exit.REFUSED)),
    (errors.Refused, Answer(409, Exit.REFUSED)),
    (errors.Held, Answer(409, Exit.HELD)),  # not 202: nothing goes on until a person has answered and the caller asks again
    (errors.DeadlineExceeded, Answer(504, Exit.SKILL_FAILED)),
    (errors.Busy, Answer(503, Exit.SKILL_FAILED)),
    (errors.SkillFailed, Answer(502, Exit.SKILL_FAILED)),
    (errors.PathUnusable, Answer(422, Exit.MISCONFIGURED)),
    (errors.Misconfigured, Answer(500, Exit.MISCONFIGURED)),
    (errors.JournalFailed, Answer(503, Exit.JOURNAL)),
    (errors.SkillpodError, Answer(500, Exit.INTERNAL)),
)


def answer(error: errors.SkillpodError) -> Answer:
    """The status and exit code for one error."""
    return next(row for kind, row in _ANSWERS if isinstance(error, kind))
