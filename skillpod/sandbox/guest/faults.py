"""An exception of the skill as the wire carries it: its type, its words and the skill's own frames, each of bounded size."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator

SCHEME = "skill://"
OUT_OF_MEMORY = 72
"""The exit status of a guest that had not even the memory to say that it has none."""

NO_MEMORY, NO_THREAD, NO_SCRATCH = "MemoryError", "no_thread", "no_scratch"
"""What ``limit_of`` says."""

_FULL = tuple(f"[Errno {number}]" for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
MESSAGE_LIMIT = 4 * 1024
TRACEBACK_LIMIT = 8 * 1024
_KEPT_HEAD = 2 * 1024
_CUT = "\n  [...]\n"


class OutputExceeded(Exception):
    """What a call gives is larger than ``limits.output``."""


def describe(error: BaseException) -> dict[str, str]:
    """``{type, message, traceback}``; never raises, whatever ``__str__`` does. The host's and our own frames are left out."""
    if isinstance(error, MemoryError):
        traceback.clear_frames(error.__traceback__)  # the locals hold what filled the memory
    return {
        "type": type(error).__name__,
        "message": clean(_words(error))[:MESSAGE_LIMIT],
        "traceback": _shorten(clean(_frames(error))),
    }


def limit_of(error: BaseException, words: str) -> str:
    """The limit that an exception with these words is the sign of, empty when it is of none."""
    kind = type(error)
    if issubclass(kind, MemoryError):
        return NO_MEMORY
    if issubclass(kind, RuntimeError) and words == "can't start new thread":
        return NO_THREAD
    return NO_SCRATCH if issubclass(kind, OSError) and words.startswith(_FULL) else ""


def clean(text: str) -> str:
    """The same text, fit for UTF-8: half surrogate pairs become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as fault:  # noqa: BLE001  # SAFE: __str__ is the skill's code, and may raise anything
        return f"<str() of it raised {type(fault).__name__}>"


def _frames(error: BaseException) -> str:
    try:
        summary = traceback.TracebackException.from_exception(error, compact=True)
        for part in _parts(summary):
            own = [frame for frame in part.stack if frame.filename.startswith(SCHEME)]
            part.stack = traceback.StackSummary.from_list(own)
        return "".join(summary.format())
    except BaseException as fault:  # noqa: BLE001  # SAFE: formatting runs the skill's __str__, __repr__ and __notes__
        return f"<its traceback could not be formatted: {type(fault).__name__}>"


def _parts(summary: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """The exception, its causes and contexts, and the members of groups."""
    pending: list[traceback.TracebackException | None] = [summary]
    while pending:
        part = pending.pop()
        if part is not None:
            yield part
            pending += [part.__cause__, part.__context__, *(part.exceptions or ())]


def _shorten(text: str) -> str:
    """The beginning and the end, where the cause and the words are, of at most TRACEBACK_LIMIT characters."""
    if len(text) <= TRACEBACK_LIMIT:
        return text
    return text[:_KEPT_HEAD] + _CUT + text[len(text) - (TRACEBACK_LIMIT - _KEPT_HEAD - len(_CUT)) :]
